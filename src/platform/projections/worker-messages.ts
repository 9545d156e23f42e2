/** What the program and its projection threads say to each other: plain data, for it is copied on the way. */
import { ConflictError, DomainError, type ErrorDetails, type ErrorKind, UnavailableError } from '../../kernel/errors';
import { cellsOf } from '../event-store/row-cells';
import type { Cell, Row, RowWrite, TableDefinition } from '../event-store/row-write';
import type { Checkpoint } from './fold-io';
import type { Projection } from './projection';
import type { DatabaseAddress } from './projection-tables.port';
import type { FillWork, SharedRanges, VerificationReport } from './projection-work';

interface Order {
  readonly address: DatabaseAddress;
  /** Names: the thread has the same projections. */
  readonly projections: readonly string[];
}

export interface FillOrder extends Order, Pick<FillWork, 'build' | 'statesKept'> {
  readonly kind: 'fill';
  readonly shared: SharedRanges;
}

export interface VerifyOrder extends Order {
  readonly kind: 'verify';
}

export type WorkOrder = FillOrder | VerifyOrder;

export type FromThread =
  | { readonly kind: 'page'; readonly log: number; readonly part: number; readonly position: number }
  | { readonly kind: 'rows'; readonly rows: readonly PackedRows[]; readonly checkpoint: Checkpoint }
  | { readonly kind: 'done'; readonly report: VerificationReport | null }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** The rows that were sent are committed. */
export type ToThread = { readonly kind: 'committed' };

/** Rows of one table as bare cells: names would be copied with every row. */
export interface PackedRows {
  readonly table: string;
  readonly op: 'upsert' | 'delete';
  readonly rows: readonly (readonly Cell[])[];
}

const columnsOf = (op: RowWrite['op'], table: TableDefinition): readonly string[] => (op === 'delete' ? table.key : table.columns);

/** Two writes never concern one row, so their order does not matter. */
export function packed(writes: readonly RowWrite[]): readonly PackedRows[] {
  const groups = new Map<string, { table: string; op: 'upsert' | 'delete'; rows: Cell[][] }>();
  for (const { op, table, row } of writes) {
    if (op !== 'upsert' && op !== 'delete') throw new Error(`a projection cannot ${op} a row`);
    const key = `${op} ${table.name}`;
    const group = groups.get(key) ?? { table: table.name, op, rows: [] };
    groups.set(key, group);
    group.rows.push(cellsOf(table, columnsOf(op, table), row));
  }
  return [...groups.values()];
}

export function unpacked(groups: readonly PackedRows[], tables: readonly TableDefinition[]): readonly RowWrite[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  return groups.flatMap(({ table: name, op, rows }) => {
    const table = byName.get(name);
    if (!table) throw new Error(`rows came for ${name}, which is not being built`);
    const columns = columnsOf(op, table);
    return rows.map((cells): RowWrite => ({ op, table, row: rowOf(columns, cells) }));
  });
}

function rowOf(columns: readonly string[], cells: readonly Cell[]): Row {
  const row: Record<string, Cell> = {};
  columns.forEach((column, index) => (row[column] = cells[index] ?? null));
  return row;
}

/** An error on its way between threads, which keep no classes. */
interface Failure {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | null;
  readonly kind: ErrorKind | null;
  readonly details: ErrorDetails;
}

export function failureOf(error: unknown): Failure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!(error instanceof DomainError)) return { message, stack, code: null, kind: null, details: {} };
  return { message, stack, code: error.code, kind: error.kind, details: JSON.parse(JSON.stringify(error.details)) as ErrorDetails };
}

export function errorOf({ message, stack, code, kind, details }: Failure): Error {
  if (code === null) return Object.assign(new Error(message), { stack });
  if (kind === 'unavailable') return new UnavailableError(code, message, details);
  return kind === 'conflict' ? new ConflictError(code, message, details) : new DomainError(code, message, details);
}

/** Throws where the thread was built from other code than the program that ordered the work. */
export function projectionsNamed(names: readonly string[], known: readonly Projection[]): readonly Projection[] {
  const found = known.filter(({ name }) => names.includes(name));
  const unknown = names.filter((name) => !known.some((projection) => projection.name === name));
  if (unknown.length > 0)
    throw new Error(`the projection thread does not know ${unknown.join(', ')}: list its streams where the program's are listed`);
  return found;
}
