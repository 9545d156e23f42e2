/** One moment of a PostgreSQL database on a connection of its own; what is expected goes into temporary tables beside it. */
import type { Client } from 'pg';
import type { PgDatabase } from '../database/postgres-database';
import type { Cell, Row, RowWrite, TableDefinition } from '../event-store/row-write';
import type { Checkpoint, FoldEvent, FoldQuery, LogRange, Positions } from './fold-io';
import { pgHeads, PgFoldIo, type PgQuery, queryOn } from './postgres-fold-io';
import { copyName } from './postgres-table-copy';
import type { ProjectionSnapshot, TableComparison } from './projection-tables.port';
import { differencesOf } from './row-differences';

export async function openPgSnapshot(database: PgDatabase, tables: readonly TableDefinition[]): Promise<ProjectionSnapshot> {
  const client = await database.connect();
  try {
    const query = queryOn(client);
    await query('BEGIN ISOLATION LEVEL REPEATABLE READ', []);
    const positions = await pgHeads(query); // the first read fixes the moment
    for (const { name } of tables) await query(`CREATE TEMP TABLE ${copyName(name)} (LIKE ${name} INCLUDING ALL)`, []);
    return new PgSnapshot(client, query, positions);
  } catch (error) {
    await client.end();
    throw error;
  }
}

class PgSnapshot implements ProjectionSnapshot {
  private readonly io: PgFoldIo;

  constructor(
    private readonly client: Client,
    private readonly query: PgQuery,
    readonly positions: Positions,
  ) {
    this.io = new PgFoldIo(query, (work) => work(query), temporary, null);
  }

  read(query: FoldQuery, range: LogRange): Promise<readonly FoldEvent[]> {
    return this.io.read(query, range);
  }

  load(table: TableDefinition, keys: readonly Row[]): Promise<readonly Row[]> {
    return this.io.load(table, keys);
  }

  commit(writes: readonly RowWrite[], checkpoint: Checkpoint): Promise<void> {
    return this.io.commit(writes, checkpoint);
  }

  async compare(table: TableDefinition, limit: number): Promise<TableComparison> {
    await this.query(`ANALYZE ${temporary(table.name)}`, []);
    return differencesOf(table, limit, {
      live: table.name,
      expected: temporary(table.name),
      differ: (live, expected) => `${live} IS DISTINCT FROM ${expected}`,
      columns: await this.columnsOf(table.name),
      rows: async (text, params: readonly Cell[]) => (await this.query(text, params)).rows,
    });
  }

  /** The temporary tables go with the connection. */
  async close(): Promise<void> {
    await this.client.end();
  }

  private async columnsOf(table: string): Promise<readonly string[]> {
    const text =
      'SELECT attname AS name FROM pg_attribute WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum';
    return (await this.query(text, [table])).rows.map(({ name }) => String(name));
  }
}

/** Temporary tables are found before all others of the same name. */
const temporary = copyName;
