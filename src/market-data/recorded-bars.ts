/** Recorded bars: `date|ts,open,high,low,close,volume`, the history that replays and simulations run on. */
import type { Exchange } from '../contracts/instrument';
import { type Amount, isAmountText, parseAmount } from '../kernel/amount';
import { type Instant, toInstant, type TradingDay } from '../kernel/clock';
import { InputError } from '../kernel/errors';
import { dateText, parseDate, readDate } from './civil-date';
import { assertLater, corrupt, type CsvRow, readTable, readTimestamp } from './csv-table';
import type { ExchangeCalendar } from './exchange-calendar';
import { newYorkInstant } from './new-york-time';
import { XNYS_HOURS } from './xnys-calendar';

export interface Bar {
  /** When its close is known: a date's regular close, else its `ts`. */
  readonly at: Instant;
  readonly day: TradingDay;
  /** The date or `ts` as the file has it. */
  readonly label: string;
  /** The file gives a date: the bar counts as regular session. */
  readonly dated: boolean;
  readonly open: Amount;
  readonly high: Amount;
  readonly low: Amount;
  readonly close: Amount;
  /** As the file has it; not used for money. */
  readonly volume: string;
}

export const BAR_HEADERS = ['date,open,high,low,close,volume', 'ts,open,high,low,close,volume'] as const;
const VOLUME = /^(\d+(\.\d+)?)?$/;

/** Throws InputError naming file, line, field, rule and value for the first line that is corrupt, out of order or twice in the file. */
export function readBars(text: string, file: string, calendar: ExchangeCalendar, exchange: Exchange): readonly Bar[] {
  const { header, rows } = readTable(text, file, BAR_HEADERS);
  const dated = header.startsWith('date');
  let before: number | null = null;
  return rows.map((row) => {
    const [label = '', open, high, low, close, volume = ''] = row.values;
    const key = dated ? readDate(label) : readTimestamp(label);
    if (key === null) {
      if (dated) throw corrupt(file, row.line, 'date', 'a date of the calendar, YYYY-MM-DD', label);
      throw corrupt(file, row.line, 'ts', 'a date and time with Z, YYYY-MM-DDTHH:MM:SSZ', label);
    }
    assertLater(file, row, dated ? 'date' : 'ts', key, before);
    before = key;
    if (!VOLUME.test(volume)) throw corrupt(file, row.line, 'volume', 'a decimal not below 0, or empty', volume);
    const prices = readPrices(file, row, { open, high, low, close });
    return { ...(dated ? onDate(calendar, exchange, key) : atInstant(calendar, exchange, key)), label, dated, ...prices, volume };
  });
}

/** The bars of the days from `start` to `end`, both included; null is no limit. Throws InputError where one is no date. */
export function barsBetween(bars: readonly Bar[], start: TradingDay | null, end: TradingDay | null): readonly Bar[] {
  if (start !== null) parseDate(start, 'start');
  if (end !== null) parseDate(end, 'end');
  if (start !== null && end !== null && end < start) throw new InputError('bars.range', 'end', `${start} or later`, end);
  return bars.filter(({ day }) => (start === null || day >= start) && (end === null || day <= end));
}

/** A date without trading, or outside the calendar, still has a bar in some files: it closes at the usual hour. */
function onDate(calendar: ExchangeCalendar, exchange: Exchange, key: number): Pick<Bar, 'at' | 'day'> {
  const day = dateText(key);
  const session = calendar.day(exchange, day);
  if (session !== null && session !== 'unknown') return { at: session.close, day };
  return { at: toInstant(newYorkInstant(key, XNYS_HOURS.close)), day };
}

function atInstant(calendar: ExchangeCalendar, exchange: Exchange, ms: number): Pick<Bar, 'at' | 'day'> {
  const at = toInstant(ms);
  return { at, day: calendar.tradingDay(exchange, at) };
}

type Prices = Pick<Bar, 'open' | 'high' | 'low' | 'close'>;

function readPrices(file: string, row: CsvRow, texts: Readonly<Record<keyof Prices, string | undefined>>): Prices {
  const price = (field: keyof Prices): Amount => {
    const text = texts[field];
    const amount = isAmountText(text) ? parseAmount(text) : null;
    if (amount !== null && amount > 0n) return amount;
    throw corrupt(file, row.line, field, 'a decimal above 0 with at most 12 integer digits and 8 places', text);
  };
  const prices = { open: price('open'), high: price('high'), low: price('low'), close: price('close') };
  for (const field of ['open', 'low', 'close'] as const) {
    if (prices[field] > prices.high) throw corrupt(file, row.line, field, `not above the high of ${texts.high}`, texts[field]);
  }
  for (const field of ['open', 'close'] as const) {
    if (prices[field] < prices.low) throw corrupt(file, row.line, field, `not below the low of ${texts.low}`, texts[field]);
  }
  return prices;
}
