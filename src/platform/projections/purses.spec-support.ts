/** A small context on a scratch store: purses with a row each, and their movements, which gifts write too. */
import { systemContext } from '../../kernel/context';
import { type Decider, type Message, streamId } from '../../kernel/decider';
import { CountingIds } from '../../kernel/ids';
import type { Row } from '../event-store/row-write';
import { defineStream, StreamRegistry } from '../streams/stream-registry';
import { OneLog } from '../event-store/tenant-logs';
import { StreamRunner } from '../streams/stream-runner';
import { type EventProjection, fromRowColumns, readTable, type StateProjection } from './projection';
import { InProcessWork } from './in-process-work';
import { ProjectionRebuilder } from './projection-rebuilder';
import { projectionTables } from './open-projection-tables';
import type { ProjectionTables } from './projection-tables.port';
import { openScratchPostgres, openScratchStore, type ScratchDatabase } from './scratch-store.spec-support';

export type PurseCommand =
  | { readonly type: 'Put'; readonly data: { readonly amount: number } }
  | { readonly type: 'Take'; readonly data: { readonly amount: number } }
  | { readonly type: 'Close'; readonly data: Record<string, never> };

interface Purse {
  readonly balance: number;
  readonly notes: readonly string[];
}

type PurseEvent = { readonly type: 'CashDeposited' | 'CashWithdrawn' | 'PositionClosed'; readonly data: { readonly amount: number } };

/** What the borrowed events hold besides; nobody here reads it. */
const REST = { cash_account: 'purse', currency: 'USD', reason: 'TEST' };
const EVENTS = { Put: 'CashDeposited', Take: 'CashWithdrawn', Close: 'PositionClosed' } as const;

const purseDecider: Decider<Purse, PurseCommand, PurseEvent> = {
  category: 'purse',
  initialState: { balance: 0, notes: [] },
  decide: ({ type, data }) => [{ type: EVENTS[type], data: { ...REST, amount: 'amount' in data ? data.amount : 0 } }],
  evolve: ({ balance, notes }, { type, data }) => ({
    balance: balance + (type === 'CashDeposited' ? data.amount : -data.amount),
    notes: [...notes.slice(-3), `${type} ü ${data.amount}`],
  }),
  subject: () => ({}),
};

const giftDecider: Decider<null, PurseCommand, PurseEvent> = {
  category: 'gift',
  initialState: null,
  decide: (command) => purseDecider.decide(command, purseDecider.initialState),
  evolve: () => null,
  subject: () => ({}),
};

export const purses: StateProjection<Purse> = {
  kind: 'state',
  name: 'purses',
  version: 1,
  decider: purseDecider as unknown as Decider<Purse, Message, Message>,
  table: readTable('purses', ['purse_id'], ['balance', 'state', 'created_at', 'updated_at', 'version']),
  toRow: (id, { state, version, createdAt, updatedAt }) => ({
    purse_id: id,
    balance: state.balance,
    state: JSON.stringify(state),
    created_at: createdAt,
    updated_at: updatedAt,
    version,
  }),
  fromRow: (row) => fromRowColumns(row, (json) => JSON.parse(json) as Purse),
};

const movements = (name: string, category: string): EventProjection => ({
  kind: 'event',
  name,
  version: 1,
  category,
  table: readTable('movements', ['owner', 'kind'], ['amount', 'event_id', 'remark']),
  rows: ({ stream, type, event_id, body }) =>
    type === 'PositionClosed'
      ? ['CashDeposited', 'CashWithdrawn'].map((kind) => ({ op: 'delete', row: { owner: streamId(stream), kind } }))
      : [{ op: 'upsert', row: { owner: streamId(stream), kind: type, amount: Number(body['amount']), event_id, remark: null } }],
});

const TABLES = [
  `CREATE TABLE purses (log INTEGER NOT NULL, tenant_id TEXT NOT NULL, purse_id TEXT NOT NULL, balance INTEGER NOT NULL,
     state TEXT NOT NULL CHECK (json_valid(state)), created_at TEXT NOT NULL, updated_at TEXT NOT NULL, version INTEGER NOT NULL,
     PRIMARY KEY (log, tenant_id, purse_id)) STRICT`,
  `CREATE TABLE movements (log INTEGER NOT NULL, tenant_id TEXT NOT NULL, owner TEXT NOT NULL, kind TEXT NOT NULL,
     amount INTEGER NOT NULL, event_id TEXT NOT NULL, remark TEXT, PRIMARY KEY (log, tenant_id, owner, kind)) STRICT`,
  'CREATE INDEX purses_balance ON purses (log, tenant_id, balance)',
  'CREATE UNIQUE INDEX movements_event ON movements (log, tenant_id, event_id)',
];

