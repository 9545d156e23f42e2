/** Another event store for Node (Emmett) beside ours in one run; installed on demand, never among the product's packages. */
import { join } from 'node:path';
import { messageOf } from '../src/kernel/errors';
import { ProjectionRebuilder } from '../src/platform/projections/projection-rebuilder';
import { inFolder, openSqliteStore } from './append-sqlite';
import { type BenchServer, openPostgres, withServer } from './bench-postgres';
import { appendAll } from './callers';
import { compete, ratioOf } from './measure';
import { loadPeer } from './peer-package';
import { missing, printStandings, reach } from './report';
import { type BenchEvent, sampleEvents } from './sample';
import { openApp, openPositions, runTick, startClock } from './ticking-app';

const CALLERS = 64;
const OUR_EVENTS = CALLERS * 60;
const PEER_EVENTS = CALLERS * 6;
/** One caller after the other: enough to see its pace. */
const PEER_SQLITE_EVENTS = CALLERS * 2;
const POSITIONS = 1_000;
const TICKS = 10;
const PEER_APPEND = 100;
const EMMETT = 'Emmett';

const GOALS = {
  postgres: `PostgreSQL, 64 callers / ${EMMETT}, 64 callers`,
  rebuild: `PostgreSQL, rebuild / ${EMMETT}, rebuild`,
  sqlite: `SQLite, 64 callers / ${EMMETT}, its appends one after another`,
} as const;

interface PeerEvent {
  readonly type: string;
  readonly data: unknown;
}

/** What is called of its stores. */
interface PeerStore {
  appendToStream(stream: string, events: readonly PeerEvent[], options?: { readonly expectedStreamVersion: bigint }): Promise<unknown>;
}

interface PeerPostgresStore extends PeerStore {
  readonly schema: { migrate(): Promise<void> };
  close(): Promise<void>;
}

interface PeerProjection {
  readonly name: string;
  readonly canHandle: readonly string[];
  readonly handle: (events: readonly unknown[]) => Promise<void>;
}

interface PeerPostgres {
  getPostgreSQLEventStore(connectionString: string): PeerPostgresStore;
  postgreSQLProjection(projection: PeerProjection): unknown;
  rebuildPostgreSQLProjections(options: { readonly connectionString: string; readonly projections: readonly unknown[] }): {
    start(): Promise<void>;
    close(): Promise<void>;
  };
}

interface PeerSqlite {
  getSQLiteEventStore(options: { readonly fileName: string }): PeerStore;
}

const peerEvent = ({ event: { type, data } }: BenchEvent): PeerEvent => ({ type, data: JSON.parse(data) as unknown });

/** Each caller appends to a stream of its own, and waits for its answer before its next event. */
async function appendToPeer(store: PeerStore, samples: readonly BenchEvent[]): Promise<void> {
  const call = async (first: number): Promise<void> => {
    for (let index = first; index < samples.length; index += CALLERS) {
      const sample = samples[index] as BenchEvent;
      await store.appendToStream(sample.stream, [peerEvent(sample)], { expectedStreamVersion: BigInt(sample.version - 1) });
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, first) => call(first)));
}

/** Now and then even a lone call fails, because its own statements still run when it commits; nothing was written then, and it comes again. */
async function oneAfterAnother(store: PeerStore, samples: readonly BenchEvent[]): Promise<void> {
  for (const sample of samples) {
    const call = (): Promise<unknown> => store.appendToStream(sample.stream, [peerEvent(sample)]);
    await call().catch((error: unknown) => (messageOf(error).includes('SQLITE_BUSY') ? call() : Promise.reject(error as Error)));
  }
}

/** The next events of the same streams at each call. */
function series(count: number): () => readonly BenchEvent[] {
  let written = 0;
  return () => {
    const samples = sampleEvents(count, CALLERS, written);
    written += count;
    return samples;
  };
}

async function appends(server: BenchServer, peer: PeerPostgres): Promise<void> {
  const opened = await openPostgres(await server.database());
  const store = peer.getPostgreSQLEventStore(await server.emptyDatabase());
  try {
    await store.schema.migrate();
    const [ourNext, peerNext] = [series(OUR_EVENTS), series(PEER_EVENTS)];
    const ours = (samples: readonly BenchEvent[]) => () => appendAll(opened.store, samples, CALLERS);
    const theirs = (samples: readonly BenchEvent[]) => () => appendToPeer(store, samples);
    const standings = await compete(OUR_EVENTS, [
      { name: `ours: ${CALLERS} callers, 1 connection`, ready: () => ours(ourNext()) },
      { name: `${EMMETT}: ${CALLERS} callers, its own pool`, ready: () => theirs(peerNext()), things: PEER_EVENTS },
    ]);
    printStandings(`n = ${OUR_EVENTS} and ${PEER_EVENTS} events a round`, 'events', standings);
    reach(GOALS.postgres, ratioOf(standings[0], standings[1]), { atLeast: 4 });
  } finally {
    await store.close();
    await opened.close();
  }
}

