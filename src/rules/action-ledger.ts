/** The corporate actions of one position, as plain JSON: what each was, what it came to, and what a change of the past makes of it. */
import { type Amount, type AmountText, formatAmount, minus, parseAmount, parseOptional, plus, ZERO } from '../kernel/amount';
import type { Instant, TradingDay } from '../kernel/clock';
import { type Exact, exact } from '../kernel/exact';
import { type DividendAmounts, dividendAmounts } from './dividend';
import { minorUnitOf } from './minor-unit';
import { parseRatio, restatedPrice, type SplitRatio, splitShares } from './split';

interface EntryKey {
  readonly corporate_action_id: string;
  /** The tenant whose announcement it is: `system` for everybody's. */
  readonly announced_by: string;
  readonly revision: number;
  readonly ex_date: TradingDay;
  /** The first instant at which the instrument trades without the right, or in new shares. */
  readonly ex_open: Instant;
  /** Cancelled after it was applied: it counts no more. */
  readonly reversed: boolean;
}

/** In the currency of the position. */
export interface PaidDividend {
  readonly on: TradingDay;
  /** Units of the position's currency for one of the dividend's; null where they are the same. */
  readonly rate: AmountText | null;
  readonly gross: AmountText;
  readonly withholding: AmountText;
  readonly net: AmountText;
}

export interface DividendEntry extends EntryKey {
  readonly kind: 'dividend';
  /** Trades executed before it are entitled. */
  readonly cutoff: Instant;
  readonly pay_date: TradingDay | null;
  readonly amount_per_share: AmountText;
  readonly currency: string;
  /** Another currency than the position's: it stays apart until a rate is stated. */
  readonly foreign: boolean;
  readonly withholding_tax_pct: AmountText;
  /** The last regular close before the ex-date and its day; null where there is none. */
  readonly previous_close: AmountText | null;
  readonly previous_close_day: TradingDay | null;
  /** The holding at the cutoff, before splits of the same ex-date. */
  readonly held: AmountText;
  readonly qty_eligible: AmountText;
  readonly gross: AmountText;
  readonly withholding: AmountText;
  readonly net: AmountText;
  readonly paid: PaidDividend | null;
  /** Whether the payment buys shares, and whether its order is placed. */
  readonly reinvest: 'NO' | 'WAITING' | 'DONE';
}

export interface SplitEntry extends EntryKey {
  readonly kind: 'split';
  /** `new:old` */
  readonly ratio: string;
  readonly qty_before: AmountText;
  readonly qty_after: AmountText;
  /** What was paid for the fraction; null until there is a price, or where there is no fraction. */
  readonly in_lieu: { readonly price: AmountText; readonly cash: AmountText } | null;
}

/** Merger, spin-off, rename, delisting: the position was halted for a person. */
export interface HaltEntry extends EntryKey {
  readonly kind: 'halt';
}

export type ActionEntry = DividendEntry | SplitEntry | HaltEntry;

const RANK: Readonly<Record<ActionEntry['kind'], number>> = { split: 0, dividend: 1, halt: 2 };

/** By ex-date; on one date splits first. */
export function inEffectiveOrder(a: ActionEntry, b: ActionEntry): number {
  if (a.ex_date !== b.ex_date) return a.ex_date < b.ex_date ? -1 : 1;
  return (
    RANK[a.kind] - RANK[b.kind] ||
    (a.corporate_action_id < b.corporate_action_id ? -1 : a.corporate_action_id > b.corporate_action_id ? 1 : 0)
  );
}

/** The entries with one added, or put in the place of its former self. */
export const withEntry = (entries: readonly ActionEntry[], entry: ActionEntry): readonly ActionEntry[] =>
  [...entries.filter(({ corporate_action_id: id }) => id !== entry.corporate_action_id), entry].sort(inEffectiveOrder);

export const isSplitInForce = (entry: ActionEntry): entry is SplitEntry => entry.kind === 'split' && !entry.reversed;
export const isDividendInForce = (entry: ActionEntry): entry is DividendEntry => entry.kind === 'dividend' && !entry.reversed;

/** The exact fraction that a split cut off. */
export function fractionOf({ qty_before, qty_after, ratio }: Pick<SplitEntry, 'qty_before' | 'qty_after' | 'ratio'>): Exact {
  const { new: fresh, old } = parseRatio(ratio);
  const [before, after] = [exact(parseAmount(qty_before)), exact(parseAmount(qty_after))];
  return { n: before.n * fresh - after.n * old, d: before.d * old };
}

