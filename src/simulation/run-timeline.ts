/** The decision timeline of a stored run: any bar of it explained by the rules again, from the columns that were kept. */
import { type Amount, formatAmount, parseAmount, ZERO } from '../kernel/amount';
import type { PlacedAction } from '../market-data/placed-actions';
import { evaluateRules, type RulesOutcome } from '../rules/evaluation';
import { parseSettings, type RuleSettings } from '../rules/settings';
import { reasonOf } from './decision-reasons';
import { priceAt } from './price-column';
import { dataFor, historyOf } from './simulation-data';
import { equityText, type RunDetails, type RunTask, type StretchRow } from './simulation-task';
import type { LoadedTape } from './tape.table';
import { labelOf, tapeBetween } from './tape';
import { bytesOf } from './tape-codec';

export interface TimelineRow {
  readonly bar: number;
  readonly at: string;
  readonly close: string;
  /** What the evaluation saw; null where nothing could be decided. */
  readonly price: string | null;
  readonly reason: string;
  readonly anchor: string | null;
  readonly qty: string;
  readonly cash: string;
  readonly equity: string;
  /** Every step of the decision, where a bound was reached. */
  readonly why: RulesOutcome | null;
}

export interface TimelineRun {
  readonly details: RunDetails;
  readonly reasonParts: readonly string[];
  readonly task: RunTask;
  readonly actions: readonly PlacedAction[];
  readonly loaded: LoadedTape;
}

/** Up to `limit` bars from `from` on; with `reasons` only those that end in one of them. */
export function timelineRows(run: TimelineRun, from: number, limit: number, reasons: ReadonlySet<string> | null): readonly TimelineRow[] {
  const { details, task, actions, loaded } = run;
  const codes = bytesOf(run.reasonParts);
  const settings = parseSettings(task.settings);
  const tape = tapeBetween(loaded.tape, task.start, task.end);
  const { signal } = dataFor(historyOf(tape, actions, loaded.quotes), settings);
  const rows: TimelineRow[] = [];
  for (let bar = from; bar < tape.bars && rows.length < limit; bar++) {
    const reason = reasonOf(codes[bar] ?? 0);
    if (reasons && !reasons.has(reason)) continue;
    const [seen, closed] = [stretch(details.stretches, bar, 'from'), stretch(details.stretches, bar, 'closes_from')];
    const close = priceAt(tape.close, bar);
    const hasPrice = bar > 0 && !Number.isNaN(signal.doubles[bar] ?? Number.NaN);
    const price = hasPrice ? priceAt(signal.price, bar) : null;
    const isPlain = reason === 'NO_TRIGGER' || reason === 'ORDER_PENDING';
    const why = price === null || isPlain ? null : explain(price, seen, seen.day === tape.days[bar], settings);
    const units = parseAmount(closed.qty) * close + (parseAmount(closed.cash) + parseAmount(closed.receivable)) * 100_000_000n;
    rows.push({
      bar,
      at: labelOf(tape, bar),
      close: formatAmount(close),
      price: price === null ? null : formatAmount(price),
      reason,
      anchor: seen.anchor,
      qty: closed.qty,
      cash: closed.cash,
      equity: equityText(units),
      why,
    });
  }
  return rows;
}

/** The decision again, from the position as the evaluation saw it. */
function explain(price: Amount, seen: StretchRow, isToday: boolean, settings: RuleSettings): RulesOutcome {
  return evaluateRules({
    price,
    qty: parseAmount(seen.qty),
    cash: parseAmount(seen.cash),
    receivable: parseAmount(seen.receivable),
    anchor: seen.anchor === null ? null : parseAmount(seen.anchor),
    settings,
    step: settings.qty_step,
    commission_rate: settings.commission_rate,
    day: isToday ? { orders: seen.day_orders, notional: parseAmount(seen.day_notional) } : { orders: 0, notional: ZERO },
  });
}

function stretch(stretches: readonly StretchRow[], bar: number, by: 'from' | 'closes_from'): StretchRow {
  const found = stretches.findLast((row) => row[by] <= bar);
  if (!found) throw new RangeError(`bar ${bar} lies before the run`);
  return found;
}
