/** What PostgreSQL acknowledged is there once, and what it did not can be asked for again: whatever dies, and whenever. */
import { DuplicateKey } from '../../src/platform/event-store/event-store.errors';
import type { EventStore, RecordedEvent } from '../../src/platform/event-store/event-store.port';
import { openEventStore } from '../../src/platform/event-store/open-event-store';
import type { OpenedPostgres } from '../../src/platform/event-store/opened-store';
import { PgConnection } from '../../src/platform/event-store/postgres-connection';
import { storeCheck } from '../../src/platform/observability/store-check';
import { SystemTimer } from '../../src/platform/time/system-timer.adapter';
import { VirtualClock, VirtualTimer } from '../../src/platform/time/virtual-clock';
import { UnavailableError } from '../../src/kernel/errors';
import { seededRandom } from '../kills/seeded-random';
import { type CuttingProxy, type Fate, startCuttingProxy } from '../support/cutting-proxy';
import { type Cluster, startCluster } from '../support/postgres-cluster';
import { createTestDatabase, onServer, type TestDatabase } from '../support/postgres-databases';
import { callOf, on, sampleEvent, SettableClock } from './sample-event';

const SEED = Number(process.env['OUTAGE_SEED'] ?? Date.now() % 1_000_000_000);
const random = seededRandom(SEED);

/** Where each key ended up as its caller knows it. */
type Positions = Map<string, number>;

/** How often a caller was left without knowing. */
let unknown = 0;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const open = (url: string): Promise<OpenedPostgres> =>
  openEventStore({ kind: 'postgres', url, name: 'vb under test', clock: new SettableClock(), onListenerError: (error) => { throw error; } }); // prettier-ignore

/** Appends under a key of its own, and again under the same one for as long as it cannot be told what became of it. */
async function appendOnce(store: EventStore, key: string, acknowledged: Positions): Promise<void> {
  for (;;) {
    try {
      const call = callOf('demo', [on('shared-1', 'any', sampleEvent({ unique_key: key })), on(`own-${key}`, 'any')]);
      const { position } = await store.append(call);
      acknowledged.set(key, position - 1);
      return;
    } catch (error) {
      if (error instanceof DuplicateKey) return; // the try before had been written
      if (!(error instanceof UnavailableError)) throw error;
      if (error.message.includes('not known')) unknown += 1;
      await pause(random.whole(1, 20));
    }
  }
}

async function expectEachOnce(store: EventStore, keys: readonly string[], acknowledged: Positions): Promise<void> {
  const log: readonly RecordedEvent[] = await store.readAll({ log: 1, limit: 100_000 });
  const keyed = log.filter(({ unique_key }) => unique_key !== null);
  expect(keyed.map(({ unique_key }) => unique_key).toSorted()).toEqual(keys.toSorted());
  for (const { unique_key, position } of keyed) {
    const known = acknowledged.get(String(unique_key));
    if (known !== undefined) expect(position).toBe(known);
  }
  expect(log.map(({ position }) => position)).toEqual(Array.from({ length: keys.length * 2 }, (_, index) => index + 1));
  expect(await store.verify(1)).toMatchObject({ events: keys.length * 2, firstBad: null });
}

