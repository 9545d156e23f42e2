/** One-minute bars of quotes and trades of one day in New York time, read as the quotes that a tick on the minute would have seen. */
import { toInstant, type TradingDay } from '../kernel/clock';
import type { Quote } from '../rules/price-policy';
import { MINUTE_MS, parseDate } from './civil-date';
import { assertLater, corrupt, type CsvRow, readTable } from './csv-table';
import { newYorkInstant } from './new-york-time';

export const MINUTE_QUOTE_HEADER = 'ny_time,bid_open,bid_high,bid_low,bid_close,bid_size,ask_open,ask_high,ask_low,ask_close,ask_size';
export const MINUTE_TRADE_HEADER = 'ny_time,open,high,low,close,volume';

export interface MinuteFiles {
  /** Name for messages, and the file's text. */
  readonly quotes: { readonly file: string; readonly text: string };
  readonly trades: { readonly file: string; readonly text: string };
}

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;
const PRICE = /^\d+(\.\d+)?$/;

/**
 * One quote per row of quotes, at the start of its minute: the opening bid and ask, and the opening trade where that minute has one. The
 * row of hh:mm covers [hh:mm, hh:mm+1), so its other prices lie in the future of the tick. A minute without a row of quotes gives none:
 * the former quote stays, with its age. Throws InputError naming file, line and field for what is corrupt, out of order or twice.
 */
export function readMinutes(day: TradingDay, { quotes, trades }: MinuteFiles): readonly Quote[] {
  const date = parseDate(day, 'day');
  const tradeOpens = new Map(rowsOf(trades, MINUTE_TRADE_HEADER).map(({ row, minute }) => [minute, price(trades.file, row, 1, 'open')]));
  return rowsOf(quotes, MINUTE_QUOTE_HEADER).map(({ row, minute }) => ({
    ts: toInstant(newYorkInstant(date, minute)),
    bid: price(quotes.file, row, 1, 'bid_open'),
    ask: price(quotes.file, row, 6, 'ask_open'),
    last: tradeOpens.get(minute) ?? null,
    source: 'recorded',
  }));
}

function rowsOf({ file, text }: MinuteFiles['quotes'], header: string): readonly { readonly row: CsvRow; readonly minute: number }[] {
  let before: number | null = null;
  return readTable(text, file, [header]).rows.map((row) => {
    const [, hours, minutes] = TIME.exec(row.values[0] ?? '') ?? [];
    if (hours === undefined) throw corrupt(file, row.line, 'ny_time', 'a time HH:MM', row.values[0]);
    const minute = Number(hours) * 60 + Number(minutes);
    assertLater(file, row, 'ny_time', minute * MINUTE_MS, before);
    before = minute * MINUTE_MS;
    return { row, minute };
  });
}

/** Null where the file has no price. */
function price(file: string, row: CsvRow, column: number, field: string): string | null {
  const text = row.values[column] ?? '';
  if (text === '') return null;
  if (!PRICE.test(text)) throw corrupt(file, row.line, field, 'a decimal, or empty', text);
  return text;
}