/** A fraction that waits for the first price after the split. */
export const awaitsCashInLieu = (entry: ActionEntry): entry is SplitEntry =>
  isSplitInForce(entry) && entry.in_lieu === null && fractionOf(entry).n !== 0n;

/** Of a dividend's terms and entitlement; nothing where it was cancelled. */
export function amountsOf(
  entry: Pick<DividendEntry, 'reversed' | 'qty_eligible' | 'amount_per_share' | 'withholding_tax_pct' | 'currency'>,
): DividendAmounts {
  if (entry.reversed) return { gross: ZERO, withheld: ZERO, net: ZERO };
  return dividendAmounts(parseAmount(entry.qty_eligible), {
    amount_per_share: parseAmount(entry.amount_per_share),
    withholding_tax_pct: parseAmount(entry.withholding_tax_pct),
    minor_unit: minorUnitOf(entry.currency),
  });
}

/** The dividend with its entitlement and amounts computed from `held` and the splits of its own ex-date: it is per new share. */
export function settled(entry: DividendEntry, entries: readonly ActionEntry[], step: Amount): DividendEntry {
  const sameDate = entries.filter(isSplitInForce).filter(({ ex_date }) => ex_date === entry.ex_date);
  const qty = sameDate.reduce((held, { ratio }) => splitShares(held, parseRatio(ratio), step).qty, parseAmount(entry.held));
  const eligible = { ...entry, qty_eligible: formatAmount(qty) };
  const { gross, withheld, net } = amountsOf(eligible);
  return { ...eligible, gross: formatAmount(gross), withholding: formatAmount(withheld), net: formatAmount(net) };
}

export interface Carried {
  readonly entries: readonly ActionEntry[];
  /** What the change comes to in today's shares. */
  readonly qty: Amount;
}

/**
 * What `qty` more shares of the instant `at` make of every action after it: holdings before splits, entitlements, and in the end
 * today's holding. With `after`, the change is one of the split on that date: actions of later dates carry it, dividends of the
 * same date are computed again.
 */
export function carryShares(
  entries: readonly ActionEntry[],
  { at, qty, after }: { readonly at: Instant; readonly qty: Amount; readonly after: TradingDay | null },
  step: Amount,
): Carried {
  const carried: ActionEntry[] = [];
  let now = qty;
  let [date, atStartOfDate] = ['', qty];
  for (const entry of entries) {
    if (entry.ex_date !== date) [date, atStartOfDate] = [entry.ex_date, now];
    const isTouched = after === null || entry.ex_date > after;
    if (isTouched && isSplitInForce(entry) && at < entry.ex_open) {
      const moved = movedSplit(entry, now, step);
      now = minus(parseAmount(moved.qty_after), parseAmount(entry.qty_after));
      carried.push(moved);
    } else if (isTouched && entry.kind === 'dividend' && at < entry.cutoff) {
      carried.push({ ...entry, held: formatAmount(plus(parseAmount(entry.held), atStartOfDate)) });
    } else carried.push(entry);
  }
  return { entries: carried.map((entry) => (entry.kind === 'dividend' ? settled(entry, carried, step) : entry)), qty: now };
}

function movedSplit(entry: SplitEntry, more: Amount, step: Amount): SplitEntry {
  const before = plus(parseAmount(entry.qty_before), more);
  return { ...entry, qty_before: formatAmount(before), qty_after: formatAmount(splitShares(before, parseRatio(entry.ratio), step).qty) };
}

/** The close before a dividend's ex-date at the level of that date: splits between the two restate it. Null where it is not known. */
export function previousCloseOf(entry: DividendEntry, entries: readonly ActionEntry[]): Exact | null {
  const price = parseOptional(entry.previous_close);
  const day = entry.previous_close_day;
  if (price === null || day === null) return null;
  return ratiosBetween(entries, day, entry.ex_date).reduce(restatedPrice, exact(price));
}

const ratiosBetween = (entries: readonly ActionEntry[], after: TradingDay, upTo: TradingDay): readonly SplitRatio[] =>
  entries
    .filter(isSplitInForce)
    .filter(({ ex_date }) => ex_date > after && ex_date <= upTo)
    .map(({ ratio }) => parseRatio(ratio));
