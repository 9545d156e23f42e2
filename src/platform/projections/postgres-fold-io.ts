/** Folding on PostgreSQL: a window of the log at once, rows by their keys, rows and checkpoint in one transaction. */
import type { ClientBase } from 'pg';
import { serverFailure } from '../database/postgres-errors';
import { numbered } from '../database/postgres-statements';
import { deleteText, upsertText } from '../event-store/postgres-rows';
import { cellsOf } from '../event-store/row-cells';
import type { Cell, Row, RowWrite, TableDefinition } from '../event-store/row-write';
import { overtaken, saveCheckpoint, type Statement } from './build-records';
import {
  type Checkpoint,
  foldColumns,
  type FoldEvent,
  foldEvents,
  type FoldIo,
  type FoldQuery,
  type LogRange,
  type Positions,
  type Share,
} from './fold-io';

/** Runs one statement, wherever: on any connection, or on the one of a transaction. */
export interface PgQuery {
  (sql: string, params: readonly Cell[]): Promise<{ readonly rows: readonly Row[]; readonly rowCount: number | null }>;
  /** Rows as bare cells: for many of them. */
  cells<Cells extends readonly unknown[]>(sql: string, params: readonly Cell[]): Promise<readonly Cells[]>;
}

/** Question marks become PostgreSQL's own. Throws UnavailableError where the server is at fault. */
export function queryOn(client: Pick<ClientBase, 'query'>): PgQuery {
  const orFailure = async <Result>(result: Promise<Result>): Promise<Result> => {
    try {
      return await result;
    } catch (error) {
      throw serverFailure(error) ?? error;
    }
  };
  const rows = (sql: string, params: readonly Cell[]) => orFailure(client.query<Row>(numbered(sql), [...params]));
  const cells = async <Cells extends readonly unknown[]>(sql: string, params: readonly Cell[]): Promise<readonly Cells[]> => {
    const result = await orFailure(client.query<unknown[]>({ text: numbered(sql), values: [...params], rowMode: 'array' }));
    return result.rows as unknown as readonly Cells[];
  };
  return Object.assign(rows, { cells });
}

export async function pgHeads(query: PgQuery): Promise<Positions> {
  const { rows } = await query('SELECT log, position FROM log_tails WHERE position > 0 ORDER BY log', []);
  return new Map(rows.map(({ log, position }) => [Number(log), Number(position)]));
}

export async function runStatements(query: PgQuery, statements: readonly Statement[]): Promise<void> {
  for (const { sql, params } of statements) await query(sql, params);
}

/** Throws ConflictError where one of them concerns no row. */
export async function runGuarded(query: PgQuery, statements: readonly Statement[]): Promise<void> {
  for (const { sql, params } of statements) {
    if ((await query(sql, params)).rowCount !== 1) throw overtaken();
  }
}

/** Reads with `read`; writes within `transaction`. `named` gives the table that stands for a live one. */
export class PgFoldIo implements FoldIo {
  constructor(
    private readonly query: PgQuery,
    private readonly transaction: (work: (query: PgQuery) => Promise<void>) => Promise<void>,
    private readonly named: (table: string) => string,
    /** Null where nothing keeps checkpoints. */
    private readonly buildId: string | null,
  ) {}

  async read(query: FoldQuery, { log, after, upTo }: LogRange): Promise<readonly FoldEvent[]> {
    return foldEvents(await this.query.cells(readText(query), [log, after, upTo]), query);
  }

  async load(table: TableDefinition, keys: readonly Row[]): Promise<readonly Row[]> {
    const name = this.named(table.name);
    const key = table.key.join(', ');
    const text = `SELECT * FROM ${name} WHERE (${key}) IN (SELECT ${key} FROM json_populate_recordset(NULL::${name}, ?::json))`;
    return (await this.query(text, [asJson(table.key, keys)])).rows;
  }

  commit(writes: readonly RowWrite[], checkpoint: Checkpoint): Promise<void> {
    return this.transaction(async (query) => {
      for (const { table, op, rows } of byTable(writes)) {
        const copy = { ...table, name: this.named(table.name) };
        const [text, columns] = op === 'upsert' ? [upsertText(copy), table.columns] : [deleteText(copy), table.key];
        await query(text, [asJson(columns, rows)]);
      }
      if (this.buildId !== null) await runGuarded(query, saveCheckpoint(this.buildId, checkpoint));
    });
  }
}

interface TableRows {
  readonly table: TableDefinition;
  readonly op: RowWrite['op'];
  readonly rows: Row[];
}

function byTable(writes: readonly RowWrite[]): Iterable<TableRows> {
  const groups = new Map<string, TableRows>();
  for (const { table, op, row } of writes) {
    if (op !== 'upsert' && op !== 'delete') throw new Error(`a projection cannot ${op} a row`);
    const group = groups.get(`${op} ${table.name}`);
    if (group) group.rows.push(row);
    else groups.set(`${op} ${table.name}`, { table, op, rows: [row] });
  }
  return groups.values();
}

function asJson(columns: readonly string[], rows: readonly Row[]): string {
  const table = { name: 'a copy', key: [], columns };
  return JSON.stringify(
    rows.map((row) => {
      const cells = cellsOf(table, columns, row);
      return Object.fromEntries(columns.map((column, index) => [column, cells[index]]));
    }),
  );
}

/** Categories and columns come from code, never from input. */
function readText(query: FoldQuery): string {
  const { categories, share } = query;
  const names = categories.map((category) => `'${category}'`).join(', ');
  const conditions = ['log = ? AND position > ? AND position <= ?', `split_part(stream, '-', 1) IN (${names})`, ...shareCondition(share)];
  return `SELECT ${foldColumns(query).join(', ')} FROM events WHERE ${conditions.join(' AND ')} ORDER BY position`;
}

/** By the last letters of the stream's id, as on SQLite: the server's own hash may be another in its next version. */
function shareCondition({ part, parts }: Share): readonly string[] {
  if (parts === 1) return [];
  const id = "substr(stream, strpos(stream, '-') + 1)";
  const letter = (back: number): string => `ascii(left(right(${id}, ${back}), 1))`;
  return [`(${letter(1)} + 31 * ${letter(2)} + 961 * ${letter(3)}) % ${parts} = ${part}`];
}
