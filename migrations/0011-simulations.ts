/** Simulations keep to tables of their own: recorded bars, jobs, runs with their timelines, saved configurations. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runAll } from './dialect';

const SCOPE = 'log INTEGER NOT NULL, tenant_id TEXT NOT NULL';

const TABLES = [
  `CREATE TABLE simulation_tapes (${SCOPE}, tape_id TEXT NOT NULL, name TEXT NOT NULL, symbol TEXT NOT NULL, exchange TEXT NOT NULL,
     source TEXT NOT NULL, hash TEXT NOT NULL, head TEXT NOT NULL, bars INTEGER NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
     quotes TEXT, created_at TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, tape_id)) STRICT`,
  `CREATE TABLE simulation_tape_parts (${SCOPE}, tape_id TEXT NOT NULL, part INTEGER NOT NULL, data TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, tape_id, part)) STRICT`,
  `CREATE TABLE simulation_jobs (${SCOPE}, job_id TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, request TEXT NOT NULL,
     done INTEGER NOT NULL, total INTEGER NOT NULL, cached INTEGER NOT NULL, started_at TEXT, finished_at TEXT,
     lease_owner TEXT, lease_until TEXT, error TEXT, summary TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, job_id)) STRICT`,
  `CREATE TABLE simulation_runs (${SCOPE}, job_id TEXT NOT NULL, seq INTEGER NOT NULL, run_id TEXT NOT NULL, hash TEXT NOT NULL,
     parameters TEXT NOT NULL, result TEXT NOT NULL, details TEXT, created_at TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, job_id, seq)) STRICT`,
  `CREATE TABLE simulation_run_parts (${SCOPE}, run_id TEXT NOT NULL, part INTEGER NOT NULL, data TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, run_id, part)) STRICT`,
  `CREATE TABLE simulation_presets (${SCOPE}, name TEXT NOT NULL, config TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, name)) STRICT`,
];

const INDEXES = [
  'CREATE INDEX simulation_tapes_created ON simulation_tapes (log, tenant_id, created_at, tape_id)',
  'CREATE INDEX simulation_jobs_created ON simulation_jobs (log, tenant_id, created_at, job_id)',
  'CREATE INDEX simulation_jobs_status ON simulation_jobs (status, created_at)',
  'CREATE INDEX simulation_runs_id ON simulation_runs (log, tenant_id, run_id)',
  'CREATE INDEX simulation_runs_hash ON simulation_runs (log, tenant_id, hash)',
];

const NAMES = [
  'simulation_tapes',
  'simulation_tape_parts',
  'simulation_jobs',
  'simulation_runs',
  'simulation_run_parts',
  'simulation_presets',
];

export class Simulations1795132800011 implements MigrationInterface {
  readonly name = 'Simulations1795132800011';

  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [...TABLES, ...INDEXES]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of NAMES) await queryRunner.query(`DROP TABLE ${name}`);
  }
}