/** The peer's handler only counts: it writes no row, which is to its advantage. */
async function rebuilds(server: BenchServer, peer: PeerPostgres): Promise<void> {
  const clock = startClock();
  const app = await openApp(await server.database(), clock);
  const connectionString = await server.emptyDatabase();
  const store = peer.getPostgreSQLEventStore(connectionString);
  try {
    await openPositions(app, POSITIONS);
    for (let tick = 1; tick <= TICKS; tick++) await runTick(app, clock, tick, POSITIONS);
    const ours = await app.platform.opened.store.head(1);
    await store.schema.migrate();
    const samples = sampleEvents(PEER_EVENTS * PEER_APPEND, CALLERS, 0).slice(0, POSITIONS * TICKS);
    for (let start = 0; start < samples.length; start += PEER_APPEND) {
      await store.appendToStream(`evaluations-${start}`, samples.slice(start, start + PEER_APPEND).map(peerEvent));
    }
    let rebuilt = 0;
    const again = async (): Promise<void> => {
      let seen = 0;
      const handle = (events: readonly unknown[]): Promise<void> => Promise.resolve(void (seen += events.length));
      const name = `latest_${++rebuilt}`; // one of a known name goes on from its checkpoint, with nothing to do
      const projection = peer.postgreSQLProjection({ name, canHandle: ['EvaluationRecorded'], handle });
      const consumer = peer.rebuildPostgreSQLProjections({ connectionString, projections: [projection] });
      await consumer.start();
      await consumer.close();
      if (seen !== samples.length) throw new Error(`${EMMETT} handed over ${seen} of ${samples.length} events`);
    };
    const rebuilder = app.nest.get(ProjectionRebuilder);
    const standings = await compete(ours, [
      {
        name: 'ours: latest_evaluations rebuilt and swapped in',
        ready: () => async () => void (await rebuilder.rebuild('latest_evaluations')),
      },
      { name: `${EMMETT}: a projection that only counts`, ready: () => again, things: samples.length },
    ]);
    printStandings(`n = ${ours} and ${samples.length} events a round`, 'events', standings);
    reach(GOALS.rebuild, ratioOf(standings[0], standings[1]), { atLeast: 15 });
  } finally {
    await store.close();
    await app.close();
  }
}

async function sqlite(folder: string, peer: PeerSqlite): Promise<void> {
  const opened = await openSqliteStore(join(folder, 'ours.db'));
  const store = peer.getSQLiteEventStore({ fileName: join(folder, 'peer.db') });
  try {
    const [ourNext, peerNext] = [series(OUR_EVENTS), series(PEER_SQLITE_EVENTS)];
    const ours = (samples: readonly BenchEvent[]) => () => appendAll(opened.store, samples, CALLERS);
    const theirs = (samples: readonly BenchEvent[]) => () => oneAfterAnother(store, samples);
    const standings = await compete(OUR_EVENTS, [
      { name: `ours: ${CALLERS} callers`, ready: () => ours(ourNext()) },
      { name: `${EMMETT}: one after another, since calls at once fail`, ready: () => theirs(peerNext()), things: PEER_SQLITE_EVENTS },
    ]);
    printStandings(`n = ${OUR_EVENTS} and ${PEER_SQLITE_EVENTS} events a round`, 'events', standings);
    reach(GOALS.sqlite, ratioOf(standings[0], standings[1]), { atLeast: 20 });
  } finally {
    await opened.close();
  }
}

export async function benchPeers(): Promise<void> {
  const postgres = loadPeer('postgres', '@event-driven-io/emmett-postgresql')?.peer as PeerPostgres | undefined;
  if (!postgres) for (const goal of [GOALS.postgres, GOALS.rebuild]) missing(goal, `${EMMETT} is not installed`);
  else {
    await withServer(async (server) => {
      await appends(server, postgres);
      await rebuilds(server, postgres);
    });
  }
  const own = loadPeer('sqlite', '@event-driven-io/emmett-sqlite')?.peer as PeerSqlite | undefined;
  if (!own) missing(GOALS.sqlite, `${EMMETT} is not installed`);
  else await inFolder(({ folder }) => sqlite(folder, own));
}
