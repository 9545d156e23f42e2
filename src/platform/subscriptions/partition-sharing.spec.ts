import type { RecordedEvent } from '../event-store/event-store.port';
import { shareOf } from './subscription-members';
import { databases, noted, type Process, type ReadersWorld, readersOf, type ScratchReaders } from './subscriptions.spec-support';

const LEASE_MS = 10_000;

describe.each(databases)('processes that share a subscription (%s)', (_kind, open) => {
  let scratch: ScratchReaders;
  let world: ReadersWorld;
  let started: Process[];

  beforeEach(async () => {
    scratch = await open();
    world = readersOf(scratch);
    started = [];
  });
  afterEach(async () => {
    for (const { runner } of started) await runner.stop();
    await scratch.close();
  });

  const noting = async (events: readonly RecordedEvent[]) => events.map(noted);
  const start = async (handle = noting, parts = {}): Promise<Process> => {
    const process = world.process({ handle }, { isShared: true, leaseMs: LEASE_MS, ...parts });
    started.push(process);
    process.runner.start();
    await scratch.settle();
    return process;
  };
  /** So many seconds as the processes see them. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      scratch.clock.advance(1_000);
      await scratch.settle();
    }
  };
  /** A process that stands still: none of its timers fires, and what it writes is written only when it goes on. */
  const pausable = () => {
    let goOn = (): void => undefined;
    let held: Promise<void> | null = null;
    const append = scratch.store.append.bind(scratch.store);
    const store = Object.create(scratch.store, {
      append: { value: async (...call: Parameters<typeof append>) => (await held, append(...call)) },
    }) as typeof scratch.store;
    return {
      parts: { store },
      pause: () => {
        held = new Promise((resolve) => (goOn = resolve));
      },
      resume: () => {
        held = null;
        goOn();
      },
    };
  };
  const fill = async (orders: number) => {
    for (let order = 0; order < orders; order++) await world.append(`order-${order}`, 'OrderQueued', 'OrderQueued');
  };
  const everything = async () => Array.from({ length: await scratch.store.head(1) }, (_, index) => `1:${index + 1}`);
  const sorted = (keys: readonly string[]) => [...keys].sort((a, b) => Number(a.split(':')[1]) - Number(b.split(':')[1]));

  it('have equal shares that add up to everything', () => {
    expect([0, 1, 2].map((rank) => shareOf(rank, 3, 8))).toEqual([
      { first: 0, size: 3 },
      { first: 3, size: 3 },
      { first: 6, size: 2 },
    ]);
    expect([0, 1, 2].map((rank) => shareOf(rank, 3, 1).size)).toEqual([1, 0, 0]);
  });

  it('give one that comes later its share, and then leave it at that', async () => {
    await fill(4);
    await start();
    expect(await world.holders()).toEqual({ 'process-1': 8 });
    await start();
    await pass(3);
    expect(await world.holders()).toEqual({ 'process-1': 4, 'process-2': 4 });
    await start();
    await pass(3);
    expect(await world.holders()).toEqual({ 'process-1': 3, 'process-2': 3, 'process-3': 2 });
    const epochs = () => scratch.sql.read('SELECT partition, epoch, holder FROM subscriptions ORDER BY partition');
    const before = await epochs();
    await pass(40);
    expect(await epochs()).toEqual(before);
    expect(started.flatMap(({ errors }) => errors)).toEqual([]);
  });

  it('read every event once, whoever reads it', async () => {
    await fill(10);
    await start();
    await start();
    await pass(2);
    await fill(10);
    await scratch.settle();
    expect(sorted(await world.notes())).toEqual(await everything());
  });

  it('spread the partitions of all logs together', async () => {
    for (const log of [1, 2, 3]) await world.appendTo(log, 'order-1', 'OrderQueued');
    await start();
    await start();
    await pass(3);
    expect(await world.holders()).toEqual({ 'process-1': 12, 'process-2': 12 });
  });

  it('take over what a stopping process had, at once and where it was', async () => {
    await fill(4);
    const first = await start();
    await start();
    await pass(3);
    await first.runner.stop();
    await pass(1);
    expect(await world.holders()).toEqual({ 'process-2': 8 });
    await fill(4);
    await scratch.settle();
    expect(sorted(await world.notes())).toEqual(await everything());
  });

  it('take over what a killed process had when its lease has run out, and not before', async () => {
    await fill(4);
    const killed = world.process(
      { handle: noting },
      { isShared: true, leaseMs: LEASE_MS, timer: { after: () => () => undefined, every: () => () => undefined } },
    );
    killed.runner.start();
    await scratch.settle();
    await start();
    await pass(9);
    expect(await world.holders()).toEqual({ 'process-1': 8 });
    await pass(2);
    expect(await world.holders()).toEqual({ 'process-2': 8 });
  });

  it('find that a paused process changes nothing when it goes on after its lease', async () => {
    await fill(4);
    const paused = pausable();
    const first = await start(noting, paused.parts);
    paused.pause();
    await fill(4);
    await scratch.settle();
    await start();
    await pass(12);
    expect(await world.holders()).toEqual({ 'process-2': 8 });
    await fill(1);
    await scratch.settle();
    const before = await world.notes();
    const rows = await scratch.sql.read('SELECT * FROM subscriptions ORDER BY partition');
    expect(sorted(before)).toEqual(await everything());
    paused.resume();
    await scratch.settle();
    expect(await world.notes()).toEqual(before);
    expect((await scratch.sql.read('SELECT * FROM subscriptions ORDER BY partition')).map(({ epoch, holder }) => [epoch, holder])).toEqual(
      rows.map(({ epoch, holder }) => [epoch, holder]),
    );
    expect(first.errors).toEqual([]);
  });

  it('live through a store that is out of reach, reads and writes alike, and go on when it is back', async () => {
    let isOut = false;
    const reach = (answer: () => Promise<unknown>) => (isOut ? Promise.reject(new Error('out of reach')) : answer());
    const store = Object.create(scratch.store, {
      append: { value: (...call: Parameters<typeof scratch.store.append>) => reach(() => scratch.store.append(...call)) },
    }) as typeof scratch.store;
    const read = async (...query: Parameters<typeof scratch.sql.read>) => {
      const rows = await scratch.sql.read(...query);
      return reach(() => Promise.resolve(rows)); // found out later than the write
    };
    const sql = Object.create(scratch.sql, { read: { value: read } }) as typeof scratch.sql;
    await fill(2);
    const first = await start(noting, { store, sql });
    isOut = true;
    await pass(15);
    expect(first.errors.map(String)).toContain('Error: out of reach');
    isOut = false;
    await pass(30);
    await fill(2);
    await scratch.settle();
    expect(sorted(await world.notes())).toEqual(await everything());
  });

  it('keep a partition while a handler takes longer than a lease', async () => {
    let finish = (): void => undefined;
    const slow = async (events: readonly RecordedEvent[]) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return events.map(noted);
    };
    await world.append('order-1', 'OrderQueued');
    await start(slow);
    await start(async () => {
      throw new Error('the partition changed hands');
    });
    await pass(35);
    finish();
    await scratch.settle();
    expect(await world.notes()).toEqual(['1:1']);
    expect(started.flatMap(({ errors }) => errors)).toEqual([]);
  });
});
