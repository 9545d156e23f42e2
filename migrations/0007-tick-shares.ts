/** Which process evaluates which part of a tick: hints that save double work, never what makes an evaluation unique. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { inDialect } from './dialect';

const TICK_SHARES = `
CREATE TABLE tick_shares (
  log INTEGER NOT NULL,
  tenant_id TEXT NOT NULL,
  tick_id TEXT NOT NULL,
  share INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('HELD', 'DONE', 'FAILED')),
  holder TEXT NOT NULL,
  lease_until TEXT NOT NULL,
  counts TEXT,
  PRIMARY KEY (log, tenant_id, tick_id, share)
) STRICT`;

export class TickShares1795132800007 implements MigrationInterface {
  readonly name = 'TickShares1795132800007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(inDialect(runner, TICK_SHARES));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tick_shares');
  }
}
