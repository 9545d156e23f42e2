/** Verification of a whole log against reading the same columns with the raw driver. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventStore } from '../src/platform/event-store/open-event-store';
import { CHAINED_COLUMNS } from '../src/platform/event-store/event-columns';
import { SystemClock } from '../src/platform/time/system-clock.adapter';
import { fileSystem, median, rate } from './measure';
import { sampleEvents } from './sample';

const EVENTS = 100_000;
const STREAMS = 1_000;
const ROUNDS = 5;
const PAGE = 1_000;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

export async function benchVerify(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vb-bench-'));
  const onListenerError = (error: unknown): never => {
    throw error;
  };
  const opened = await openEventStore({ file: join(folder, 'vb.db'), clock: new SystemClock(), synchronous: 'OFF', onListenerError });
  try {
    const calls = sampleEvents(EVENTS, STREAMS, 0).map(({ tenantId, stream, event }) => ({
      log: 1,
      tenantId,
      streams: [{ stream, expectedVersion: 'any' as const, events: [event] }],
      writes: [],
    }));
    for (let start = 0; start < EVENTS; start += PAGE) await opened.store.appendEach(calls.slice(start, start + PAGE));
    const page = opened.database.reader.prepare<unknown[]>(
      `SELECT ${CHAINED_COLUMNS} FROM events WHERE log = ? AND position > ? ORDER BY position LIMIT ${PAGE}`,
    );
    const readRaw = (): void => {
      for (let after = 0; after < EVENTS; after += PAGE) page.all(1, after);
    };
    const verify = async (): Promise<void> => {
      const { events, firstBad } = await opened.store.verify(1);
      if (events !== EVENTS || firstBad) throw new Error(`verified ${events} events: ${JSON.stringify(firstBad)}`);
    };
    const rates = { raw: [] as number[], verify: [] as number[] };
    for (let round = 0; round <= ROUNDS; round++) {
      const rawRate = await rate(EVENTS, readRaw);
      const verifyRate = await rate(EVENTS, verify);
      if (round === 0) continue; // warms up both
      rates.raw.push(rawRate);
      rates.verify.push(verifyRate);
    }
    const [raw, verified] = [median(rates.raw), median(rates.verify)];
    print(
      `${folder} on ${fileSystem(folder)}: ${verified.toFixed(0)} events/s verified; raw read of the same columns ${raw.toFixed(0)} events/s; ` +
        `ratio ${(verified / raw).toFixed(3)} (n = ${EVENTS} x ${ROUNDS} rounds)`,
    );
  } finally {
    await opened.close();
    rmSync(folder, { recursive: true });
  }
}
