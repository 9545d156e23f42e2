/** The prepared statements of the append path: one-row inserts with raw positional arguments. */
import type { SqliteConnection, SqliteStatement } from '../database/sqlite-driver';
import { isUniqueViolation, sqliteCode } from '../database/sqlite-errors';
import { DuplicateKey } from './event-store.errors';
import { cellsOf, keyText } from './row-cells';
import type { RowWrite, TableDefinition } from './row-write';

/** Columns of `events` that make a RecordedEvent, in its order. */
export const EVENT_COLUMNS =
  'log, position, tenant_id, stream, version, event_id, type, schema_version, ts, recorded_at, portfolio_id, position_id, ' +
  'instrument_id, symbol, correlation_id, causation_id, actor, unique_key, data';

export const INSERT_EVENT = `INSERT INTO events (${EVENT_COLUMNS}, salt, leaf, chain) VALUES (${'?, '.repeat(21)}?)`;

export const isConstraint = (error: unknown): boolean => sqliteCode(error).startsWith('SQLITE_CONSTRAINT');

const IDENTIFIER = /^[a-z_][a-z0-9_]*$/;

/** Names come from table definitions in code, never from input; this keeps it so. */
function named(name: string): string {
  if (!IDENTIFIER.test(name)) throw new Error(`${name} is no name of a table or column`);
  return name;
}

/** The statement that writes one row: columns in the table's order, for `delete` its key. */
export function rowStatement(op: RowWrite['op'], table: TableDefinition): string {
  const name = named(table.name);
  const key = table.key.map(named);
  if (op === 'delete') return `DELETE FROM ${name} WHERE ${key.map((column) => `${column} = ?`).join(' AND ')}`;
  const columns = table.columns.map(named);
  const insert = `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  if (op === 'insert') return insert;
  const changes = columns.filter((column) => !key.includes(column)).map((column) => `${column} = excluded.${column}`);
  return `${insert} ON CONFLICT (${key.join(', ')}) DO ${changes.length > 0 ? `UPDATE SET ${changes.join(', ')}` : 'NOTHING'}`;
}

/** Writes rows with one prepared statement per table and operation. */
export class RowWriter {
  private readonly prepared: Readonly<Record<RowWrite['op'], WeakMap<TableDefinition, SqliteStatement>>> = {
    upsert: new WeakMap(),
    insert: new WeakMap(),
    delete: new WeakMap(),
  };

  constructor(private readonly connection: SqliteConnection) {}

  /** Throws DuplicateKey where the row stands in the way of another; every other error as SQLite gives it. */
  write({ op, table, row }: RowWrite): void {
    const statement = this.prepared[op].get(table) ?? this.prepare(op, table);
    const cells = cellsOf(table, op === 'delete' ? table.key : table.columns, row);
    try {
      statement.run(...cells);
    } catch (error) {
      throw isUniqueViolation(error) ? new DuplicateKey(table.name, keyText(table, row)) : error;
    }
  }

  private prepare(op: RowWrite['op'], table: TableDefinition): SqliteStatement {
    const statement = this.connection.prepare<unknown[]>(rowStatement(op, table));
    this.prepared[op].set(table, statement);
    return statement;
  }
}
