/** A small context on a scratch store: purses with a row each, and their movements, which gifts write too. */
import { systemContext } from '../../kernel/context';
import { type Decider, type Message, streamId } from '../../kernel/decider';
import { CountingIds } from '../../kernel/ids';
import type { Row } from '../event-store/row-write';
import { defineStream, StreamRegistry } from '../streams/stream-registry';
import { OneLog } from '../event-store/tenant-logs';
import { StreamRunner } from '../streams/stream-runner';
import { type EventProjection, fromRowColumns, readTable, type StateProjection } from './projection';
import { ProjectionRebuilder } from './projection-rebuilder';
import { openScratchStore, type ScratchStore } from './scratch-store.spec-support';
import { SqliteProjectionTables } from './sqlite-projection-tables';

export type PurseCommand =
  | { readonly type: 'Put'; readonly data: { readonly amount: number } }
  | { readonly type: 'Take'; readonly data: { readonly amount: number } }
  | { readonly type: 'Close'; readonly data: Record<string, never> };

interface Purse {
  readonly balance: number;
  readonly notes: readonly string[];
}

type PurseEvent = { readonly type: 'CashDeposited' | 'CashWithdrawn' | 'PositionClosed'; readonly data: { readonly amount: number } };

const EVENTS = { Put: 'CashDeposited', Take: 'CashWithdrawn', Close: 'PositionClosed' } as const;

const purseDecider: Decider<Purse, PurseCommand, PurseEvent> = {
  category: 'purse',
  initialState: { balance: 0, notes: [] },
  decide: ({ type, data }) => [{ type: EVENTS[type], data: { amount: 'amount' in data ? data.amount : 0 } }],
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

export interface Purses extends ScratchStore {
  readonly rebuilder: ProjectionRebuilder;
  readonly registry: StreamRegistry;
  run(tenantId: string, stream: string, command: PurseCommand): Promise<unknown>;
  balance(tenantId: string, purseId: string): Promise<number | undefined>;
  /** Every row of the read tables, in the order of their keys. */
  rows(): Promise<readonly (readonly Row[])[]>;
  /** Tables and indexes of the file. */
  schema(): Promise<readonly string[]>;
  write(sql: string): Promise<unknown>;
}

export async function openPurses(): Promise<Purses> {
  const scratch = await openScratchStore();
  const { sql, store, clock, database } = scratch;
  for (const statement of TABLES) await sql.write(statement);
  const registry = new StreamRegistry();
  registry.register(
    defineStream({ decider: purseDecider, state: purses, rows: [movements('movements', 'purse')] }),
    defineStream({ decider: giftDecider, appendsAnyway: true, rows: [movements('gifts', 'gift')] }),
  );
  const runner = new StreamRunner(store, sql, registry, new OneLog(), clock, new CountingIds('event'));
  return {
    ...scratch,
    registry,
    rebuilder: new ProjectionRebuilder(store, registry, new SqliteProjectionTables(database), (task) => void setImmediate(task)),
    run: (tenantId, stream, command) => runner.run(systemContext(tenantId, 'test', 'request-1'), [{ stream, command }]),
    balance: async (tenantId, id) => (await runner.load<Purse>(tenantId, `purse-${id}`))?.state.balance,
    rows: () => Promise.all(['purses', 'movements'].map((table) => sql.read(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4`))),
    schema: async () => (await sql.read("SELECT type || ' ' || name AS it FROM sqlite_master ORDER BY 1")).map(({ it }) => String(it)),
    write: (statement) => sql.write(statement),
  };
}
