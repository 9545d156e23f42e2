/** The event log with what must commit in the same transaction: idempotency answers, checkpoints, queue messages. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { POSTGRES_CODE, POSTGRES_DROPS, POSTGRES_TABLES } from './0001-events.postgres';
import { isPostgres, runAll } from './dialect';

/** Every unique key holds `log` and, except (log, position), `tenant_id`, so that the tables distribute by log unchanged. */
const EVENTS = `
CREATE TABLE events (
  log INTEGER NOT NULL,
  position INTEGER NOT NULL,
  tenant_id TEXT NOT NULL,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  schema_version INTEGER NOT NULL,
  ts TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  portfolio_id TEXT,
  position_id TEXT,
  instrument_id TEXT,
  symbol TEXT,
  correlation_id TEXT NOT NULL,
  causation_id TEXT,
  actor TEXT NOT NULL,
  unique_key TEXT,
  data TEXT NOT NULL,
  salt TEXT NOT NULL,
  leaf TEXT NOT NULL,
  chain TEXT NOT NULL
) STRICT`;

const INDEXES = [
  'CREATE UNIQUE INDEX events_position ON events (log, position)',
  'CREATE UNIQUE INDEX events_stream_version ON events (log, tenant_id, stream, version)',
  'CREATE UNIQUE INDEX events_unique_key ON events (log, tenant_id, unique_key) WHERE unique_key IS NOT NULL',
  'CREATE INDEX events_timeline ON events (log, tenant_id, position_id, position) WHERE position_id IS NOT NULL',
];

/**
 * INSERT OR REPLACE deletes what stands in its way without asking the DELETE trigger, unless its connection has
 * recursive_triggers on; so a row that could replace another is refused before, and a position that leaves a gap too.
 */
const TRIGGERS = [
  `CREATE TRIGGER events_no_update BEFORE UPDATE ON events
   BEGIN SELECT RAISE(ABORT, 'events are append-only: UPDATE refused'); END`,
  `CREATE TRIGGER events_no_delete BEFORE DELETE ON events
   BEGIN SELECT RAISE(ABORT, 'events are append-only: DELETE refused'); END`,
  `CREATE TRIGGER events_no_replace BEFORE INSERT ON events
   WHEN NEW.position <> 1 + coalesce((SELECT position FROM events WHERE log = NEW.log ORDER BY position DESC LIMIT 1), 0)
     OR EXISTS (SELECT 1 FROM events WHERE rowid = NEW.rowid)
     OR EXISTS (SELECT 1 FROM events
                WHERE log = NEW.log AND tenant_id = NEW.tenant_id AND stream = NEW.stream AND version = NEW.version)
     OR (NEW.unique_key IS NOT NULL AND EXISTS
          (SELECT 1 FROM events WHERE log = NEW.log AND tenant_id = NEW.tenant_id AND unique_key = NEW.unique_key))
   BEGIN SELECT RAISE(ABORT, 'events are append-only: position, version or key refused'); END`,
];

const COMPANIONS = [
  `CREATE TABLE idempotency_keys (
     log INTEGER NOT NULL,
     tenant_id TEXT NOT NULL,
     key TEXT NOT NULL,
     fingerprint TEXT NOT NULL,
     status INTEGER NOT NULL,
     body TEXT NOT NULL,
     recorded_at TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, key)
   ) STRICT`,
  `CREATE TABLE subscriptions (
     log INTEGER NOT NULL,
     tenant_id TEXT NOT NULL,
     name TEXT NOT NULL,
     position INTEGER NOT NULL,
     updated_at TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, name)
   ) STRICT`,
  `CREATE TABLE queue_messages (
     log INTEGER NOT NULL,
     tenant_id TEXT NOT NULL,
     queue TEXT NOT NULL,
     id TEXT NOT NULL,
     payload TEXT NOT NULL,
     status TEXT NOT NULL CHECK (status IN ('READY', 'LEASED', 'DEAD')),
     attempts INTEGER NOT NULL,
     available_at TEXT NOT NULL,
     lease_until TEXT,
     lease_token TEXT,
     last_error TEXT,
     created_at TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, queue, id)
   ) STRICT`,
  'CREATE INDEX queue_messages_claim ON queue_messages (log, queue, status, available_at, created_at)',
];

export class Events1795132800001 implements MigrationInterface {
  readonly name = 'Events1795132800001';

  async up(runner: QueryRunner): Promise<void> {
    await runAll(runner, [EVENTS, ...INDEXES, ...COMPANIONS]);
    if (isPostgres(runner)) await runAll(runner, POSTGRES_TABLES);
    for (const statement of isPostgres(runner) ? POSTGRES_CODE : TRIGGERS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    if (isPostgres(runner)) await runAll(runner, POSTGRES_DROPS);
    for (const table of ['queue_messages', 'subscriptions', 'idempotency_keys', 'events']) await runner.query(`DROP TABLE ${table}`);
    if (isPostgres(runner)) await runner.query('DROP FUNCTION refuse_change');
  }
}
