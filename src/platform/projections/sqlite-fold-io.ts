/** Folding on one SQLite connection: a window of the log at once, rows by their keys. */
import type { SqliteConnection, SqliteStatement } from '../database/sqlite-driver';
import type { Row, TableDefinition } from '../event-store/row-write';
import {
  type EventCells,
  foldColumns,
  type FoldEvent,
  foldEvents,
  type FoldQuery,
  type LogRange,
  type Positions,
  type Share,
} from './fold-io';

/** From log to log by the index, however many events lie between, and the last position of each. */
const HEADS = `WITH RECURSIVE found (log) AS (
    SELECT min(log) FROM main.events UNION ALL SELECT (SELECT min(log) FROM main.events WHERE log > found.log) FROM found WHERE log IS NOT NULL)
  SELECT log, (SELECT max(position) FROM main.events e WHERE e.log = found.log) AS position FROM found WHERE log IS NOT NULL ORDER BY log`;

/** Where the logs end for this connection. */
export const sqliteHeads = (connection: SqliteConnection): Positions =>
  new Map((connection.prepare(HEADS).all() as { log: number; position: number }[]).map(({ log, position }) => [log, position]));

export class SqliteReads {
  private readonly prepared = new Map<string, SqliteStatement>();

  constructor(private readonly connection: SqliteConnection) {}

  read(query: FoldQuery, { log, after, upTo }: LogRange): readonly FoldEvent[] {
    const statement = this.statement(readText(query)).raw();
    return foldEvents(statement.all(log, after, upTo) as EventCells[], query);
  }

  load(table: TableDefinition, keys: readonly Row[]): readonly Row[] {
    const statement = this.statement(`SELECT * FROM ${table.name} WHERE ${table.key.map((column) => `${column} = ?`).join(' AND ')}`);
    return keys.flatMap((key) => statement.all(...table.key.map((column) => key[column])) as Row[]);
  }

  private statement(sql: string): SqliteStatement {
    const known = this.prepared.get(sql);
    if (known) return known;
    const statement = this.connection.prepare<unknown[]>(sql);
    this.prepared.set(sql, statement);
    return statement;
  }
}

/** Categories and columns come from code, never from input. */
function readText(query: FoldQuery): string {
  const { categories, share } = query;
  const names = categories.map((category) => `'${category}'`).join(', ');
  const category = `substr(stream, 1, instr(stream, '-') - 1) IN (${names})`;
  const conditions = ['log = ? AND position > ? AND position <= ?', category, ...shareCondition(share)];
  return `SELECT ${foldColumns(query).join(', ')} FROM main.events WHERE ${conditions.join(' AND ')} ORDER BY position`;
}

/** By the last letters of the stream's id, which differ most: SQLite has no hash of its own, and one in JavaScript costs more than the fold. */
function shareCondition({ part, parts }: Share): readonly string[] {
  if (parts === 1) return [];
  const id = "substr(stream, instr(stream, '-') + 1)";
  const letter = (back: number): string => `coalesce(unicode(substr(${id}, -${back}, 1)), 0)`;
  return [`(${letter(1)} + 31 * ${letter(2)} + 961 * ${letter(3)}) % ${parts} = ${part}`];
}
