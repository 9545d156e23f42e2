/** Tenants, keys and revocations (rebuilt from events), and the erasable profiles of users (not in any event). */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { inDialect } from './dialect';

const TABLES: Readonly<Record<string, string>> = {
  tenants: 'id TEXT NOT NULL, name TEXT NOT NULL, owner_user_id TEXT NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (log, tenant_id, id)',
  api_keys: `key_id TEXT NOT NULL, key_tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, key_hash TEXT NOT NULL, roles TEXT NOT NULL,
    label TEXT NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (log, tenant_id, key_id)`,
  api_key_revocations: 'key_id TEXT NOT NULL, revoked_at TEXT NOT NULL, PRIMARY KEY (log, tenant_id, key_id)',
  user_profiles: 'user_id TEXT NOT NULL, email TEXT, name TEXT, created_at TEXT NOT NULL, PRIMARY KEY (log, tenant_id, user_id)',
  readiness_probes: 'name TEXT NOT NULL, checked_at TEXT NOT NULL, PRIMARY KEY (log, tenant_id, name)',
};

export class Tenancy1795132800002 implements MigrationInterface {
  readonly name = 'Tenancy1795132800002';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(TABLES)) {
      await runner.query(inDialect(runner, `CREATE TABLE ${table} (log INTEGER NOT NULL, tenant_id TEXT NOT NULL, ${columns}) STRICT`));
    }
    await runner.query('CREATE INDEX api_keys_of_tenant ON api_keys (log, tenant_id, key_tenant_id, created_at, key_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of Object.keys(TABLES).reverse()) await runner.query(`DROP TABLE ${table}`);
  }
}
