/** The prepared statements of the append path: one-row inserts with raw positional arguments. */
import type { SqliteConnection, SqliteStatement } from '../database/sqlite-driver';
import { isUniqueViolation, sqliteCode } from '../database/sqlite-errors';
import { DuplicateKey, StaleRow } from './event-store.errors';
import { CHAINED_COLUMNS } from './event-columns';
import { cellsOf, keyText } from './row-cells';
import type { RowWrite, TableDefinition } from './row-write';
import { named } from './table-statements';

export const INSERT_EVENT = `INSERT INTO events (${CHAINED_COLUMNS}) VALUES (${'?, '.repeat(21)}?)`;

export const isConstraint = (error: unknown): boolean => sqliteCode(error).startsWith('SQLITE_CONSTRAINT');

type GuardedWrite = Extract<RowWrite, { readonly op: 'update' }>;
type PlainOp = Exclude<RowWrite['op'], 'update'>;

/** The statement that writes one row: columns in the table's order, for `delete` its key. */
export function rowStatement(op: PlainOp, table: TableDefinition): string {
  const name = named(table.name);
  const key = table.key.map(named);
  if (op === 'delete') return `DELETE FROM ${name} WHERE ${key.map((column) => `${column} = ?`).join(' AND ')}`;
  const columns = table.columns.map(named);
  const insert = `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  if (op === 'insert') return insert;
  const changes = columns.filter((column) => !key.includes(column)).map((column) => `${column} = excluded.${column}`);
  return `${insert} ON CONFLICT (${key.join(', ')}) DO ${changes.length > 0 ? `UPDATE SET ${changes.join(', ')}` : 'NOTHING'}`;
}

/** The statement of a guarded change: every column, then the key, then the expected columns in their order. */
export function updateStatement(table: TableDefinition, expected: readonly string[]): string {
  const changes = table.columns.filter((column) => !table.key.includes(column)).map((column) => `${named(column)} = ?`);
  const guards = expected.map((column) => `${named(column)} IS ?`);
  const keys = table.key.map((column) => `${named(column)} = ?`);
  return `UPDATE ${named(table.name)} SET ${changes.join(', ')} WHERE ${[...keys, ...guards].join(' AND ')}`;
}

/** Writes rows with one prepared statement per table and operation. */
export class RowWriter {
  private readonly updates = new Map<string, SqliteStatement>();
  private readonly prepared: Readonly<Record<PlainOp, WeakMap<TableDefinition, SqliteStatement>>> = {
    upsert: new WeakMap(),
    insert: new WeakMap(),
    delete: new WeakMap(),
  };

  constructor(private readonly connection: SqliteConnection) {}

  /** Throws DuplicateKey where the row stands in the way of another, StaleRow; every other error as SQLite gives it. */
  write(write: RowWrite): void {
    if (write.op === 'update') this.update(write);
    else this.writePlain(write);
  }

  private update({ table, row, expected }: GuardedWrite): void {
    const names = Object.keys(expected);
    const sql = updateStatement(table, names);
    const statement = this.updates.get(sql) ?? this.connection.prepare<unknown[]>(sql);
    this.updates.set(sql, statement);
    const values = table.columns.filter((column) => !table.key.includes(column));
    const cells = [...cellsOf(table, values, row), ...cellsOf(table, table.key, row), ...cellsOf(table, names, expected)];
    if (statement.run(...cells).changes !== 1) throw new StaleRow(table.name, keyText(table, row));
  }

  private writePlain({ op, table, row }: Exclude<RowWrite, GuardedWrite>): void {
    const statement = this.prepared[op].get(table) ?? this.prepare(op, table);
    const cells = cellsOf(table, op === 'delete' ? table.key : table.columns, row);
    try {
      statement.run(...cells);
    } catch (error) {
      throw isUniqueViolation(error) ? new DuplicateKey(table.name, keyText(table, row)) : error;
    }
  }

  private prepare(op: PlainOp, table: TableDefinition): SqliteStatement {
    const statement = this.connection.prepare<unknown[]>(rowStatement(op, table));
    this.prepared[op].set(table, statement);
    return statement;
  }
}
