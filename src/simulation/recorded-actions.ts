/** Recorded corporate actions: `ex_date,type,value,pay_date`, dividends per share and splits as new/old. */
import { isAmountText, parseAmount, type Amount, SCALE } from '../kernel/amount';
import type { TradingDay } from '../kernel/clock';
import { readDate } from '../market-data/civil-date';
import { corrupt, type CsvRow, readTable } from '../market-data/csv-table';
import type { PastAction } from '../rules/benchmarks';

export type RecordedAction = PastAction & {
  /** Null: paid on the ex-date. */
  readonly pay_date: TradingDay | null;
  /** Where it came from, for messages: file and line. */
  readonly source: string;
};

export const ACTION_HEADERS = ['ex_date,type,value,pay_date', 'ex_date,type,value'] as const;
const FRACTION = /^([1-9]\d{0,8})\/([1-9]\d{0,8})$/;

/** Throws InputError naming file, line, field, rule and value for the first line that is corrupt. */
export function readActions(text: string, file: string): readonly RecordedAction[] {
  return readTable(text, file, ACTION_HEADERS).rows.map((row) => {
    const [exDate = '', type, value = '', payDate = ''] = row.values;
    const source = `${file} line ${row.line}`;
    const common = {
      ex_date: dateOf(file, row, 'ex_date', exDate),
      pay_date: payDate === '' ? null : dateOf(file, row, 'pay_date', payDate),
      source,
    };
    if (type === 'dividend') return { ...common, type, amount: positive(file, row, value) };
    if (type === 'split') return { ...common, type, ratio: ratioOf(file, row, value) };
    throw corrupt(file, row.line, 'type', 'dividend or split', type);
  });
}

function dateOf(file: string, row: CsvRow, field: string, text: string): TradingDay {
  if (readDate(text) === null) throw corrupt(file, row.line, field, 'a date of the calendar, YYYY-MM-DD', text);
  return text;
}

function positive(file: string, row: CsvRow, text: string): Amount {
  const amount = isAmountText(text) ? parseAmount(text) : null;
  if (amount === null || amount <= 0n) throw corrupt(file, row.line, 'value', 'a decimal above 0 with at most 8 places', text);
  return amount;
}

/** New over old, as a decimal or `a/b`. */
function ratioOf(file: string, row: CsvRow, text: string): { readonly new: bigint; readonly old: bigint } {
  const [, above, below] = FRACTION.exec(text) ?? [];
  if (above !== undefined && below !== undefined) return { new: BigInt(above), old: BigInt(below) };
  if (!isAmountText(text) || parseAmount(text) <= 0n) {
    throw corrupt(file, row.line, 'value', 'new over old shares: a decimal above 0, or two whole numbers such as 1/3', text);
  }
  return { new: parseAmount(text), old: SCALE };
}
