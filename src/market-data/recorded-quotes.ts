/** Recorded quotes: `ts,bid,ask,last`, and what was known of them at an instant. */
import { epochMs, type Instant, toInstant } from '../kernel/clock';
import type { Quote } from '../rules/price-policy';
import { assertLater, corrupt, type CsvRow, readTable, readTimestamp } from './csv-table';

export const QUOTE_HEADER = 'ts,bid,ask,last';
const FIELDS = ['bid', 'ask', 'last'] as const;
/** Decimal numbers, and the non-numbers that feeds send in their place. */
const VALUE = /^[+-]?(\d+(\.\d*)?(e[+-]?\d+)?|\.\d+|nan|inf(inity)?)$/i;

/**
 * An empty value is a side that the quote lacks. A bad price (negative, NaN, too many places) is kept as it is: the quote gate holds on
 * it, as it would live. Throws InputError naming file, line, field, rule and value for what is no price at all, out of order or twice.
 */
export function readQuotes(text: string, file: string): readonly Quote[] {
  let before: number | null = null;
  return readTable(text, file, [QUOTE_HEADER]).rows.map((row) => {
    const ms = readTimestamp(row.values[0] ?? '');
    if (ms === null) throw corrupt(file, row.line, 'ts', 'a date and time with Z, YYYY-MM-DDTHH:MM:SSZ', row.values[0]);
    assertLater(file, row, 'ts', ms, before);
    before = ms;
    const [bid, ask, last] = FIELDS.map((field, index) => readValue(file, row, field, row.values[index + 1] ?? ''));
    return { ts: toInstant(ms), bid: bid ?? null, ask: ask ?? null, last: last ?? null, source: 'csv' };
  });
}

function readValue(file: string, row: CsvRow, field: string, text: string): string | null {
  if (text === '') return null;
  if (!VALUE.test(text)) throw corrupt(file, row.line, field, 'a decimal, or empty', text);
  return text;
}

/** The last item at or before an instant, by binary search; null where all are later. `items` are in order of `instantOf`. */
export function lastAtOrBefore<Item>(items: readonly Item[], at: Instant, instantOf: (item: Item) => Instant): Item | null {
  const wanted = epochMs(at);
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && epochMs(instantOf(item)) <= wanted) low = middle + 1;
    else high = middle;
  }
  return items[low - 1] ?? null;
}

/** What was quoted at an instant. */
export const quoteAt = (quotes: readonly Quote[], at: Instant): Quote | null => lastAtOrBefore(quotes, at, ({ ts }) => ts);
