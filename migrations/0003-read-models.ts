/** Read tables of trading, execution and config: projections of the log, and the quotes that users push. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runAll } from './dialect';

/** `state` holds the folded state as JSON; the columns beside it are what lists search by. Each tick writes `latest_evaluations`: small rows in the key's own tree. */
const STATE = 'state TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, version INTEGER NOT NULL';
const SCOPE = 'log INTEGER NOT NULL, tenant_id TEXT NOT NULL';

const TABLES = [
  `CREATE TABLE instruments (${SCOPE}, instrument_id TEXT NOT NULL, symbol TEXT NOT NULL, exchange TEXT NOT NULL, ${STATE},
     PRIMARY KEY (log, tenant_id, instrument_id)) STRICT`,
  `CREATE TABLE portfolios (${SCOPE}, portfolio_id TEXT NOT NULL, name TEXT NOT NULL, ${STATE},
     PRIMARY KEY (log, tenant_id, portfolio_id)) STRICT`,
  `CREATE TABLE positions (${SCOPE}, position_id TEXT NOT NULL, portfolio_id TEXT NOT NULL, instrument_id TEXT NOT NULL,
     symbol TEXT NOT NULL, status TEXT NOT NULL, ${STATE},
     PRIMARY KEY (log, tenant_id, position_id)) STRICT`,
  `CREATE TABLE latest_evaluations (${SCOPE}, position_id TEXT NOT NULL, quote_epoch INTEGER NOT NULL, quote_memory TEXT,
     PRIMARY KEY (log, tenant_id, position_id)) STRICT, WITHOUT ROWID`,
  `CREATE TABLE orders (${SCOPE}, order_id TEXT NOT NULL, position_id TEXT NOT NULL, portfolio_id TEXT NOT NULL, symbol TEXT NOT NULL,
     status TEXT NOT NULL, dedupe_key TEXT NOT NULL, tick_id TEXT, ${STATE},
     PRIMARY KEY (log, tenant_id, order_id)) STRICT`,
  `CREATE TABLE trades (${SCOPE}, trade_id TEXT NOT NULL, order_id TEXT NOT NULL, position_id TEXT NOT NULL, portfolio_id TEXT,
     symbol TEXT, executed_at TEXT NOT NULL, trade TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, trade_id)) STRICT`,
  `CREATE TABLE settings (${SCOPE}, target TEXT NOT NULL, ${STATE},
     PRIMARY KEY (log, tenant_id, target)) STRICT`,
  `CREATE TABLE pushed_quotes (${SCOPE}, instrument_id TEXT NOT NULL, ts TEXT NOT NULL, bid TEXT, ask TEXT, last TEXT,
     received_at TEXT NOT NULL,
     PRIMARY KEY (log, tenant_id, instrument_id)) STRICT`,
];

const INDEXES = [
  'CREATE INDEX instruments_symbol ON instruments (log, tenant_id, symbol)',
  'CREATE INDEX positions_created ON positions (log, tenant_id, created_at, position_id)',
  'CREATE INDEX positions_portfolio ON positions (log, tenant_id, portfolio_id)',
  'CREATE INDEX orders_created ON orders (log, tenant_id, created_at, order_id)',
  'CREATE INDEX orders_position ON orders (log, tenant_id, position_id, created_at)',
  'CREATE INDEX trades_executed ON trades (log, tenant_id, executed_at, trade_id)',
  'CREATE INDEX trades_order ON trades (log, tenant_id, order_id)',
];

const NAMES = ['instruments', 'portfolios', 'positions', 'latest_evaluations', 'orders', 'trades', 'settings', 'pushed_quotes'];

export class ReadModels1795132800003 implements MigrationInterface {
  readonly name = 'ReadModels1795132800003';

  async up(queryRunner: QueryRunner): Promise<void> {
    await runAll(queryRunner, [...TABLES, ...INDEXES]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of NAMES) await queryRunner.query(`DROP TABLE ${name}`);
  }
}
