/** Apple's recorded minutes as what `vb replay --bars --quotes` reads: a bar per minute of the extended day, the quotes as they came. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Instant, toInstant } from '../../src/kernel/clock';
import { readMinutes } from '../../src/market-data/recorded-minutes';
import type { Quote } from '../../src/rules/price-policy';

const DEMO = join(__dirname, '../../demo/aapl-minute');
const MINUTE_MS = 60_000;
/** The recorded days lie in daylight time. */
const OFFSET = '-04:00';

export const PRE_OPEN = 4 * 60;
export const OPEN = 9 * 60 + 30;
export const CLOSE = 16 * 60;
export const POST_CLOSE = 20 * 60;

export interface MinuteTick {
  readonly at: Instant;
  readonly day: string;
  /** Minutes since midnight in New York. */
  readonly minute: number;
}

export const newYork = (day: string, minute: number): Instant => toInstant(Date.parse(`${day}T00:00:00${OFFSET}`) + minute * MINUTE_MS);

/** Every minute from `from` to the end of the extended session, both included. */
export const minutesOf = (day: string, from: number): readonly MinuteTick[] =>
  Array.from({ length: POST_CLOSE - from + 1 }, (_, index) => ({ at: newYork(day, from + index), day, minute: from + index }));

export function recordedQuotes(days: readonly string[]): readonly Quote[] {
  const read = (name: string) => ({ file: name, text: readFileSync(join(DEMO, name), 'utf8') });
  return days.flatMap((day) => readMinutes(day, { quotes: read(`AAPL_${day}_quote.csv`), trades: read(`AAPL_${day}_trade.csv`) }));
}

/** The newest quote of an instant, found by looking at all of them. */
export function newestQuote(quotes: readonly Quote[], at: Instant): Quote | undefined {
  return quotes.filter(({ ts }) => ts <= at).at(-1);
}

export const quotesCsv = (quotes: readonly Quote[]): string =>
  ['ts,bid,ask,last', ...quotes.map(({ ts, bid, ask, last }) => [ts, bid, ask, last].map((cell) => cell ?? '').join(','))].join('\n');

/** A bar is the last trade known at its minute: it values the position, evaluations see the quotes. */
export function barsCsv(ticks: readonly MinuteTick[], quotes: readonly Quote[]): string {
  const traded = quotes.filter(({ last }) => last !== null);
  const rows = ticks.map(({ at }) => {
    const price = newestQuote(traded, at)?.last ?? quotes[0]?.bid ?? '';
    return `${at},${price},${price},${price},${price},`;
  });
  return ['ts,open,high,low,close,volume', ...rows].join('\n');
}
