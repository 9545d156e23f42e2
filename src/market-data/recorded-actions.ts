/** Recorded corporate actions: `ex_date,type(dividend|split),value,pay_date?`, as replays, simulations and the CSV provider read them. */
import { type Amount, isAmountText, parseAmount } from '../kernel/amount';
import type { TradingDay } from '../kernel/clock';
import { InputError } from '../kernel/errors';
import { parseRatio, type SplitRatio } from '../rules/split';
import { readDate } from './civil-date';
import { corrupt, type CsvRow, readTable } from './csv-table';

interface RecordedFacts {
  readonly ex_date: TradingDay;
  /** 1, 2, …: several of one type on one date. */
  readonly sequence: number;
  /** Where it came from, for messages: file and line. */
  readonly source: string;
}

export type RecordedAction =
  /** No pay date: paid on the ex-date. */
  | (RecordedFacts & { readonly type: 'dividend'; readonly amount: Amount; readonly pay_date: TradingDay | null })
  | (RecordedFacts & { readonly type: 'split'; readonly ratio: SplitRatio });

export const ACTION_HEADERS = ['ex_date,type,value,pay_date', 'ex_date,type,value'] as const;

/** In the order of the file. Throws InputError naming file, line, field, rule and value for the first line that cannot be read. */
export function readActions(text: string, file: string): readonly RecordedAction[] {
  const seen = new Map<string, number>();
  return readTable(text, file, ACTION_HEADERS).rows.map((row) => {
    const [exDate = '', type = '', value, payDate = ''] = row.values;
    const key = `${exDate} ${type}`;
    const sequence = (seen.get(key) ?? 0) + 1;
    seen.set(key, sequence);
    const ex_date = date(file, row, 'ex_date', exDate);
    const source = `${file} line ${row.line}`;
    if (type === 'split') return { type, ex_date, sequence, source, ratio: ratioOf(file, row, value) };
    if (type !== 'dividend') throw corrupt(file, row.line, 'type', 'dividend or split', type);
    const pay_date = payDate === '' ? null : date(file, row, 'pay_date', payDate);
    return { type, ex_date, sequence, source, amount: amountOf(file, row, value), pay_date };
  });
}

function date(file: string, row: CsvRow, field: string, text: string): TradingDay {
  if (readDate(text) === null) throw corrupt(file, row.line, field, 'a date of the calendar, YYYY-MM-DD', text);
  return text;
}

function amountOf(file: string, row: CsvRow, text: string | undefined): Amount {
  const amount = isAmountText(text) ? parseAmount(text) : null;
  if (amount !== null && amount > 0n) return amount;
  throw corrupt(file, row.line, 'value', 'an amount per share above 0 with at most 8 places', text);
}

function ratioOf(file: string, row: CsvRow, text: string | undefined): SplitRatio {
  try {
    return parseRatio(text);
  } catch (error) {
    if (error instanceof InputError) throw corrupt(file, row.line, 'value', error.rule, text);
    throw error;
  }
}
