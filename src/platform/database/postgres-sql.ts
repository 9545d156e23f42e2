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
    return this.run(this.database.reader, sql, params);
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
