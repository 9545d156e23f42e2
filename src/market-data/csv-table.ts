/** Strict reading of recorded data: a line that is not what its header promises stops the reading and is named. */
import { CsvError, parse } from 'csv-parse/sync';
import { InputError } from '../kernel/errors';
import { readDate } from './civil-date';

export interface CsvRow {
  /** 1 is the header's line. */
  readonly line: number;
  readonly values: readonly string[];
}

export interface CsvTable {
  readonly header: string;
  readonly rows: readonly CsvRow[];
}

interface ParsedRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** The rows under one of the `headers`. Throws InputError naming file, line and what was expected; blank lines count and are passed over. */
export function readTable(text: string, file: string, headers: readonly string[]): CsvTable {
  const [first, ...others] = parseRows(text, file);
  const header = first?.record.join(',') ?? '';
  if (!headers.includes(header)) throw corrupt(file, first?.info.lines ?? 1, 'header', headers.join(' or '), header);
  const width = header.split(',').length;
  const rows = others.map(({ record, info }) => {
    if (record.length !== width) throw corrupt(file, info.lines, 'row', `${width} values, as the header`, record.join(','));
    return { line: info.lines, values: record };
  });
  return { header, rows };
}

function parseRows(text: string, file: string): readonly ParsedRow[] {
  try {
    return parse(text, { bom: true, info: true, relax_column_count: true, skip_empty_lines: true }) as unknown as ParsedRow[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw corrupt(file, Number(error['lines'] ?? 1), 'row', 'comma-separated values', error.message);
  }
}

/** Names file, line, field, rule and what was received. */
export const corrupt = (file: string, line: number, field: string, rule: string, received: unknown): InputError =>
  new InputError('csv.invalid', `${file} line ${line} ${field}`, rule, received);

/** Epoch milliseconds of an ISO 8601 date and time with `Z` or an offset, to the minute or finer; null for anything else. */
export function readTimestamp(text: string): number | null {
  const [, date] = TIMESTAMP.exec(text) ?? [];
  return date === undefined || readDate(date) === null ? null : Date.parse(text);
}

/** Throws InputError where a row is not later than the one before: unsorted files and duplicates would be read as another history. */
export function assertLater(file: string, row: CsvRow, field: string, key: number, before: number | null): void {
  if (before === null || key > before) return;
  const rule = key === before ? 'once in the file (it is a duplicate)' : 'later than the row before (the file is not sorted)';
  throw corrupt(file, row.line, field, rule, row.values[0]);
}
