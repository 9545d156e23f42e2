/** Which version of its projections made each read table, and how far a rebuild is; the tables of this version are made by version 1. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runAll } from './dialect';

const TABLES = [
  `CREATE TABLE projection_builds (
     log INTEGER NOT NULL,
     tenant_id TEXT NOT NULL,
     table_name TEXT NOT NULL,
     state TEXT NOT NULL CHECK (state IN ('BUILDING', 'LIVE', 'FORMER')),
     version TEXT NOT NULL,
     build_id TEXT NOT NULL,
     parts INTEGER NOT NULL,
     started_at TEXT NOT NULL,
     finished_at TEXT,
     PRIMARY KEY (log, tenant_id, table_name, state)
   ) STRICT`,
  `CREATE TABLE projection_build_parts (
     log INTEGER NOT NULL,
     tenant_id TEXT NOT NULL,
     build_id TEXT NOT NULL,
     part INTEGER NOT NULL,
     position INTEGER NOT NULL,
     PRIMARY KEY (log, tenant_id, build_id, part)
   ) STRICT`,
];

/** Read tables that were there before, each written by the one projection of its name. A later table has no line here: it fills itself. */
const KNOWN = [
  'tenants',
  'api_keys',
  'api_key_revocations',
  'instruments',
  'portfolios',
  'positions',
  'latest_evaluations',
  'orders',
  'trades',
  'settings',
];

const register = (table: string): string =>
  `INSERT INTO projection_builds (log, tenant_id, table_name, state, version, build_id, parts, started_at, finished_at)
   VALUES (1, 'system', '${table}', 'LIVE', '${table}@1', 'the first', 1, '2026-11-20T00:00:00.000Z', '2026-11-20T00:00:00.000Z')`;

export class ProjectionBuilds1795132800006 implements MigrationInterface {
  readonly name = 'ProjectionBuilds1795132800006';

  async up(runner: QueryRunner): Promise<void> {
    await runAll(runner, [...TABLES, ...KNOWN.map(register)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['projection_build_parts', 'projection_builds']) await runner.query(`DROP TABLE ${table}`);
  }
}
