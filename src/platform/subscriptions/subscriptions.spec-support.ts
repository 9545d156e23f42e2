/** A scratch store with processes that read it, and events for them. */
import type { NewEvent, RecordedEvent } from '../event-store/event-store.port';
import type { RowWrite } from '../event-store/row-write';
import { idempotencyTable } from '../idempotency/idempotency.table';
import type { ScratchStore } from '../projections/scratch-store.spec-support';
import type { ParkedStream } from './parked-streams';
import type { SubscriptionDefinition, SubscriptionParts } from './subscription.port';
import { SubscriptionsRunner } from './subscriptions.runner';

let count = 0;

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

/** A row per event, whose key exists only once: handling an event twice would be refused. */
export const noted = ({ log, tenant_id, stream, position }: RecordedEvent): RowWrite => ({
  op: 'insert',
  table: idempotencyTable,
  row: { log, tenant_id, key: String(position), fingerprint: stream, status: 1, body: '', recorded_at: '' },
});

export interface Process {
  readonly runner: SubscriptionsRunner;
  readonly errors: readonly unknown[];
  readonly parked: readonly ParkedStream[];
}

export interface ReadersWorld {
  append(stream: string, ...types: readonly string[]): Promise<unknown>;
  appendTo(log: number, stream: string, ...types: readonly string[]): Promise<unknown>;
  /** A process with one subscription, named `orders` unless it says otherwise. */
  process(
    definition: Partial<SubscriptionDefinition> & Pick<SubscriptionDefinition, 'handle'>,
    parts?: Partial<SubscriptionParts>,
  ): Process;
  /** `<log>:<position>` of what was noted, in the order of the commits. */
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
    notes: async () => (await sql.read('SELECT log, key FROM idempotency_keys ORDER BY rowid')).map(({ log, key }) => `${log}:${key}`),
    holders: async () => {
      const rows = await sql.read(
        "SELECT holder, count(*) AS held FROM subscriptions WHERE name = 'orders' GROUP BY holder ORDER BY holder",
      );
      return Object.fromEntries(rows.map(({ holder, held }) => [String(holder), Number(held)]));
    },
  };
}
