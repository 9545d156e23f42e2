/** Sql over PostgreSQL: statements are prepared by name, what is read cannot write. */
import type { Pool } from 'pg';
import type { Cell, Row } from '../event-store/row-write';
import type { PgDatabase } from './postgres-database';
import { serverFailure } from './postgres-errors';
import { Sql } from './sql';

export class PgSql extends Sql {
  readonly isShared = true;

  constructor(private readonly database: PgDatabase) {
    super();
  }

  read(sql: string, params: readonly Cell[] = []): Promise<readonly Row[]> {
    return this.run(this.database.reader, sql, params.map(asked));
  }

  /** As `read`, each row as its cells in order: for many rows of the same few columns. */
  async readArrays<Cells extends readonly unknown[]>(sql: string, params: readonly Cell[]): Promise<readonly Cells[]> {
    const query = { ...this.database.statements.of(sql), values: [...params], rowMode: 'array' as const };
    try {
      return (await this.database.reader.query<Cells[]>(query)).rows as unknown as readonly Cells[];
    } catch (error) {
      throw serverFailure(error) ?? error;
    }
  }

  write(sql: string, params: readonly Cell[] = []): Promise<readonly Row[]> {
    return this.run(this.database.writer, sql, params);
  }

  private async run(pool: Pool, sql: string, params: readonly Cell[]): Promise<readonly Row[]> {
    try {
      const { rows } = await pool.query<Row>({ ...this.database.statements.of(sql), values: [...params] });
      return rows;
    } catch (error) {
      throw serverFailure(error) ?? error;
    }
  }
}

/** No text there holds U+0000, so to ask for one is no error: it stands for a text that none equals. */
const asked = (param: Cell): Cell => (typeof param === 'string' && param.includes('\u0000') ? param.replaceAll('\u0000', '\u0001') : param);
