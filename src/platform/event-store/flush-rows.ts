/** The rows of a flush, call after call: what each key comes to in the end, and what the database must find there before. */
import { DuplicateKey, StaleRow } from './event-store.errors';
import { cellsOf, keyText } from './row-cells';
import type { Cell, Row, RowWrite, TableDefinition } from './row-write';

/** What a key comes to. */
export interface FinalRow {
  readonly table: TableDefinition;
  readonly key: readonly Cell[];
  /** Null: deleted. */
  readonly row: Row | null;
  /** The first row that may be written only where there is none; null where it does not matter. */
  readonly inserted: Row | null;
  /** The first change that is only made where the row still holds what is expected. */
  readonly guarded: { readonly row: Row; readonly expected: Row } | null;
}

/** What the database is known to hold where calls have lost against it. */
export interface KnownRows {
  /** Keys of `rowKey` that exist. */
  readonly existing: ReadonlySet<string>;
  /** Guarded changes whose guard does not hold. */
  readonly stale: ReadonlySet<RowWrite>;
}

export const NOTHING_KNOWN: KnownRows = { existing: new Set(), stale: new Set() };

export const rowKey = (table: TableDefinition, row: Row): string => `${table.name} ${JSON.stringify(cellsOf(table, table.key, row))}`;

export class FlushRows {
  private readonly rows = new Map<string, FinalRow>();

  constructor(private readonly known: KnownRows) {}

  /** All of a call's rows or none. Throws DuplicateKey, StaleRow, or an error for a row that is no row of its table. */
  add(writes: readonly RowWrite[]): void {
    if (writes.length === 0) return;
    const undo: (() => void)[] = [];
    try {
      for (const write of writes) this.write(write, undo);
    } catch (error) {
      for (const step of undo.reverse()) step();
      throw error;
    }
  }

  tables(): Iterable<TableDefinition> {
    return new Set([...this.rows.values()].map(({ table }) => table));
  }

  /** In the order of tables and keys, which is the order of locks. */
  sorted(): readonly FinalRow[] {
    return [...this.rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  private write(write: RowWrite, undo: (() => void)[]): void {
    const { table, row } = write;
    const key = rowKey(table, row);
    const before = this.rows.get(key);
    const after = this.after(write, key, before);
    this.rows.set(key, after);
    undo.push(() => void (before ? this.rows.set(key, before) : this.rows.delete(key)));
  }

  private after(write: RowWrite, key: string, before: FinalRow | undefined): FinalRow {
    const { op, table, row } = write;
    const base = before ?? { table, key: cellsOf(table, table.key, row), row: null, inserted: null, guarded: null };
    if (op === 'delete') return { ...base, row: null };
    cellsOf(table, table.columns, row);
    if (op === 'upsert') return { ...base, row };
    if (op === 'insert') {
      if (before ? before.row !== null : this.known.existing.has(key)) throw new DuplicateKey(table.name, keyText(table, row));
      return { ...base, row, inserted: before ? base.inserted : row };
    }
    const { expected } = write;
    const holds = before ? before.row !== null && isHeld(before.row, expected) : !this.known.stale.has(write);
    if (!holds) throw new StaleRow(table.name, keyText(table, row));
    return { ...base, row, guarded: before ? base.guarded : { row, expected } };
  }
}

const isHeld = (row: Row, expected: Row): boolean => Object.entries(expected).every(([column, cell]) => row[column] === cell);
