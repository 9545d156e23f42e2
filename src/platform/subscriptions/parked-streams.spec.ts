import { UnavailableError } from '../../kernel/errors';
import type { RecordedEvent } from '../event-store/event-store.port';
import { VersionConflict } from '../event-store/event-store.errors';
import { partitionOf } from './stream-partition';
import { databases, noted, type Process, type ReadersWorld, readersOf, type ScratchReaders } from './subscriptions.spec-support';

/** Streams of one partition, and one of another. */
const BAD = 'order-1';
const SAME = 'order-2';
const OTHER = 'order-3';

describe.each(databases)('a stream with an event that fails (%s)', (_kind, open) => {
  let scratch: ScratchReaders;
  let world: ReadersWorld;
  let poison: Set<number>;
  let process: Process;

  beforeEach(async () => {
    scratch = await open();
    world = readersOf(scratch);
    poison = new Set();
    process = world.process({ handle });
  });
  afterEach(async () => {
    await process.runner.stop();
    await scratch.close();
  });

  const handle = async (events: readonly RecordedEvent[]) => {
    const bad = events.find(({ position }) => poison.has(position));
    if (bad) throw new Error(`event ${bad.position} makes no sense`);
    return events.map(noted);
  };
  /** Long enough for five tries. */
  const waitForTries = async () => {
    for (let second = 0; second < 20; second++) {
      scratch.clock.advance(1_000);
      await scratch.settle();
    }
  };
  const look = async () => {
    scratch.clock.advance(1_000);
    await scratch.settle();
  };
  const parked = () => process.runner.parked({ tenantId: null, limit: 10 });
  const key = { log: 1, tenantId: 'demo', subscription: 'orders', stream: BAD };
  /** 1 BAD, 2 SAME, 3 BAD (fails), 4 SAME, 5 BAD, 6 OTHER, 7 SAME. */
  const park = async () => {
    for (const stream of [BAD, SAME, BAD, SAME, BAD, OTHER, SAME]) await world.append(stream, 'OrderQueued');
    poison.add(3);
    process.runner.start();
    await scratch.settle();
    await waitForTries();
  };

  it('stands still alone after five tries, and what follows in it is kept back', async () => {
    expect([BAD, SAME].map((stream) => partitionOf('demo', stream, 8))).toEqual([2, 2]);
    await park();
    expect([...(await world.notes())].sort()).toEqual(['1:1', '1:2', '1:4', '1:6', '1:7']);
    expect(await parked()).toEqual([
      { ...key, position: 3, version: 2, error: 'event 3 makes no sense', tries: 5, parkedAt: '2026-11-20T14:35:15.000Z', state: 'PARKED' },
    ]);
    expect(process.parked).toHaveLength(1);
    expect(process.errors).toHaveLength(4);
    await world.append(BAD, 'OrderQueued');
    await world.append(SAME, 'OrderQueued');
    await scratch.settle();
    expect((await world.notes()).slice(5)).toEqual(['1:9']);
  });

  it('stays parked for whoever reads the partition next', async () => {
    await park();
    await process.runner.stop();
    process = world.process({ handle });
    await world.append(BAD, 'OrderQueued');
    await process.runner.catchUp();
    expect([...(await world.notes())].sort()).toEqual(['1:1', '1:2', '1:4', '1:6', '1:7']);
    expect(await process.runner.parked({ tenantId: 'demo', subscription: 'orders', limit: 10 })).toHaveLength(1);
    expect(await process.runner.parked({ tenantId: 'other', limit: 10 })).toEqual([]);
    expect(await process.runner.parked({ tenantId: null, subscription: 'fills', limit: 10 })).toEqual([]);
  });

  it('is delivered in order from where it stands once an operator redrives it, and goes on', async () => {
    await park();
    await world.append(BAD, 'Held', 'OrderQueued');
    poison.clear();
    await process.runner.redrive(key);
    await scratch.settle();
    expect((await world.notes()).slice(5)).toEqual(['1:3', '1:5', '1:9']);
    expect(await parked()).toEqual([]);
    await world.append(BAD, 'OrderQueued');
    await scratch.settle();
    expect((await world.notes()).slice(8)).toEqual(['1:10']);
  });

  it('is delivered what came since it was read last as well, and that once', async () => {
    await park();
    await process.runner.stop();
    poison.clear();
    await world.append(BAD, 'OrderQueued');
    await process.runner.redrive(key);
    process = world.process({ handle });
    await process.runner.catchUp();
    expect((await world.notes()).slice(5)).toEqual(['1:3', '1:5', '1:8']);
    expect(process.parked).toEqual([]);
  });

  it('stands still at the next event that fails where a redrive comes to one', async () => {
    await park();
    poison.delete(3);
    poison.add(5);
    await process.runner.redrive(key);
    await scratch.settle();
    expect((await world.notes()).slice(5)).toEqual(['1:3']);
    expect(await parked()).toMatchObject([{ position: 5, version: 3, error: 'event 5 makes no sense', tries: 6, state: 'PARKED' }]);
    poison.clear();
    await process.runner.redrive(key);
    await scratch.settle();
    expect((await world.notes()).slice(5)).toEqual(['1:3', '1:5']);
    expect(await parked()).toEqual([]);
  });

  it('goes on without the event that an operator gives up', async () => {
    await park();
    await process.runner.discard(key);
    await scratch.settle();
    expect((await world.notes()).slice(5)).toEqual(['1:5']);
    expect(await parked()).toEqual([]);
  });

  it('leaves the list where the event that is given up was its only one', async () => {
    await world.append(BAD, 'OrderQueued');
    poison.add(1);
    process.runner.start();
    await waitForTries();
    await process.runner.discard(key);
    await scratch.settle();
    expect([await world.notes(), await parked()]).toEqual([[], []]);
    await world.append(BAD, 'OrderQueued');
    await scratch.settle();
    expect(await world.notes()).toEqual(['1:2']);
  });

  it('is redriven by the process that reads the partition, whoever is asked', async () => {
    await park();
    poison.clear();
    const asked = world.process({ handle: async () => Promise.reject(new Error('reads nothing')) });
    await asked.runner.redrive(key);
    await look();
    expect((await world.notes()).slice(5)).toEqual(['1:3', '1:5']);
    await expect(asked.runner.redrive(key)).rejects.toMatchObject({ code: 'not_found' });
    await expect(asked.runner.discard({ ...key, subscription: 'unknown' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is not given up twice: an operator decides once', async () => {
    await park();
    await process.runner.stop();
    await process.runner.redrive(key);
    await process.runner.redrive(key);
    await expect(process.runner.discard(key)).rejects.toMatchObject({ code: 'not_found' });
    expect(await parked()).toMatchObject([{ state: 'REDRIVE' }]);
  });

  it('is found among hundreds, also where several fail', async () => {
    for (let order = 0; order < 40; order++) await world.append(`order-${order}`, ...Array.from({ length: 10 }, () => 'OrderQueued'));
    for (const position of [15, 200, 201, 395]) poison.add(position);
    process.runner.start();
    for (let round = 0; round < 4; round++) await waitForTries();
    const kept = (await parked()).map(({ stream, position }) => [stream, position]);
    expect([...kept].sort((a, b) => Number(a[1]) - Number(b[1]))).toEqual([
      ['order-1', 15],
      ['order-19', 200],
      ['order-20', 201],
      ['order-39', 395],
    ]);
    expect(await world.notes()).toHaveLength(400 - 6 - 1 - 10 - 6);
    poison.clear();
    for (const { log, tenantId, subscription, stream } of await parked())
      await process.runner.redrive({ log, tenantId, subscription, stream });
    await look();
    const notes = await world.notes();
    expect(notes).toHaveLength(400);
    for (let order = 0; order < 40; order++) {
      const own = notes.map((note) => Number(note.slice(2))).filter((position) => Math.ceil(position / 10) === order + 1);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });

  it.each([
    ['what the handler needs is away', new UnavailableError('broker.away', 'The broker is away; try again')],
    ['another was faster', new VersionConflict('order-1', 1, 2)],
  ])('is never parked because %s', async (_why, error) => {
    let isAway = true;
    process = world.process({
      handle: async (events) => {
        if (isAway) throw error;
        return events.map(noted);
      },
    });
    await world.append(BAD, 'OrderQueued', 'OrderQueued');
    process.runner.start();
    for (let minute = 0; minute < 10; minute++) await waitForTries();
    expect(await parked()).toEqual([]);
    isAway = false;
    scratch.clock.advance(60_000);
    await scratch.settle();
    expect(await world.notes()).toEqual(['1:1', '1:2']);
  });

  it('is parked where it is the row that the database refuses each time', async () => {
    process = world.process({
      handle: async (events) => events.flatMap((event) => (event.stream === BAD ? [noted(event), noted(event)] : [noted(event)])),
    });
    await world.append(BAD, 'OrderQueued');
    await world.append(SAME, 'OrderQueued');
    process.runner.start();
    await waitForTries();
    expect(await parked()).toMatchObject([{ stream: BAD, position: 1 }]);
    expect(await world.notes()).toEqual(['1:2']);
  });
});
