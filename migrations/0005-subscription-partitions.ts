/** Readers of the log by partition, each held by one process under a lease with an epoch; streams that a reader had to put aside. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runAll } from './dialect';

const SCOPE = 'log INTEGER NOT NULL, tenant_id TEXT NOT NULL';

/** A checkpoint from before is that of the whole log: it stands as partition -1 until the partitions are made, which begin there. */
const UP = [
  'ALTER TABLE subscriptions RENAME TO former_subscriptions',
  `CREATE TABLE subscriptions (${SCOPE}, name TEXT NOT NULL, partition INTEGER NOT NULL, position INTEGER NOT NULL,
     epoch INTEGER NOT NULL, holder TEXT, lease_until TEXT, updated_at TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, name, partition)) STRICT`,
  `INSERT INTO subscriptions (log, tenant_id, name, partition, position, epoch, holder, lease_until, updated_at)
     SELECT log, tenant_id, name, -1, position, 0, NULL, NULL, updated_at FROM former_subscriptions`,
  'DROP TABLE former_subscriptions',
  `CREATE TABLE subscription_members (${SCOPE}, name TEXT NOT NULL, holder TEXT NOT NULL, alive_until TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, name, holder)) STRICT`,
  `CREATE TABLE parked_streams (${SCOPE}, subscription TEXT NOT NULL, stream TEXT NOT NULL, first_position INTEGER NOT NULL,
     first_version INTEGER NOT NULL, error TEXT NOT NULL, tries INTEGER NOT NULL, parked_at TEXT NOT NULL,
     state TEXT NOT NULL CHECK (state IN ('PARKED', 'REDRIVE', 'DISCARD')),
     PRIMARY KEY (log, tenant_id, subscription, stream)) STRICT`,
];

/** Each log goes on from the partition that is furthest behind: nothing is passed over, some of it comes again. */
const DOWN = [
  'DROP TABLE parked_streams',
  'DROP TABLE subscription_members',
  'ALTER TABLE subscriptions RENAME TO former_subscriptions',
  `CREATE TABLE subscriptions (${SCOPE}, name TEXT NOT NULL, position INTEGER NOT NULL, updated_at TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, name)) STRICT`,
  `INSERT INTO subscriptions (log, tenant_id, name, position, updated_at)
     SELECT log, tenant_id, name, min(position), max(updated_at) FROM former_subscriptions GROUP BY log, tenant_id, name`,
  'DROP TABLE former_subscriptions',
];

export class SubscriptionPartitions1795132800005 implements MigrationInterface {
  readonly name = 'SubscriptionPartitions1795132800005';

  async up(runner: QueryRunner): Promise<void> {
    await runAll(runner, UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runAll(runner, DOWN);
  }
}
