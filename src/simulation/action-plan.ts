/** When corporate actions come on a tape, and how prices before them are to be read: the same for every run over the tape. */
import { type Amount, formatAmount } from '../kernel/amount';
import { type Instant, toInstant } from '../kernel/clock';
import { DomainError } from '../kernel/errors';
import { type Exact, exact, multiply, roundHalfEven } from '../kernel/exact';
import { parseDate } from '../market-data/civil-date';
import { dayAround } from '../market-data/dated-bar-hours';
import type { PlacedAction } from '../market-data/placed-actions';
import { priceAt } from './price-column';
import { dayOf, firstIndex, type Tape } from './tape';

interface Planned {
  /** From when on the market trades without what the action gives; bars with dates have hours of their own. */
  readonly ex_open: Instant;
}

export interface PlannedSplit extends Planned {
  readonly type: 'split';
  readonly ratio: { readonly new: bigint; readonly old: bigint };
}

export interface PlannedDividend extends Planned {
  readonly type: 'dividend';
  readonly perShare: Amount;
  /** The bar before whose evaluation it is paid; null where the tape ends first. */
  readonly payBar: number | null;
  /** By what the anchor is multiplied; null where no regular close is known: then the dividend itself is subtracted from it. */
  readonly anchorFactor: Exact | null;
}

/** Everything that happens before the evaluation of one bar, in order. */
export interface ActionStep {
  readonly bar: number;
  readonly actions: readonly (PlannedSplit | PlannedDividend)[];
}

/**
 * By ex-date, on one date splits first; dividends of one date become one factor each such that together they are (P − ΣD)/P.
 * Actions on or before the first bar, and those after the last, are left out.
 * Throws DomainError `action.too_large` for a dividend that is not below the close before it.
 */
export function planActions(tape: Tape, actions: readonly PlacedAction[]): readonly ActionStep[] {
  const first = tape.days[0] ?? 0;
  const steps = new Map<number, (PlannedSplit | PlannedDividend)[]>();
  let close: Exact | null = null;
  let left: Exact | null = null;
  let [closeBar, exDate] = [-1, ''];
  for (const action of actions.toSorted(inOrder)) {
    const exDay = parseDate(action.ex_date);
    if (exDay <= first) continue;
    const bar = firstIndex(tape.days, exDay);
    if (bar === tape.bars) break;
    if (bar !== closeBar) {
      closeBar = bar;
      close = regularCloseBefore(tape, bar);
      exDate = '';
    }
    if (action.ex_date !== exDate) left = close;
    exDate = action.ex_date;
    const planned = steps.get(bar) ?? [];
    steps.set(bar, planned);
    const ex_open = tape.dated ? dayAround(toInstant(tape.at[bar] ?? 0), dayOf(tape, bar)).pre_open : action.ex_open;
    if (action.type === 'split') {
      planned.push({ type: 'split', ex_open, ratio: action.ratio });
      close = close && multiply(close, { n: action.ratio.old, d: action.ratio.new });
      left = close;
    } else {
      planned.push({
        type: 'dividend',
        ex_open,
        perShare: action.amount,
        payBar: payBarOf(tape, action, exDay, bar),
        anchorFactor: factorOf(left, action),
      });
      left = left && lessDividend(left, action.amount);
    }
  }
  return [...steps].map(([bar, list]) => ({ bar, actions: list }));
}

function inOrder(a: PlacedAction, b: PlacedAction): number {
  if (a.ex_date !== b.ex_date) return a.ex_date < b.ex_date ? -1 : 1;
  return Number(a.type === 'dividend') - Number(b.type === 'dividend');
}

/** The last bar at or before a regular close that lies before this bar's day. */
function regularCloseBefore(tape: Tape, bar: number): Exact | null {
  for (let before = bar - 1; before >= 0; before--) if (tape.inDay[before] === 1) return exact(priceAt(tape.close, before));
  return null;
}

const lessDividend = (close: Exact, amount: Amount): Exact => ({ n: close.n * 100_000_000n - amount * close.d, d: close.d * 100_000_000n });

function factorOf(close: Exact | null, action: PlacedAction & { readonly type: 'dividend' }): Exact | null {
  if (close === null) return null;
  const left = lessDividend(close, action.amount);
  if (left.n <= 0n) {
    const before = formatAmount(roundHalfEven(close));
    throw new DomainError(
      'action.too_large',
      `${action.source} value must be below the close before the ex-date, ${before}; received ${formatAmount(action.amount)}. Correct the dividend, or use bars that are not adjusted for splits`,
    );
  }
  return { n: left.n * close.d, d: left.d * close.n };
}

/** Paid on the first bar on or after the pay date, and never before the ex-date. */
function payBarOf(tape: Tape, { pay_date }: PlacedAction & { readonly type: 'dividend' }, exDay: number, exBar: number): number | null {
  if (pay_date === null || parseDate(pay_date) <= exDay) return exBar;
  const bar = firstIndex(tape.days, parseDate(pay_date));
  return bar === tape.bars ? null : Math.max(bar, exBar);
}
