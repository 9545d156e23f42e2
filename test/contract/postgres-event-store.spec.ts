import { DuplicateKey, VersionConflict } from '../../src/platform/event-store/event-store.errors';
import type { EventStore, RecordedEvent } from '../../src/platform/event-store/event-store.port';
import { onServer } from '../support/postgres-databases';
import { openPostgres, type PostgresUnderTest } from './opened-stores';
import { answer, callOf, on, sampleEvent } from './sample-event';

let under: PostgresUnderTest;
beforeEach(async () => {
  under = await openPostgres();
});
afterEach(() => under.close());

const fill = async (store: EventStore, count: number): Promise<void> => {
  for (let version = 0; version < count; version++) {
    const event = sampleEvent({ unique_key: `key-${version}`, position_id: 'p1' });
    await store.append(callOf('demo', [on('position-1', version, event)]));
  }
};

const all = (): Promise<readonly RecordedEvent[]> => under.store.readAll({ log: 1, limit: 100_000 });

describe('several processes on one log', () => {
  const others: PostgresUnderTest[] = [];
  const processes = async (count: number): Promise<readonly EventStore[]> => {
    for (let index = 1; index < count; index++) others.push(await under.another());
    return [under.store, ...others.map(({ store }) => store)];
  };
  afterEach(async () => {
    for (const other of others.splice(0)) await other.close();
  });

  it.each([2, 4])('number the events of %i appenders without a gap, in the order of commits, in one chain', async (count) => {
    const stores = await processes(count);
    const acknowledged: number[] = [];
    const caller = async (store: EventStore, id: string): Promise<void> => {
      for (let version = 0; version < 20; version++) {
        const { position } = await store.append(
          callOf('demo', [on(`position-${id}`, version), on('shared-1', 'any')], [answer('upsert', 'demo', id)]),
        );
        acknowledged.push(position);
      }
    };
    await Promise.all(stores.flatMap((store, index) => Array.from({ length: 8 }, (_, id) => caller(store, `${index}.${id}`))));
    const total = count * 8 * 20 * 2;
    const events = await all();
    expect(events.map(({ position }) => position)).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    expect(acknowledged.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total / 2 }, (_, index) => (index + 1) * 2));
    expect(events.map(({ recorded_at }) => recorded_at)).toEqual(events.map(({ recorded_at }) => recorded_at).toSorted());
    const shared = events.filter(({ stream }) => stream === 'shared-1').map(({ version }) => version);
    expect(shared).toEqual(Array.from({ length: total / 2 }, (_, index) => index + 1));
    expect(await under.store.verify(1)).toMatchObject({ events: total, firstBad: null });
  });

  it('never let time go back where their clocks differ', async () => {
    const [one, two] = await processes(2);
    others[0]?.clock.move(-3_600_000);
    for (let version = 0; version < 6; version += 2) {
      await one?.append(callOf('demo', [on('position-1', version)]));
      under.clock.move(1);
      await two?.append(callOf('demo', [on('position-1', version + 1)]));
    }
    const times = (await all()).map(({ recorded_at }) => recorded_at);
    expect(times).toEqual(times.toSorted());
    expect(await under.store.verify(1)).toMatchObject({ events: 6, firstBad: null });
  });

  it('let one of those win that decide on the same version, and reject the others alone', async () => {
    const stores = await processes(4);
    for (let version = 0; version < 10; version++) {
      const outcomes = await Promise.allSettled(
        stores.flatMap((store, index) => [
          store.append(callOf('demo', [on('position-1', version)])),
          store.append(callOf('demo', [on(`own-${index}`, version)])),
        ]),
      );
      const racers = outcomes.filter((_, index) => index % 2 === 0);
      expect(racers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const racer of racers) if (racer.status === 'rejected') expect(racer.reason).toBeInstanceOf(VersionConflict);
      expect(outcomes.filter((_, index) => index % 2 === 1).every(({ status }) => status === 'fulfilled')).toBe(true);
    }
    expect((await all()).map(({ position }) => position)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('write what may happen once, once: by an event key and by an inserted row', async () => {
    const stores = await processes(4);
    for (let tick = 0; tick < 10; tick++) {
      const once = (store: EventStore, index: number) =>
        store.append(callOf('demo', [on('evaluations-1', 'any', sampleEvent({ unique_key: `tick:${tick}` })), on(`own-${index}`, 'any')]));
      const answered = (store: EventStore) =>
        store.append(callOf('demo', [on('order-1', 'any')], [answer('insert', 'demo', `request-${tick}`)]));
      const outcomes = await Promise.allSettled(stores.flatMap((store, index) => [once(store, index), answered(store)]));
      const rejected = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
      expect(rejected).toHaveLength(6);
      for (const reason of rejected) expect(reason).toBeInstanceOf(DuplicateKey);
    }
    expect(await all()).toHaveLength(30);
    expect(await under.store.verify(1)).toMatchObject({ events: 30, firstBad: null });
  });

  it('wake each other when a log has grown, and not themselves', async () => {
    const [one, two] = await processes(2);
    const heard: string[] = [];
    const woken = new Promise<void>((resolve) => {
      one?.onWakeUp((log) => heard.push(`one ${log}`));
      two?.onWakeUp((log) => {
        heard.push(`two ${log}`);
        resolve();
      });
    });
    let version = 0;
    const keepWriting = async (): Promise<void> => {
      while (heard.length === 0) await one?.append(callOf('other', [on('position-1', version++)], [], 3));
    };
    await Promise.all([woken, keepWriting()]);
    expect(new Set(heard)).toEqual(new Set(['two 3']));
  });
});

describe('the events table', () => {
  it.each([
    "UPDATE events SET data = '{}' WHERE position = 2",
    'DELETE FROM events WHERE position = 3',
    'DELETE FROM events',
    'TRUNCATE events',
  ])('refuses %s, so that history stays what it was', async (statement) => {
    await fill(under.store, 3);
    await expect(onServer(under.url, statement)).rejects.toThrow(/append-only/);
    expect(await under.store.verify(1)).toMatchObject({ events: 3, firstBad: null });
  });
});

describe('verification', () => {
  const swap = ['-1 WHERE position = 2', '2 WHERE position = 3', '3 WHERE position = -1'].map(
    (move) => `UPDATE events SET position = ${move}`,
  );

  it.each([
    ['edited data', 2, 'hash', [`UPDATE events SET data = '{"number":0}' WHERE position = 2`]],
    ['a moved time', 2, 'hash', [`UPDATE events SET recorded_at = '2026-11-20T14:35:00.001Z' WHERE position = 2`]],
    ['a changed version', 3, 'hash', [`UPDATE events SET version = 9 WHERE position = 3`]],
    ['an event given to another tenant', 3, 'hash', [`UPDATE events SET tenant_id = 'other' WHERE position = 3`]],
    ['an absent field made empty', 2, 'hash', [`UPDATE events SET symbol = '' WHERE position = 2`]],
    ['a deleted event', 2, 'gap', ['DELETE FROM events WHERE position = 2']],
    ['a deleted first event', 1, 'gap', ['DELETE FROM events WHERE position = 1']],
    ['swapped events', 2, 'hash', swap],
  ])('finds %s and names its position', async (_name, position, reason, attack) => {
    await fill(under.store, 4);
    for (const statement of ['ALTER TABLE events DISABLE TRIGGER USER', ...attack]) await onServer(under.url, statement);
    expect((await under.store.verify(1)).firstBad).toEqual({ position, reason: expect.stringContaining(reason) });
  });
});
