/** The log that each tenant belongs to; those that were there before belong to the first. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { inDialect } from './dialect';

export class TenantLogs1795132800004 implements MigrationInterface {
  readonly name = 'TenantLogs1795132800004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(inDialect(runner, 'ALTER TABLE tenants ADD COLUMN tenant_log INTEGER NOT NULL DEFAULT 1'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tenants DROP COLUMN tenant_log');
  }
}
