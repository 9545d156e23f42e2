/** Events and calls for the contract suite, with what a test does not care about filled in. */
import { Clock, type Instant, toInstant } from '../../src/kernel/clock';
import type { AppendCall, NewEvent, StreamAppend } from '../../src/platform/event-store/event-store.port';
import type { RowWrite, TableDefinition } from '../../src/platform/event-store/row-write';

export class SettableClock extends Clock {
  private ms = Date.parse('2026-11-20T14:35:00.000Z');

  now(): Instant {
    return toInstant(this.ms);
  }

  move(ms: number): void {
    this.ms += ms;
  }
}

let count = 0;

export function sampleEvent(overrides: Partial<NewEvent> = {}): NewEvent {
  count += 1;
  return {
    event_id: `event-${count}`,
    type: 'SomethingHappened',
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
    data: `{"number":${count}}`,
    ...overrides,
  };
}

export const on = (stream: string, expectedVersion: number | 'any', ...events: readonly NewEvent[]): StreamAppend => ({
  stream,
  expectedVersion,
  events: events.length > 0 ? events : [sampleEvent()],
});

export const callOf = (tenantId: string, streams: readonly StreamAppend[], writes: readonly RowWrite[] = [], log = 1): AppendCall => ({
  log,
  tenantId,
  streams,
  writes,
});

const KEYS = ['log', 'tenant_id'] as const;

export const answers: TableDefinition = {
  name: 'idempotency_keys',
  key: [...KEYS, 'key'],
  columns: [...KEYS, 'key', 'fingerprint', 'status', 'body', 'recorded_at'],
};

export const answer = (op: Exclude<RowWrite['op'], 'update'>, tenantId: string, key: string, body = '{}'): RowWrite => ({
  op,
  table: answers,
  row: { log: 1, tenant_id: tenantId, key, fingerprint: 'f', status: 201, body, recorded_at: '2026-11-20T14:35:00.000Z' },
});
