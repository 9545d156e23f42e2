/** Appends its part of the work, 64 calls at a time, one in twenty of them doomed; begun again it goes on with what the log has not. */
import { DuplicateKey } from '../../../src/platform/event-store/event-store.errors';
import type { AppendCall, EventStore, NewEvent } from '../../../src/platform/event-store/event-store.port';
import { idempotencyTable } from '../../../src/platform/idempotency/idempotency.table';
import { main, numberAt, openStore, say, TENANT } from './program';

const LANES = 64;
const DOOMED_EVERY = 20;
const STREAMS = 40;

const [writer, calls, logs] = [numberAt(0), numberAt(1), numberAt(2)];

const logOf = (call: number): number => 1 + (call % logs);
const keyOf = (call: number, index: number): string => `${writer}:${call}:${index}`;

const eventOf = (call: number, index: number, key: string): NewEvent => ({
  event_id: `event-${key}`,
  type: index % 5 === 4 ? 'Held' : 'OrderQueued',
  schema_version: 1,
  ts: '2026-11-20T14:35:00.000Z',
  portfolio_id: null,
  position_id: null,
  instrument_id: null,
  symbol: null,
  correlation_id: `call-${call}`,
  causation_id: null,
  actor: `system:writer-${writer}`,
  unique_key: key,
  data: JSON.stringify({ note: 'x'.repeat(300) }),
});

/** Five events in one of the streams that all writers share. */
function callOf(call: number, prefix = ''): AppendCall {
  const events = Array.from({ length: 5 }, (_, index) => eventOf(call, index, `${prefix}${keyOf(call, index)}`));
  const stream = `order-${call % STREAMS}`;
  return { log: logOf(call), tenantId: TENANT, streams: [{ stream, expectedVersion: 'any', events }], writes: [] };
}

/** A row that is there already takes the whole call with it. */
function doomed(call: number): AppendCall {
  const row = { log: logOf(call), tenant_id: TENANT, key: 'taken', fingerprint: '', status: 1, body: '', recorded_at: '' };
  return { ...callOf(call, 'doomed:'), writes: [{ op: 'insert', table: idempotencyTable, row }] };
}

async function append(store: EventStore, call: number): Promise<void> {
  if (call % DOOMED_EVERY === 7) {
    await refusedOnly(store.append(doomed(call)));
  }
  await refusedOnly(store.append(callOf(call)));
  say({ done: call });
}

/** Refused because it is there already: a doomed call, or one whose answer an earlier life of this process did not hear. */
async function refusedOnly(appended: Promise<unknown>): Promise<void> {
  try {
    await appended;
  } catch (error) {
    if (!(error instanceof DuplicateKey)) throw error;
  }
}

main(async () => {
  const { store, sql, close } = await openStore();
  const present = await sql.read(
    `SELECT unique_key FROM events WHERE log >= 1 AND log <= ? AND tenant_id = ? AND unique_key LIKE ? ORDER BY log, position`,
    [logs, TENANT, `${writer}:%:0`],
  );
  const isThere = new Set(present.map(({ unique_key }) => Number(String(unique_key).split(':')[1])));
  say({ found: [...isThere] });
  const left = Array.from({ length: calls }, (_, call) => call)
    .filter((call) => !isThere.has(call))
    .values();
  const lane = async (): Promise<void> => {
    for (const call of left) await append(store, call);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await close();
});
