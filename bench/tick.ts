/** A tick over many positions against the raw driver inserting the very same event rows in batches of 64. */
import { join } from 'node:path';
import type { App } from '../src/app';
import { openSqlite } from '../src/platform/database/sqlite-database';
import type { RecordedEvent } from '../src/platform/event-store/event-store.port';
import { inFolder, migratedFile } from './append-sqlite';
import { rate, ratioOf, ROUNDS } from './measure';
import { rawRows, RawWriter } from './raw';
import { printStandings, reach } from './report';
import { openApp, openPositions, runTick, startClock } from './ticking-app';

const SIZES = [1_000, 10_000] as const;
/** A server has compiled its hot path long before it is asked how fast it is. */
const WARM_UP_EVALUATIONS = 10_000;
const RAW_BATCH = 64;

async function tickEvents({ platform }: App, after: number): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let position = after; ;) {
    const page = await platform.opened.store.readAll({ log: 1, after: position, limit: 1_000 });
    events.push(...page.filter(({ type }) => type === 'EvaluationRecorded'));
    const last = page.at(-1);
    if (!last) return events;
    position = last.position;
  }
}

async function measure(folder: string, positions: number): Promise<void> {
  const rawDatabase = openSqlite({ file: await migratedFile(join(folder, `raw-tick-${positions}.db`)) });
  const raw = new RawWriter(rawDatabase);
  const clock = startClock();
  const app = await openApp(`sqlite:${join(folder, `tick-${positions}.db`)}`, clock);
  const rates = { raw: [] as number[], tick: [] as number[] };
  let written = 0;
  try {
    await openPositions(app, positions);
    const warmUp = Math.ceil(WARM_UP_EVALUATIONS / positions);
    for (let round = 1; round <= warmUp + ROUNDS; round++) {
      const before = await app.platform.opened.store.head(1);
      const tickRate = await rate(positions, () => runTick(app, clock, round, positions));
      const events = await tickEvents(app, before);
      const rows = rawRows(
        events.map((event) => ({ tenantId: event.tenant_id, stream: event.stream, version: event.version, event })),
        written + 1,
      );
      const rawRate = await rate(positions, () => raw.write(rows, RAW_BATCH));
      written += rows.length;
      if (round <= warmUp) continue; // of both
      rates.raw.push(rawRate);
      rates.tick.push(tickRate);
    }
  } finally {
    await app.close();
    rawDatabase.close();
  }
  const raws = { name: `raw: ${RAW_BATCH}-row transactions of the same event rows`, rates: rates.raw };
  const ticks = { name: `ours: a tick over ${positions} positions`, rates: rates.tick };
  printStandings(`n = ${positions} evaluations a round, after ${WARM_UP_EVALUATIONS} to warm up`, 'evaluations', [raws, ticks]);
  reach(`SQLite, a tick over ${positions} positions / raw ${RAW_BATCH}-row transactions`, ratioOf(ticks, raws), {});
}

export async function benchTick(): Promise<void> {
  await inFolder(async ({ folder }) => {
    for (const positions of SIZES) await measure(folder, positions);
  });
}