export interface Purses extends ScratchDatabase {
  readonly rebuilder: ProjectionRebuilder;
  readonly registry: StreamRegistry;
  readonly tables: ProjectionTables;
  run(tenantId: string, stream: string, command: PurseCommand): Promise<unknown>;
  /** For a tenant of another log. */
  runIn(log: number, tenantId: string, stream: string, command: PurseCommand): Promise<unknown>;
  balance(tenantId: string, purseId: string): Promise<number | undefined>;
  /** Every row of the read tables, in the order of their keys. */
  rows(): Promise<readonly (readonly Row[])[]>;
  /** Tables and indexes of the database. */
  schema(): Promise<readonly string[]>;
  write(sql: string): Promise<unknown>;
}

const onPostgres = (statement: string): string =>
  statement
    .replace('CHECK (json_valid(state))', 'CHECK (state::json IS NOT NULL)')
    .replace(/\bTEXT\b/g, 'TEXT COLLATE "C"')
    .replace(/\bINTEGER\b/g, 'BIGINT')
    .replace(/ STRICT$/, '');

const SQLITE_SCHEMA = "SELECT type || ' ' || name AS it FROM sqlite_master ORDER BY 1";
const POSTGRES_SCHEMA = `SELECT CASE relkind WHEN 'r' THEN 'table ' ELSE 'index ' END || relname AS it FROM pg_class
  WHERE relkind IN ('r', 'i') AND relnamespace = current_schema()::regnamespace ORDER BY 1`;

/** Everybody is in this log. */
class LogNumber extends OneLog {
  constructor(private readonly log: number) {
    super();
  }

  override async of(): Promise<number> {
    return this.log;
  }
}

export const DATABASES = ['SQLite', 'PostgreSQL'] as const;

export interface PurseOptions {
  readonly on?: (typeof DATABASES)[number];
  /** Parts that a rebuild is split into. */
  readonly parts?: number;
  readonly statesKept?: number;
  /** The same PostgreSQL database as another process has it. */
  readonly beside?: Purses;
}

export async function openPurses({ on = 'SQLite', parts = 1, statesKept, beside }: PurseOptions = {}): Promise<Purses> {
  const isSqlite = on === 'SQLite';
  const scratch: ScratchDatabase = isSqlite ? await openScratchStore() : await openScratchPostgres(beside);
  const { sql, store, clock } = scratch;
  for (const statement of beside ? [] : TABLES) await sql.write(isSqlite ? statement : onPostgres(statement));
  const registry = new StreamRegistry();
  registry.register(
    defineStream({ decider: purseDecider, state: purses, rows: [movements('movements', 'purse')] }),
    defineStream({ decider: giftDecider, appendsAnyway: true, rows: [movements('gifts', 'gift')] }),
  );
  const eventIds = new CountingIds(beside ? 'event-beside' : 'event');
  const runner = new StreamRunner(store, sql, registry, new OneLog(), clock, eventIds);
  const work = new InProcessWork((task) => void setImmediate(task), parts);
  const tables = projectionTables(scratch.opened);
  const ids = new CountingIds(beside ? 'build-beside' : 'build');
  return {
    ...scratch,
    registry,
    tables,
    rebuilder: new ProjectionRebuilder({ registry, tables, work, heavyWork: work, clock, ids, statesKept }),
    run: (tenantId, stream, command) => runner.run(systemContext(tenantId, 'test', 'request-1'), [{ stream, command }]),
    runIn: (log, tenantId, stream, command) =>
      new StreamRunner(store, sql, registry, new LogNumber(log), clock, eventIds).run(systemContext(tenantId, 'test', 'request-1'), [
        { stream, command },
      ]),
    balance: async (tenantId, id) => (await runner.load<Purse>(tenantId, `purse-${id}`))?.state.balance,
    rows: () => Promise.all(['purses', 'movements'].map((table) => sql.read(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4`))),
    schema: async () => (await sql.read(isSqlite ? SQLITE_SCHEMA : POSTGRES_SCHEMA)).map(({ it }) => String(it)),
    write: (statement) => sql.write(statement),
  };
}
