import { UnavailableError } from '../../kernel/errors';
import type { RecordedEvent } from '../event-store/event-store.port';
import { unreadableEvent } from '../event-store/unreadable-event';
import { partitionOf } from './stream-partition';
import { databases, noted, type ReadersWorld, readersOf, type ScratchReaders } from './subscriptions.spec-support';

/** Two streams of different partitions, of eight. */
const A = 'order-1';
const B = 'order-3';

describe.each(databases)('subscription (%s)', (_kind, open) => {
  let scratch: ScratchReaders;
  let world: ReadersWorld;

  beforeEach(async () => {
    scratch = await open();
    world = readersOf(scratch);
  });
  afterEach(() => scratch.close());

  const seeing = (seen: number[]) => async (events: readonly RecordedEvent[]) => void seen.push(...events.map(({ position }) => position));
  const noting = async (events: readonly RecordedEvent[]) => events.map(noted);
  const positions = async () => {
    const rows = await scratch.sql.read(
      "SELECT position FROM subscriptions WHERE name = 'orders' AND position > 0 ORDER BY log, partition",
    );
    return rows.map(({ position }) => Number(position));
  };

  it('handles what is for it, each stream in order, and remembers how far it came', async () => {
    expect(partitionOf('demo', A, 8)).not.toBe(partitionOf('demo', B, 8));
    await world.append(A, 'OrderQueued', 'Held', 'OrderQueued', 'Held');
    await world.append(B, 'OrderQueued');
    const seen: number[] = [];
    const first = world.process({ handle: seeing(seen) });
    await first.runner.catchUp();
    expect([...seen].sort()).toEqual([1, 3, 5]);
    expect(seen.indexOf(1)).toBeLessThan(seen.indexOf(3));
    expect(await positions()).toEqual([5, 5]);
    await first.runner.stop();
    await world.append(A, 'OrderQueued');
    await world.process({ handle: seeing(seen) }).runner.catchUp();
    expect(seen.slice(3)).toEqual([6]);
  });

  it('gives the whole log in order to a reader that asks for one partition', async () => {
    for (let index = 0; index < 40; index++) await world.append(`order-${index % 7}`, 'OrderQueued');
    const seen: number[] = [];
    await world.process({ handle: seeing(seen), partitions: 1 }).runner.catchUp();
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('keeps the partitions that a log was first read with, whatever a later version wants', async () => {
    await world.append(A, 'OrderQueued');
    const first = world.process({ handle: noting, partitions: 3 });
    await first.runner.catchUp();
    await first.runner.stop();
    await world.append(A, 'OrderQueued');
    const second = world.process({ handle: noting, partitions: 16 });
    await second.runner.catchUp();
    expect(await second.runner.statuses()).toHaveLength(3);
    expect(await world.notes()).toEqual(['1:1', '1:2']);
  });

  it('reads a long history page after page without waiting, once for all partitions', async () => {
    for (let i = 0; i < 26; i++) await world.append(`order-${i}`, ...Array.from({ length: 50 }, () => 'OrderQueued'));
    const reads = jest.spyOn(scratch.store, 'readAll');
    let seen = 0;
    await world.process({ handle: async (events) => void (seen += events.length) }).runner.catchUp();
    expect(seen).toBe(1300);
    expect(reads.mock.calls.length).toBeLessThan(8);
    reads.mockRestore();
  });

  it('reads every log, also one that comes to life while it runs', async () => {
    await world.appendTo(1, A, 'OrderQueued');
    await world.appendTo(2, A, 'OrderQueued');
    const { runner } = world.process({ handle: noting });
    runner.start();
    await scratch.settle();
    await world.appendTo(7, A, 'Held', 'OrderQueued');
    await scratch.settle();
    await world.appendTo(2, A, 'OrderQueued');
    await scratch.settle();
    expect([...(await world.notes())].sort()).toEqual(['1:1', '2:1', '2:2', '7:2']);
    await runner.stop();
  });

  it('follows the log at once, and looks itself within a second where nobody tells it', async () => {
    const { runner } = world.process({ handle: noting });
    runner.start();
    await scratch.settle();
    await world.append(A, 'Held', 'OrderQueued');
    await scratch.settle();
    expect(await world.notes()).toEqual(['1:2']);
    await runner.stop();
    const onCommitted = jest.spyOn(scratch.store, 'onCommitted').mockReturnValue(() => undefined);
    runner.start();
    await world.append(A, 'OrderQueued');
    await scratch.settle();
    scratch.clock.advance(1_000);
    await scratch.settle();
    expect(await world.notes()).toEqual(['1:2', '1:3']);
    onCommitted.mockRestore();
    await runner.stop();
    expect(scratch.clock.pending).toBe(0);
  });

  it('does not pass over an event that must not go by unread, also where it is not for it; other partitions go on', async () => {
    await world.append(A, 'OrderQueued', 'Pledged', 'OrderQueued');
    await world.append(B, 'OrderQueued');
    const check = ({ type, position }: RecordedEvent): void => {
      if (type === 'Pledged') throw new UnavailableError('events.unknown_type', `nobody knows what happened at ${position}`);
    };
    const first = world.process({ handle: noting }, { check });
    await expect(first.runner.catchUp()).rejects.toThrow('nobody knows what happened at 2');
    expect([await world.notes(), first.parked]).toEqual([['1:4'], []]);
    await first.runner.stop();
    await world.process({ handle: noting }).runner.catchUp();
    expect(await world.notes()).toEqual(['1:4', '1:1', '1:3']);
  });

  it('parks the stream of an event whose data cannot be read', async () => {
    await world.append(A, 'OrderQueued');
    await world.append(B, 'OrderQueued');
    const handle = async (events: readonly RecordedEvent[]) => {
      const broken = events.find(({ stream }) => stream === A);
      if (broken) throw unreadableEvent(broken, 'its data is no JSON');
      return events.map(noted);
    };
    const { runner, parked } = world.process({ handle }, { maxTries: 1 });
    await runner.catchUp();
    expect(await world.notes()).toEqual(['1:2']);
    expect(parked).toMatchObject([{ stream: A, position: 1 }]);
  });

  it('commits what it writes with its checkpoint, so that a restart repeats nothing', async () => {
    await world.append(A, 'OrderQueued', 'OrderQueued');
    let isBroken = true;
    const { runner } = world.process({ handle: async (events) => [...events.map(noted), ...(isBroken ? events.map(noted) : [])] });
    await expect(runner.catchUp()).rejects.toMatchObject({ code: 'events.duplicate_key' });
    expect([await world.notes(), await positions()]).toEqual([[], []]);
    isBroken = false;
    await runner.catchUp();
    expect([await world.notes(), await positions()]).toEqual([['1:1', '1:2'], [2]]);
    await runner.stop();
    await world.process({ handle: noting }).runner.catchUp();
    expect(await world.notes()).toEqual(['1:1', '1:2']);
  });

  it('tries again after a failure with growing patience, passes no event over and shows how far it lags', async () => {
    await world.append(A, 'OrderQueued');
    let tries = 0;
    const seen: number[] = [];
    const { runner, errors } = world.process({
      handle: async (events) => {
        tries += 1;
        if (tries <= 3) throw new Error('broker is away');
        seen.push(...events.map(({ position }) => position));
      },
    });
    const status = async () => (await runner.statuses()).find(({ partition }) => partition === partitionOf('demo', A, 8));
    runner.start();
    await scratch.settle();
    await world.append(A, 'Held', 'OrderQueued');
    await scratch.settle();
    expect(await status()).toMatchObject({ name: 'orders', log: 1, position: 0, lag: 3, failures: 1, lastError: 'broker is away' });
    for (const [index, waitMs] of [1_000, 2_000, 4_000].entries()) {
      scratch.clock.advance(waitMs - 1);
      await scratch.settle();
      expect(tries).toBe(index + 1);
      scratch.clock.advance(1);
      await scratch.settle();
    }
    expect(seen).toEqual([1, 3]);
    expect(errors).toHaveLength(3);
    expect(await status()).toMatchObject({ position: 3, lag: 0, failures: 0, lastError: null });
    await runner.stop();
  });

  it('goes on with the other partitions while one fails', async () => {
    await world.append(A, 'OrderQueued');
    await world.append(B, 'OrderQueued');
    const { runner } = world.process({
      handle: async (events) => {
        if (events.some(({ stream }) => stream === A)) throw new Error('broken');
        return events.map(noted);
      },
    });
    runner.start();
    await scratch.settle();
    await world.append(B, 'OrderQueued');
    await scratch.settle();
    expect(await world.notes()).toEqual(['1:2', '1:3']);
    await runner.stop();
  });

  it('follows the log again at once when somebody had it catch up after a failure', async () => {
    await world.append(A, 'OrderQueued');
    let isAway = true;
    let seen = 0;
    const { runner } = world.process({
      handle: async (events) => {
        if (isAway) throw new Error('broker is away');
        seen += events.length;
      },
    });
    runner.start();
    await scratch.settle();
    isAway = false;
    await runner.catchUp();
    await world.append(A, 'OrderQueued');
    await scratch.settle();
    expect(seen).toBe(2);
    await runner.stop();
  });

  it('writes no checkpoint for every event that is none of its business, and keeps its place at shutdown', async () => {
    const { runner } = world.process({ handle: async () => undefined });
    runner.start();
    await scratch.settle();
    for (let i = 0; i < 10; i++) await world.append(A, 'Held');
    await scratch.settle();
    expect(await positions()).toEqual([]);
    expect(await runner.statuses()).toMatchObject(Array.from({ length: 8 }, () => ({ position: 10, lag: 0 })));
    await runner.stop();
    expect(await positions()).toEqual(Array.from({ length: 8 }, () => 10));
  });

  it('misses no event right after ones that are none of its business', async () => {
    const seen: number[] = [];
    const { runner } = world.process({ handle: seeing(seen) });
    runner.start();
    await scratch.settle();
    for (const type of ['Held', 'OrderQueued', 'Held', 'Held', 'OrderQueued']) {
      await world.append(A, type);
      await scratch.settle();
    }
    expect(seen).toEqual([2, 5]);
    await runner.stop();
  });

  it('repeats nothing where a commit succeeded but its answer got lost', async () => {
    await world.append(A, 'OrderQueued');
    const { runner } = world.process({ handle: noting });
    const store = scratch.store;
    const commit = store.append.bind(store);
    const lost = jest.spyOn(store, 'append').mockImplementation(async (call) => {
      const committed = await commit(call);
      if (call.writes.some(({ table }) => table.name === 'idempotency_keys')) throw new Error('connection lost');
      return committed;
    });
    await expect(runner.catchUp()).rejects.toThrow('connection lost');
    lost.mockRestore();
    await world.append(A, 'OrderQueued');
    await runner.catchUp();
    expect(await world.notes()).toEqual(['1:1', '1:2']);
  });

  it('wakes whoever waits for its rows only when they are durable', async () => {
    await world.append(A, 'OrderQueued');
    const found: (readonly string[])[] = [];
    const { runner } = world.process({ handle: noting, committed: () => void world.notes().then((keys) => found.push(keys)) });
    await runner.catchUp();
    await scratch.settle();
    expect(found).toEqual([['1:1']]);
  });

  it('has all subscriptions of a process handle what one of them appends for another', async () => {
    const seen: string[] = [];
    const { runner } = world.process({ handle: async () => void (await world.append('fill-1', 'Filled')) });
    runner.register({
      name: 'fills',
      handles: (type) => type === 'Filled',
      handle: async (events) => void seen.push(...events.map(({ type }) => type)),
    });
    await world.append(A, 'OrderQueued');
    await runner.catchUp();
    expect(seen).toEqual(['Filled']);
    expect((await runner.statuses()).every(({ lag }) => lag === 0)).toBe(true);
    expect(() => runner.register({ name: 'fills', handles: () => true, handle: async () => undefined })).toThrow(/registered twice/);
  });

  it('waits for no lease of a dead predecessor where no other process can have the store open', async () => {
    await world.append(A, 'OrderQueued');
    const killed = world.process({ handle: () => new Promise(() => undefined) });
    killed.runner.start();
    await scratch.settle();
    const next = world.process({ handle: noting });
    next.runner.start();
    await scratch.settle();
    expect(await world.notes()).toEqual(['1:1']);
    await next.runner.stop();
  });
});
