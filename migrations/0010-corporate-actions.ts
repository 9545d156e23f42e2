/** Announcements of corporate actions, and what they came to per position. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runAll } from './dialect';

const SCOPE = 'log INTEGER NOT NULL, tenant_id TEXT NOT NULL';

const STATEMENTS = [
  `CREATE TABLE corporate_actions (${SCOPE}, corporate_action_id TEXT NOT NULL, instrument_id TEXT NOT NULL, symbol TEXT NOT NULL,
     type TEXT NOT NULL, status TEXT NOT NULL, unapplied INTEGER NOT NULL, ex_date TEXT NOT NULL, pay_date TEXT,
     state TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, version INTEGER NOT NULL,
     PRIMARY KEY (log, tenant_id, corporate_action_id)) STRICT`,
  'CREATE INDEX corporate_actions_due ON corporate_actions (log, tenant_id, unapplied, ex_date)',
  'CREATE INDEX corporate_actions_ex ON corporate_actions (log, tenant_id, ex_date, corporate_action_id)',
  'CREATE INDEX corporate_actions_instrument ON corporate_actions (log, tenant_id, instrument_id, ex_date)',
  `CREATE TABLE position_actions (${SCOPE}, entry_id TEXT NOT NULL, position_id TEXT NOT NULL, portfolio_id TEXT, instrument_id TEXT,
     symbol TEXT, corporate_action_id TEXT NOT NULL, announced_by TEXT NOT NULL, revision INTEGER NOT NULL, kind TEXT NOT NULL,
     ex_date TEXT NOT NULL, pay_date TEXT, status TEXT NOT NULL, payable INTEGER NOT NULL, reinvest TEXT NOT NULL, entry TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, entry_id)) STRICT`,
  'CREATE INDEX position_actions_action ON position_actions (log, tenant_id, corporate_action_id)',
  'CREATE INDEX position_actions_position ON position_actions (log, tenant_id, position_id, ex_date)',
  'CREATE INDEX position_actions_payable ON position_actions (log, tenant_id, payable, pay_date)',
  'CREATE INDEX position_actions_reinvest ON position_actions (log, tenant_id, reinvest)',
  'CREATE INDEX positions_instrument ON positions (log, tenant_id, instrument_id)',
];

export class CorporateActions1795132800010 implements MigrationInterface {
  readonly name = 'CorporateActions1795132800010';

  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, STATEMENTS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX positions_instrument');
    await queryRunner.query('DROP TABLE position_actions');
    await queryRunner.query('DROP TABLE corporate_actions');
  }
}
