/** Durable append against the raw driver: one caller and a one-row transaction, many callers and a batch of as many rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '../src/kernel/clock';
import { connectAndMigrate, createDataSource } from '../src/platform/database/data-source';
import { openSqlite } from '../src/platform/database/sqlite-database';
import type { EventStore } from '../src/platform/event-store/event-store.port';
import { openEventStore } from '../src/platform/event-store/open-event-store';
import { fileSystem, fsyncMicros, median, rate } from './measure';
import { RawWriter } from './raw';
import { type BenchEvent, DATA_BYTES, sampleEvents } from './sample';

const ROUNDS = 5;
const SHAPES = [
  { callers: 1, events: 1_000 },
  { callers: 64, events: 64 * 100 },
  { callers: 256, events: 256 * 40 },
] as const;

class BenchClock extends Clock {
  now(): string {
    return '2026-11-20T14:35:00.000Z';
  }
}

/** Each caller waits for its answer before it appends its next event. */
async function appendAll(store: EventStore, events: readonly BenchEvent[], callers: number): Promise<void> {
  const call = async (first: number): Promise<void> => {
    for (let index = first; index < events.length; index += callers) {
      const { tenantId, stream, version, event } = events[index] as BenchEvent;
      await store.append({ log: 1, tenantId, streams: [{ stream, expectedVersion: version - 1, events: [event] }], writes: [] });
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, first) => call(first)));
}

async function measure(folder: string, callers: number, events: number): Promise<void> {
  const rawFile = join(folder, `raw-${callers}.db`);
  const migrated = createDataSource({ file: rawFile });
  await connectAndMigrate(migrated);
  await migrated.destroy();
  const rawDatabase = openSqlite({ file: rawFile });
  const raw = new RawWriter(rawDatabase);
  const opened = await openEventStore({
    file: join(folder, `store-${callers}.db`),
    clock: new BenchClock(),
    onListenerError: (error) => {
      throw error;
    },
  });
  const rates = { raw: [] as number[], store: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const rows = raw.prepare(events, callers);
    const samples = sampleEvents(events, callers, round * events);
    const rawRate = await rate(events, () => raw.write(rows, callers));
    const storeRate = await rate(events, () => appendAll(opened.store, samples, callers));
    if (round === 0) continue; // warms up both
    rates.raw.push(rawRate);
    rates.store.push(storeRate);
  }
  await opened.close();
  rawDatabase.close();
  const rawMedian = median(rates.raw);
  const storeMedian = median(rates.store);
  print(
    `${String(callers).padStart(3)} callers: ${storeMedian.toFixed(0)} events/s; raw batch of ${callers}: ${rawMedian.toFixed(0)} events/s; ` +
      `ratio ${(storeMedian / rawMedian).toFixed(3)} (n = ${events} x ${ROUNDS} rounds)`,
  );
}

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export async function benchAppend(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vb-bench-'));
  try {
    print(`${folder} on ${fileSystem(folder)}; one fsync ${fsyncMicros(folder).toFixed(0)} µs; ${DATA_BYTES} bytes of data per event`);
    for (const { callers, events } of SHAPES) await measure(folder, callers, events);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
