/** A log read from end to end: verification and rebuild against the plain read of the same rows in pages of 1,000. */
import { join } from 'node:path';
import type { App } from '../src/app';
import type { OpenedStore } from '../src/platform/event-store/opened-store';
import { ProjectionRebuilder } from '../src/platform/projections/projection-rebuilder';
import { inFolder, openSqliteStore } from './append-sqlite';
import { openPostgres, withServer } from './bench-postgres';
import { compete, ratioOf } from './measure';
import { readLog } from './raw-read';
import { printStandings, reach } from './report';
import { sampleEvents } from './sample';
import { openApp, openPositions, runTick, startClock } from './ticking-app';

const EVENTS = 40_000;
const CHUNK = 1_000;
const STREAMS = 256;
/** A round of reading costs less than one of writing, and one page more or less is seen in it. */
const POSITIONS = 1_000;
const TICKS = 40;
const PROJECTION = 'latest_evaluations';

async function fill({ store }: OpenedStore): Promise<void> {
  const samples = sampleEvents(EVENTS, STREAMS, 0);
  for (let start = 0; start < EVENTS; start += CHUNK) {
    const calls = samples.slice(start, start + CHUNK).map(({ tenantId, stream, version, event }) => ({
      log: 1,
      tenantId,
      streams: [{ stream, expectedVersion: version - 1, events: [event] }],
      writes: [],
    }));
    const lost = (await store.appendEach(calls)).find((fate) => fate !== null);
    if (lost) throw lost;
  }
}

async function verification(database: string, opened: OpenedStore): Promise<void> {
  await fill(opened);
  const raw = { name: 'raw: every row read, with its hashes', ready: () => async () => expectAll(await readLog(opened, true)) };
  const verify = async (): Promise<void> => {
    const { events, firstBad } = await opened.store.verify(1);
    if (firstBad) throw new Error(`position ${firstBad.position}: ${firstBad.reason}`);
    expectAll(events);
  };
  const standings = await compete(EVENTS, [raw, { name: 'ours: every hash of the log recomputed', ready: () => verify }]);
  printStandings(`n = ${EVENTS} events a round, ${STREAMS} streams`, 'events', standings);
  reach(`${database}, verification / raw read of the same columns`, ratioOf(standings[1], standings[0]), { atLeast: 0.5 });
}

function expectAll(count: number): void {
  if (count !== EVENTS) throw new Error(`${count} of ${EVENTS} events were read`);
}

export async function benchVerify(): Promise<void> {
  await inFolder(async ({ folder }) =>
    closing(await openSqliteStore(join(folder, 'verify.db')), (opened) => verification('SQLite', opened)),
  );
  await withServer(async (server) => closing(await openPostgres(await server.database()), (opened) => verification('PostgreSQL', opened)));
}

async function closing<Opened extends { close(): Promise<void> }>(opened: Opened, work: (opened: Opened) => Promise<void>): Promise<void> {
  try {
    await work(opened);
  } finally {
    await opened.close();
  }
}

async function rebuild(database: string, databaseUrl: string, atLeast: number): Promise<void> {
  const clock = startClock();
  await closing(await openApp(databaseUrl, clock), async (app) => {
    await openPositions(app, POSITIONS);
    for (let tick = 1; tick <= TICKS; tick++) await runTick(app, clock, tick, POSITIONS);
    await measureRebuild(database, app, atLeast);
  });
}

async function measureRebuild(database: string, { nest, platform }: App, atLeast: number): Promise<void> {
  const events = await platform.opened.store.head(1);
  let parsed: unknown = null;
  const read = async (): Promise<void> => {
    const count = await readLog(platform.opened, false, ({ data }) => (parsed = JSON.parse(data)));
    if (count !== events || parsed === null) throw new Error(`${count} of ${events} events were read`);
  };
  const rebuilder = nest.get(ProjectionRebuilder);
  const again = async (): Promise<void> => void (await rebuilder.rebuild(PROJECTION));
  const standings = await compete(events, [
    { name: 'raw: every row read, its data parsed', ready: () => read },
    { name: `ours: ${PROJECTION} rebuilt and swapped in`, ready: () => again },
  ]);
  printStandings(`n = ${events} events a round, of ${POSITIONS} positions`, 'events', standings);
  reach(`${database}, rebuild / raw read and parse`, ratioOf(standings[1], standings[0]), { atLeast });
}

export async function benchRebuild(): Promise<void> {
  await inFolder(({ folder }) => rebuild('SQLite', `sqlite:${join(folder, 'rebuild.db')}`, 0.9));
  await withServer(async (server) => rebuild('PostgreSQL', await server.database(), 0.8));
}
