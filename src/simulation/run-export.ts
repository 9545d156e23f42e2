/** A stored run as a file: everything as JSON, its trades as CSV, all of it as a workbook. */
import { stringify } from 'csv-stringify/sync';
import type { RunResult } from './run-result';
import type { RunDetails } from './simulation-task';
import { METRIC_DEFINITIONS } from './run-analysis';

export interface ExportedRun {
  readonly run_id: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly result: RunResult;
  readonly details: RunDetails | null;
}

export const EXPORT_FORMATS = ['csv', 'json', 'xlsx'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

type Cell = string | number | null;
interface Sheet {
  readonly name: string;
  readonly rows: readonly (readonly Cell[])[];
}

/** The sheets of a run; the first row of each names its columns. */
export function sheetsOf({ run_id, parameters, result, details }: ExportedRun): readonly Sheet[] {
  const { metrics, benchmarks, ...totals } = result;
  const summary: (readonly Cell[])[] = [['field', 'value'], ['run_id', run_id], ...Object.entries(parameters), ...Object.entries(totals)];
  const figures = Object.entries(metrics) as [keyof typeof metrics, number | null][];
  const held = benchmarks.buy_and_hold as unknown as Readonly<Record<string, number | null>>;
  const mix = benchmarks.static_mix as unknown as Readonly<Record<string, number | null>>;
  const table: (readonly Cell[])[] = [
    ['metric', 'run', 'buy_and_hold', 'static_mix', 'definition'],
    ...figures.map(([name, value]) => [name, value, held[name] ?? null, mix[name] ?? null, METRIC_DEFINITIONS[name] ?? '']),
  ];
  const sheets: Sheet[] = [
    { name: 'Result', rows: summary },
    { name: 'Metrics', rows: table },
  ];
  if (!details) return sheets;
  return [
    ...sheets,
    { name: 'Trades', rows: rowsOf(details.trades, TRADE_COLUMNS) },
    { name: 'Dividends', rows: rowsOf(details.dividends, ['at', 'qty', 'net', 'paid_at']) },
    { name: 'Reasons', rows: [['reason', 'evaluations'], ...Object.entries(details.reasons)] },
    { name: 'Months', rows: rowsOf(details.months, ['month', 'total_return', 'equity']) },
    { name: 'Drawdowns', rows: rowsOf(details.drawdowns, ['peak', 'trough', 'recovered', 'depth', 'days']) },
    { name: 'Equity', rows: rowsOf(details.daily, ['day', 'equity']) },
    { name: 'Warnings', rows: rowsOf(details.warnings, ['code', 'text']) },
  ];
}

const TRADE_COLUMNS = ['at', 'decided_at', 'side', 'qty', 'price', 'notional', 'commission', 'realized_pnl', 'reason'] as const;

function rowsOf<Item extends object>(items: readonly Item[], columns: readonly (keyof Item & string)[]): readonly (readonly Cell[])[] {
  return [columns, ...items.map((item) => columns.map((column) => item[column] as Cell))];
}

/** The trades of the run, amounts as text exactly as they are. */
export function exportCsv({ details }: ExportedRun): string {
  return stringify([...rowsOf(details?.trades ?? [], TRADE_COLUMNS)].map((row) => [...row]));
}

export const exportJson = (run: ExportedRun): string => JSON.stringify({ ...run, definitions: METRIC_DEFINITIONS });

/** Amounts stay text: a spreadsheet's numbers would lose digits. */
export async function exportXlsx(run: ExportedRun): Promise<Buffer> {
  const { default: writeXlsxFile } = await import('write-excel-file/node');
  const sheets = sheetsOf(run).map(({ name, rows }) => ({
    sheet: name,
    data: rows.map((row) =>
      row.map((value) => (value === null ? null : typeof value === 'number' ? { type: Number, value } : { type: String, value })),
    ),
  }));
  return writeXlsxFile(sheets).toBuffer();
}