describe(`connections that end at any moment (OUTAGE_SEED=${SEED})`, () => {
  let database: TestDatabase;
  let opened: OpenedPostgres;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await opened.close();
    await database.drop();
  });

  it('lose nothing and repeat nothing of 200 flushes', async () => {
    opened = await open(database.url);
    const [acknowledged, keys, kills]: [Positions, string[], { count: number; isOver: boolean }] = [
      new Map(),
      [],
      { count: 0, isOver: false },
    ];
    const killer = async (): Promise<void> => {
      while (!kills.isOver) {
        await pause(random.whole(0, 30));
        const killed = await onServer(
          database.url,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'volatility-balancing'`,
        );
        kills.count += killed.length;
      }
    };
    const killing = killer();
    for (let flush = 0; flush < 200; flush++) {
      const group = Array.from({ length: 4 }, (_, index) => `key-${flush}-${index}`);
      keys.push(...group);
      await Promise.all(group.map((key) => appendOnce(opened.store, key, acknowledged)));
    }
    kills.isOver = true;
    await killing;
    expect(kills.count).toBeGreaterThan(0);
    expect(unknown).toBe(0); // the server was there all the time
    await expectEachOnce(opened.store, keys, acknowledged);
  });

  describe('on a wire that breaks around an append', () => {
    let proxy: CuttingProxy;
    beforeEach(async () => {
      proxy = await startCuttingProxy(database.url);
    });
    afterEach(() => proxy.close());

    it.each(['lost request', 'lost answer'] satisfies Fate[])('give the caller the true answer after a %s', async (fate) => {
      opened = await open(proxy.url);
      const acknowledged: Positions = new Map();
      const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
      for (const key of keys) {
        proxy.doom(fate);
        await appendOnce(opened.store, key, acknowledged);
      }
      expect(proxy.cuts()).toBe(keys.length);
      expect(acknowledged.size).toBe(keys.length); // nobody was told "not known"
      await expectEachOnce(opened.store, keys, acknowledged);
    });

    it('write nothing that arrives after it was given up and sent again, even where no key forbids it', async () => {
      opened = await open(proxy.url);
      for (let index = 1; index <= 20; index++) {
        proxy.doom('late request');
        expect(await opened.store.append(callOf('demo', [on('shared-1', 'any')]))).toEqual({ position: index });
      }
      const answers = await proxy.letThrough();
      expect(answers).toHaveLength(20);
      for (const answer of answers) expect(answer).toContain('VB002');
      expect(await opened.store.verify(1)).toMatchObject({ events: 20, firstBad: null });
    });

    it('are given up where no answer comes, and opened again', async () => {
      opened = await open(database.url);
      const clock = new VirtualClock('2026-11-20T14:35:00.000Z');
      const through = await openEventStore({ kind: 'postgres', url: proxy.url, name: 'x', clock, onListenerError: () => undefined });
      const connection = new PgConnection(through.database, new VirtualTimer(clock));
      const statement = { name: 'append', text: 'SELECT 1', values: [] };
      expect(await connection.run([statement])).toEqual([[['1']]]);
      proxy.doom('silence');
      const refused = connection.run([statement]).catch((error: unknown) => error);
      while (proxy.cuts() === 0) await pause(1);
      clock.advance(15_000);
      expect(await refused).toMatchObject({ code: 'ETIMEDOUT' });
      expect(await connection.run([statement])).toEqual([[['1']]]);
      await connection.close();
      await through.close();
    });
  });

  it('leave no caller waiting when all of them are taken', async () => {
    opened = await open(database.url);
    const { reader } = opened.database;
    const taken = await Promise.all(Array.from({ length: reader.options.max ?? 0 }, () => reader.connect()));
    await expect(opened.store.readAll({ log: 1, limit: 1 })).rejects.toMatchObject({
      code: 'store.unavailable',
      message: expect.stringMatching(/No connection to PostgreSQL became free.*try again/),
    });
    for (const client of taken) client.release();
    expect(await opened.store.readAll({ log: 1, limit: 1 })).toEqual([]);
  });
});

describe(`a server that stops and starts again under load (OUTAGE_SEED=${SEED})`, () => {
  const STOPS = 4;
  const CALLERS = 8;
  let cluster: Cluster;
  let opened: OpenedPostgres;
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  beforeAll(async () => {
    process.on('unhandledRejection', onUnhandled);
    cluster = await startCluster({ fsync: true });
    opened = await open(cluster.url());
  });
  afterAll(async () => {
    await opened.close();
    await cluster.dispose();
    process.off('unhandledRejection', onUnhandled);
  });

  it('keeps what it acknowledged, says why it cannot be written meanwhile, and recovers by itself', async () => {
    const { store } = opened;
    const check = storeCheck({ store, clock: new SettableClock(), timer: new SystemTimer(), name: 'PostgreSQL' });
    const [acknowledged, keys, state]: [Positions, string[], { isOver: boolean }] = [new Map(), [], { isOver: false }];
    const caller = async (id: number): Promise<void> => {
      for (let call = 0; !state.isOver; call++) {
        const key = `key-${id}-${call}`;
        keys.push(key);
        await appendOnce(store, key, acknowledged);
      }
    };
    const callers = Promise.all(Array.from({ length: CALLERS }, (_, id) => caller(id)));
    const acknowledges = async (count: number): Promise<void> => {
      while (acknowledged.size < count) await pause(1);
    };
    for (let stop = 0; stop < STOPS; stop++) {
      await Promise.race([acknowledges(acknowledged.size + 20), callers]);
      await pause(random.whole(0, 50));
      await cluster.stop('immediate');
      await expect(store.append(callOf('demo', [on('lost-1', 'any')]))).rejects.toMatchObject({ code: 'store.unavailable' });
      await expect(store.head(1)).rejects.toMatchObject({ code: 'store.unavailable' });
      expect(await check()).toMatch(/PostgreSQL .*see that it runs and can be reached/);
      await cluster.start();
      while ((await check()) !== null) await pause(5);
    }
    state.isOver = true;
    await callers;
    await expectEachOnce(store, keys, acknowledged);
    expect(unhandled).toEqual([]);
  });
});
