/** Scratch stores with processes that read them, and events for them. */
import { createTestDatabase } from '../../../test/support/postgres-databases';
import type { NewEvent, RecordedEvent } from '../event-store/event-store.port';
import type { RowWrite } from '../event-store/row-write';
import { idempotencyTable } from '../idempotency/idempotency.table';
import { openEventStore } from '../event-store/open-event-store';
import { openScratchStore, type ScratchStore, settle, START } from '../projections/scratch-store.spec-support';
import { VirtualClock, VirtualTimer } from '../time/virtual-clock';
import type { ParkedStream } from './parked-streams';
import type { SubscriptionDefinition, SubscriptionParts } from './subscription.port';
import { SubscriptionsRunner } from './subscriptions.runner';

let count = 0;
let handled = 0;

export const newEvent = (type: string): NewEvent => ({
  event_id: `e${++count}`,
  type,
  schema_version: 1,
  ts: '2026-11-20T14:35:00.000Z',
  portfolio_id: null,
  position_id: null,
  instrument_id: null,
  symbol: null,
  correlation_id: 'request-1',
  causation_id: null,
  actor: 'system:test',
  unique_key: null,
  data: '{}',
});

/** A row per event, whose key exists only once: handling an event twice would be refused. `status` counts what was handled. */
export const noted = ({ log, tenant_id, stream, position }: RecordedEvent): RowWrite => ({
  op: 'insert',
  table: idempotencyTable,
  row: { log, tenant_id, key: String(position), fingerprint: stream, status: ++handled, body: '', recorded_at: '' },
});

export interface Process {
  readonly runner: SubscriptionsRunner;
  readonly errors: readonly unknown[];
  readonly parked: readonly ParkedStream[];
}

export type ScratchReaders = Pick<ScratchStore, 'store' | 'sql' | 'clock' | 'timer' | 'close'> & {
  /** Lets everything that is ready happen. */
  settle(): Promise<void>;
};

/** Opens an empty store of each kind. */
export const databases: readonly (readonly [name: string, open: () => Promise<ScratchReaders>])[] = [
  ['SQLite', async () => ({ ...(await openScratchStore()), settle })],
  ['PostgreSQL', openScratchPostgres],
];

async function openScratchPostgres(): Promise<ScratchReaders> {
  const { url, name, drop } = await createTestDatabase();
  const clock = new VirtualClock(START);
  const timer = new VirtualTimer(clock);
  const onListenerError = (error: unknown): void => {
    throw error;
  };
  const { sql, store, close } = await openEventStore({ kind: 'postgres', url, name, clock, onListenerError });
  let inFlight = 0;
  const counted = <Port extends object>(port: Port, names: readonly (keyof Port & string)[]): Port => {
    for (const name of names) {
      const method = port[name] as (...call: readonly unknown[]) => Promise<unknown>;
      const counting = (...call: readonly unknown[]): Promise<unknown> => {
        inFlight += 1;
        return method.apply(port, [...call]).finally(() => (inFlight -= 1));
      };
      Object.defineProperty(port, name, { value: counting, configurable: true, writable: true });
    }
    return port;
  };
  return {
    clock,
    timer,
    store: counted(store, ['append', 'readAll', 'readStream', 'logs', 'head']),
    sql: counted(sql, ['read', 'write']),
    settle: async () => {
      for (let quiet = 0; quiet < 10; quiet = inFlight === 0 ? quiet + 1 : 0) await new Promise((resolve) => setImmediate(resolve));
    },
    close: async () => {
      await close();
      await drop();
    },
  };
}

export interface ReadersWorld {
  append(stream: string, ...types: readonly string[]): Promise<unknown>;
  appendTo(log: number, stream: string, ...types: readonly string[]): Promise<unknown>;
  /** A process with one subscription, named `orders` unless it says otherwise. */
  process(
    definition: Partial<SubscriptionDefinition> & Pick<SubscriptionDefinition, 'handle'>,
    parts?: Partial<SubscriptionParts>,
  ): Process;
  /** `<log>:<position>` of what was noted, in the order in which it was handled. */
  notes(): Promise<readonly string[]>;
  /** Partitions that are held, by holder. */
  holders(): Promise<Readonly<Record<string, number>>>;
}

export function readersOf(scratch: Pick<ScratchStore, 'store' | 'sql' | 'clock' | 'timer'>): ReadersWorld {
  let processes = 0;
  const { store, sql } = scratch;
  const appendTo = (log: number, stream: string, ...types: readonly string[]): Promise<unknown> =>
    store.append({ log, tenantId: 'demo', streams: [{ stream, expectedVersion: 'any', events: types.map(newEvent) }], writes: [] });
  return {
    appendTo,
    append: (stream, ...types) => appendTo(1, stream, ...types),
    process: (definition, parts = {}) => {
      const errors: unknown[] = [];
      const parked: ParkedStream[] = [];
      const runner = new SubscriptionsRunner({
        ...scratch,
        holder: `process-${++processes}`,
        isShared: false,
        onError: (_name, error) => errors.push(error),
        onParked: (stream) => parked.push(stream),
        ...parts,
      });
      runner.register({ name: 'orders', handles: (type) => type === 'OrderQueued', ...definition });
      return { runner, errors, parked };
    },
    notes: async () => (await sql.read('SELECT log, key FROM idempotency_keys ORDER BY status')).map(({ log, key }) => `${log}:${key}`),
    holders: async () => {
      const rows = await sql.read(
        "SELECT holder, count(*) AS held FROM subscriptions WHERE name = 'orders' GROUP BY holder ORDER BY holder",
      );
      return Object.fromEntries(rows.map(({ holder, held }) => [String(holder), Number(held)]));
    },
  };
}
