/** What corporate actions make of prices from before them: the anchor, and what the quote gate remembers. */
import { type Amount, parseAmount, plus, ZERO } from '../kernel/amount';
import type { Instant, TradingDay } from '../kernel/clock';
import { type Exact, multiply, ONE } from '../kernel/exact';
import { type ActionEntry, type DividendEntry, isDividendInForce, isSplitInForce, previousCloseOf, type SplitEntry } from './action-ledger';
import { anchorAtExDate, exceedsPrice, exDateFactor } from './dividend';
import { NO_MEMORY, type QuoteMemory, restateMemory } from './quote-gate-jump';
import { parseRatio, priceFactor, splitPrice } from './split';

/** The anchor as it was set, and when: what came later restates it. */
export interface AnchorBase {
  readonly price: Amount;
  readonly at: Instant;
}

interface ExDate {
  readonly date: TradingDay;
  readonly ex_open: Instant;
  readonly splits: readonly SplitEntry[];
  readonly dividends: readonly DividendEntry[];
}

/** What restates prices, one ex-date after the other. Dividends of another currency move no price of this one. */
function exDates(entries: readonly ActionEntry[], after: Instant): readonly ExDate[] {
  const dates = new Map<TradingDay, { date: TradingDay; ex_open: Instant; splits: SplitEntry[]; dividends: DividendEntry[] }>();
  for (const entry of entries) {
    if (entry.ex_open <= after) continue;
    const isPriced = isSplitInForce(entry) || (isDividendInForce(entry) && !entry.foreign);
    if (!isPriced) continue;
    const of = dates.get(entry.ex_date) ?? { date: entry.ex_date, ex_open: entry.ex_open, splits: [], dividends: [] };
    dates.set(entry.ex_date, of);
    if (isSplitInForce(entry)) of.splits.push(entry);
    else if (isDividendInForce(entry)) of.dividends.push(entry);
  }
  return [...dates.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}

const sumOf = (dividends: readonly DividendEntry[]): Amount =>
  dividends.reduce((sum, { amount_per_share }) => plus(sum, parseAmount(amount_per_share)), ZERO);

/** The close before the ex-date that all dividends of that date share. */
function closeBefore(dividends: readonly DividendEntry[], entries: readonly ActionEntry[]): Exact | null {
  for (const dividend of dividends) {
    const close = previousCloseOf(dividend, entries);
    if (close) return close;
  }
  return null;
}

/**
 * The anchor today: `× old/new` per split, then `A·(P − ΣD)/P` per ex-date in one division, each half-even at 8 places. The order in
 * which actions became known does not matter. Null where nothing above zero would be left.
 */
export function anchorToday(base: AnchorBase, entries: readonly ActionEntry[]): Amount | null {
  let anchor: Amount = base.price;
  for (const { splits, dividends } of exDates(entries, base.at)) {
    for (const { ratio } of splits) anchor = splitPrice(anchor, parseRatio(ratio));
    if (dividends.length === 0) continue;
    const adjusted = anchorAtExDate(anchor, sumOf(dividends), closeBefore(dividends, entries));
    if (adjusted === null) return null;
    anchor = adjusted;
  }
  return anchor > ZERO ? anchor : null;
}

/** The dividends of an ex-date come to the whole price before it: no data to act on. */
export function exceedPreviousClose(date: TradingDay, entries: readonly ActionEntry[]): boolean {
  const dividends = entries.filter(isDividendInForce).filter(({ ex_date, foreign }) => ex_date === date && !foreign);
  return exceedsPrice(sumOf(dividends), closeBefore(dividends, entries));
}

/** What a session opened to: prices from before it count `factor` times. */
export interface PriceChange {
  readonly ex_open: Instant;
  readonly factor: Exact;
}

/** What the quote gate remembers, restated by every action since the last good price: neither a split nor a dividend is a jump. */
export function memoryToday(memory: QuoteMemory | null, entries: readonly ActionEntry[]): QuoteMemory | null {
  if (entries.length === 0) return memory;
  const later = exDates(entries, knownUntil(memory ?? NO_MEMORY));
  return memoryAfter(
    memory,
    later.map((date) => ({ ex_open: date.ex_open, factor: factorOf(date, entries) })),
  );
}

/** The same by what each ex-date changed, in the order in which they came. */
export function memoryAfter(memory: QuoteMemory | null, changes: readonly PriceChange[]): QuoteMemory | null {
  const last = changes.at(-1);
  const before = memory ?? NO_MEMORY;
  const since = knownUntil(before);
  if (last === undefined || last.ex_open <= since) return memory;
  const later = changes.filter(({ ex_open }) => ex_open > since);
  return restateMemory(
    before,
    later.reduce((product, { factor }) => multiply(product, factor), ONE),
    last.ex_open,
  );
}

/** Until when the memory counts what changed prices. */
function knownUntil({ restated_to, last_good_ts }: QuoteMemory): Instant {
  const [restated, good] = [restated_to ?? '', last_good_ts ?? ''];
  return restated > good ? restated : good;
}

function factorOf({ splits, dividends }: ExDate, entries: readonly ActionEntry[]): Exact {
  const split = splits.reduce((factor, { ratio }) => multiply(factor, priceFactor(parseRatio(ratio))), ONE);
  if (dividends.length === 0) return split;
  const close = closeBefore(dividends, entries);
  const sum = sumOf(dividends);
  return exceedsPrice(sum, close) ? split : multiply(split, exDateFactor(sum, close));
}
