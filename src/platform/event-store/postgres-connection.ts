/** The appender's own connection: opened when it is needed, and again after it broke. */
import type { Client } from 'pg';
import type { PgDatabase } from '../database/postgres-database';
import { runBatch, type BatchStatement } from '../database/postgres-batch';

export class PgConnection {
  private opening: Promise<Client> | null = null;

  constructor(private readonly database: PgDatabase) {}

  /** Rejects with what the driver throws; a broken connection is forgotten, so that the next call opens another. */
  async run(statements: readonly BatchStatement[]): Promise<readonly (readonly (readonly (string | null)[])[])[]> {
    return runBatch(await this.client(), statements);
  }

  async close(): Promise<void> {
    const { opening } = this;
    this.opening = null;
    if (opening) await (await opening).end();
  }

  private client(): Promise<Client> {
    if (this.opening) return this.opening;
    const opening = this.database.connect();
    const forget = (): void => {
      if (this.opening === opening) this.opening = null;
    };
    this.opening = opening;
    opening.then((client) => void client.once('end', forget).once('error', forget), forget);
    return opening;
  }
}
