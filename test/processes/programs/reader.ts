/** Reads the logs with others of its kind and writes a row per event, under a key of its own, so that doing it twice would show. */
import { once } from 'node:events';
import type { RecordedEvent } from '../../../src/platform/event-store/event-store.port';
import type { RowWrite } from '../../../src/platform/event-store/row-write';
import { readTable } from '../../../src/platform/projections/projection';
import { SubscriptionsRunner } from '../../../src/platform/subscriptions/subscriptions.runner';
import { SystemClock } from '../../../src/platform/time/system-clock.adapter';
import { SystemTimer } from '../../../src/platform/time/system-timer.adapter';
import { main, numberAt, openStore, say } from './program';

const effects = readTable('effects', ['id'], ['position', 'stream', 'holder']);
const holder = `reader-${process.pid}`;
const [leaseMs, pollMs, handleMs] = [numberAt(0), numberAt(1), numberAt(2)];

let written = 0;
const effectOf = ({ log, tenant_id, position, stream }: RecordedEvent): RowWrite => {
  const id = `${holder}:${String(++written).padStart(8, '0')}`; // rows of one commit are written in the order of their keys
  return { op: 'insert', table: effects, row: { log, tenant_id, id, position, stream, holder } };
};

async function handle(events: readonly RecordedEvent[]): Promise<readonly RowWrite[]> {
  if (handleMs > 0) {
    say({ handling: events.map(({ position }) => position) });
    await new Promise((resolve) => setTimeout(resolve, handleMs));
    say({ handled: events.length });
  }
  return events.map(effectOf);
}

main(async () => {
  const { store, sql, close } = await openStore();
  const runner = new SubscriptionsRunner({
    store,
    sql,
    clock: new SystemClock(),
    timer: new SystemTimer(),
    holder,
    isShared: true,
    leaseMs,
    pollMs,
    onError: (_subscription, error) => say({ error: String(error) }),
    onParked: (parked) => say({ parked }),
  });
  runner.register({ name: 'effects', handles: (type) => type === 'OrderQueued', handle });
  runner.start();
  const told = once(process, 'SIGTERM');
  say({ started: holder });
  await told;
  await runner.stop();
  await close();
});
