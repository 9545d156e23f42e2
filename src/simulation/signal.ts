/** The price that each evaluation sees: the bar's close, or the quote in force judged as live ones are; NaN where it must hold whatever the position is. */
import { epochMs, toInstant } from '../kernel/clock';
import { type Exact, ONE } from '../kernel/exact';
import { memoryAfter, type PriceChange } from '../rules/action-prices';
import type { Quote } from '../rules/price-policy';
import { judgeQuote, type QuoteGateSettings } from '../rules/quote-gate';
import type { QuoteMemory } from '../rules/quote-gate-jump';
import type { ActionStep } from './action-plan';
import { type BarReason, codeOf } from './decision-reasons';
import { doublesOf, type PriceColumn, priceColumn } from './price-column';
import { EXTENDED, REGULAR, SESSIONS, type Tape } from './tape';

export interface Signal {
  /** NaN in `units` where nothing can be decided. */
  readonly price: PriceColumn;
  /** The same in the currency's unit. */
  readonly doubles: Float64Array;
  /** Why not, by bar; null where every bar has a price. */
  readonly reasons: Uint8Array | null;
}

export type SignalSettings = QuoteGateSettings & { readonly allow_after_hours: boolean };

/** What `tape`, quotes and settings let each evaluation see; the first bar opens the run and is not evaluated. */
export function signalOf(
  tape: Tape,
  closes: Float64Array,
  quotes: readonly Quote[] | null,
  steps: readonly ActionStep[],
  settings: SignalSettings,
): Signal {
  if (quotes !== null) return judgedSignal(tape, quotes, steps, settings);
  const isSeen = (bar: number): boolean => tape.dated || isTradable(tape, bar, settings.allow_after_hours);
  if (seesAll(tape, settings)) return { price: tape.close, doubles: closes, reasons: null };
  const units = tape.close.units.slice();
  const reasons = new Uint8Array(tape.bars);
  for (let bar = 0; bar < tape.bars; bar++) {
    if (isSeen(bar)) continue;
    units[bar] = Number.NaN;
    reasons[bar] = codeOf(closedReason(tape, bar));
  }
  const price = { units, wide: tape.close.wide };
  return { price, doubles: doublesOf(price), reasons };
}

function seesAll(tape: Tape, { allow_after_hours }: SignalSettings): boolean {
  if (tape.dated) return true;
  for (let bar = 0; bar < tape.bars; bar++) if (!isTradable(tape, bar, allow_after_hours)) return false;
  return true;
}

export function isTradable({ sessions }: Tape, bar: number, afterHours: boolean): boolean {
  return sessions[bar] === REGULAR || (afterHours && sessions[bar] === EXTENDED);
}

const closedReason = ({ sessions }: Tape, bar: number): BarReason =>
  SESSIONS[sessions[bar] ?? 0] === 'UNKNOWN' ? 'CALENDAR_UNKNOWN' : 'MARKET_CLOSED';

/** The gate's answers depend on quotes, times and settings alone, so they are the same for every position. */
function judgedSignal(tape: Tape, quotes: readonly Quote[], steps: readonly ActionStep[], settings: SignalSettings): Signal {
  const prices: bigint[] = [];
  const units = new Float64Array(tape.bars).fill(Number.NaN);
  const reasons = new Uint8Array(tape.bars);
  const changes: PriceChange[] = [];
  let memory: QuoteMemory | null = null;
  let quote = -1;
  let step = 0;
  let halted = false;
  for (let bar = 0; bar < tape.bars; bar++) {
    const at = tape.at[bar] ?? 0;
    for (; (steps[step]?.bar ?? Number.POSITIVE_INFINITY) <= bar; step++) {
      changes.push(...changesOf(steps[step]));
      // As live, for every action: the next price is judged again, and where the action explains nothing it halts again.
      halted = false;
    }
    while (quote + 1 < quotes.length && epochMs(quotes[quote + 1]?.ts ?? '') <= at) quote++;
    prices.push(0n);
    if (bar === 0) continue;
    if (halted || !isSeenSession(tape, bar, settings)) {
      reasons[bar] = codeOf(halted ? 'HALTED' : closedReason(tape, bar));
      continue;
    }
    memory = memoryAfter(memory, changes);
    const verdict = judgeQuote({ quote: quotes[quote] ?? null, now: toInstant(at), settings, memory, explained: false });
    memory = verdict.memory;
    if (verdict.usable) {
      prices[bar] = verdict.price;
      units[bar] = Number(verdict.price);
    } else {
      reasons[bar] = codeOf(verdict.reason);
      halted = verdict.halt;
    }
  }
  const price = { units, wide: priceColumn(prices).wide };
  return { price, doubles: doublesOf(price), reasons };
}

const isSeenSession = (tape: Tape, bar: number, { allow_after_hours }: SignalSettings): boolean =>
  tape.dated || isTradable(tape, bar, allow_after_hours);

const changesOf = (step: ActionStep | undefined): readonly PriceChange[] =>
  step?.actions.map((action) => ({ ex_open: action.ex_open, factor: priceFactorOf(action) })) ?? [];

const priceFactorOf = (action: ActionStep['actions'][number]): Exact =>
  action.type === 'split' ? { n: action.ratio.old, d: action.ratio.new } : (action.anchorFactor ?? ONE);
