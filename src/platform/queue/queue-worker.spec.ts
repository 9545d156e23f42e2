import * as fc from 'fast-check';
import { DomainError, UnavailableError } from '../../kernel/errors';
import { type QueueFailure, QueueWorker, type QueueWorkerOptions } from './queue-worker';
import type { LeasedMessage } from './queue.port';
import { settle } from '../projections/scratch-store.spec-support';
import { intent, openScratchQueue, type ScratchQueue } from './scratch-queue.spec-support';

const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

describe('queue worker', () => {
  let scratch: ScratchQueue;
  let failures: QueueFailure[];

  beforeEach(async () => {
    scratch = await openScratchQueue();
    failures = [];
  });
  afterEach(() => scratch.close());

  const worker = (handle: QueueWorkerOptions['handle'], more: Partial<QueueWorkerOptions> = {}) =>
    new QueueWorker(scratch.queue, scratch.timer, { queue: 'orders', handle, onFailure: (failure) => failures.push(failure), ...more });
  const enqueue = async (...ids: readonly string[]) => {
    for (const id of ids) await scratch.queue.enqueue(intent(id));
  };
  const left = async () => (await scratch.queue.list({ tenantId: null, limit: 100 })).map(({ id, status }) => `${id} ${status}`);

  it('drains everything that is due, also what handling makes due', async () => {
    const seen: string[] = [];
    await enqueue('a', 'b');
    await worker(async ({ id }) => {
      seen.push(id);
      if (id === 'a') await enqueue('c');
    }).drain();
    expect(seen.sort()).toEqual(['a', 'b', 'c']);
    expect(await left()).toEqual([]);
  });

  it('does not leave an order waiting that arrives just as the queue runs empty', async () => {
    const seen: string[] = [];
    const orders = worker(async ({ id }) => void seen.push(id));
    orders.start();
    for (let i = 0; i < 200; i++) {
      await scratch.queue.enqueue(intent(`m${i}`));
      orders.wake();
      for (let turn = 0; turn < i % 7; turn++) await Promise.resolve();
    }
    await settle();
    expect(seen).toHaveLength(200);
    await orders.stop();
  });

  it.each(['claim', 'ack', 'retry'] as const)(
    'works on without waiting for a lease when the database was away for a moment at a %s',
    async (call) => {
      const seen: string[] = [];
      let isAway = true;
      const answer = scratch.queue[call].bind(scratch.queue) as (...args: readonly unknown[]) => Promise<unknown>;
      const lostOnce = async (...args: readonly unknown[]): Promise<unknown> => {
        const wasAway = isAway;
        isAway = false;
        if (wasAway && call !== 'claim') throw new UnavailableError('store.unavailable', 'it never came there');
        const result = await answer(...args);
        if (wasAway) throw new UnavailableError('store.unavailable', 'its answer was lost');
        return result;
      };
      Object.defineProperty(scratch.queue, call, { value: lostOnce });
      await enqueue('a', 'b');
      const orders = worker(async ({ id }) => {
        seen.push(id);
        if (call === 'retry' && seen.length === 1) throw new Error('the broker hesitates');
      });
      orders.start();
      for (let second = 0; second < 2; second++) {
        await settle();
        scratch.clock.advance(1_000);
      }
      await settle();
      expect(await left()).toEqual([]);
      expect([...new Set(seen)].sort()).toEqual(['a', 'b']);
      expect(failures).toHaveLength(call === 'retry' ? 2 : 1);
      await orders.stop();
    },
  );

  it('wakes at once when told, and within a second when nobody tells it', async () => {
    const seen: string[] = [];
    const orders = worker(async ({ id }) => void seen.push(id));
    orders.start();
    await enqueue('told');
    orders.wake();
    await settle();
    expect(seen).toEqual(['told']);
    await enqueue('untold');
    scratch.clock.advance(1_000);
    await settle();
    expect(seen).toEqual(['told', 'untold']);
    await orders.stop();
    expect(scratch.clock.pending).toBe(0);
  });

  it('tries again after 1, 2, 4 and 8 seconds and then buries the message with its last error', async () => {
    await enqueue('a');
    let tries = 0;
    const orders = worker(async () => {
      tries += 1;
      throw new UnavailableError('broker.away', `broker is away (${tries})`);
    });
    for (const [index, waitMs] of [1_000, 2_000, 4_000, 8_000].entries()) {
      await orders.drain();
      expect(tries).toBe(index + 1);
      scratch.clock.advance(waitMs - 1);
      await orders.drain();
      expect(tries).toBe(index + 1);
      scratch.clock.advance(1);
    }
    await orders.drain();
    expect(await scratch.queue.list({ tenantId: 'demo', limit: 9 })).toMatchObject([
      { status: 'DEAD', attempts: 5, lastError: 'broker is away (5)' },
    ]);
    expect(failures.map(({ isBuried }) => isBuried)).toEqual([false, false, false, false, true]);
  });

  it('buries at once what a rule refuses, and the others go on', async () => {
    await enqueue('good', 'poison');
    await worker(async ({ id }) => {
      if (id === 'poison') throw new DomainError('order.no_such_account', 'No such account');
    }).drain();
    expect(await left()).toEqual(['poison DEAD']);
    expect(failures).toMatchObject([{ isBuried: true, message: { id: 'poison', attempts: 1 } }]);
  });

  it('buries a message that kills the process each time it is handled', async () => {
    await enqueue('deadly');
    for (let i = 0; i < 5; i++) {
      await scratch.queue.claim('orders', 1, 1_000);
      await scratch.queue.reclaim();
    }
    let handled = 0;
    await worker(async () => void handled++).drain();
    expect(handled).toBe(0);
    expect(await left()).toEqual(['deadly DEAD']);
  });

  it('handles several messages at once, but no more than it may', async () => {
    const hold = gate();
    let running = 0;
    let most = 0;
    await enqueue('a', 'b', 'c', 'd', 'e');
    const orders = worker(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await hold.opened;
        running -= 1;
      },
      { concurrency: 3 },
    );
    const drained = orders.drain();
    await settle();
    expect(running).toBe(3);
    hold.open();
    await drained;
    expect(most).toBe(3);
    expect(await left()).toEqual([]);
  });

  it('handles the messages of one position one after the other', async () => {
    await enqueue('p1-a', 'p1-b', 'p2-a');
    const log: string[] = [];
    const positionOf = ({ id }: LeasedMessage) => id.slice(0, 2);
    const orders = worker(
      async ({ id }) => {
        log.push(`begin ${id}`);
        await settle();
        log.push(`end ${id}`);
      },
      { keyOf: positionOf },
    );
    await orders.drain();
    const first = log.filter((line) => line.includes('p1'));
    expect(first).toEqual(['begin p1-a', 'end p1-a', 'begin p1-b', 'end p1-b']);
    expect(log.indexOf('begin p2-a')).toBeLessThan(log.indexOf('end p1-a'));
  });

  it('does not handle a slow message twice at a time when its lease runs out', async () => {
    const hold = gate();
    let handled = 0;
    await enqueue('slow');
    const orders = worker(
      async () => {
        handled += 1;
        await hold.opened;
      },
      { leaseMs: 1_000 },
    );
    orders.start();
    await settle();
    scratch.clock.advance(5_000);
    await settle();
    hold.open();
    await settle();
    expect(handled).toBe(1);
    expect(failures).toEqual([]);
    expect(await left()).toEqual([]);
    await orders.stop();
  });

  it('finishes what is in flight at shutdown and gives the rest back', async () => {
    const hold = gate();
    const seen: string[] = [];
    await enqueue('p1-a', 'p1-b');
    const orders = worker(
      async ({ id }) => {
        await hold.opened;
        seen.push(id);
      },
      { keyOf: () => 'p1' },
    );
    orders.start();
    await settle();
    const stopped = orders.stop();
    hold.open();
    await stopped;
    expect(seen).toEqual(['p1-a']);
    expect(await scratch.queue.list({ tenantId: null, limit: 9 })).toMatchObject([{ id: 'p1-b', status: 'READY', attempts: 0 }]);
  });

  it('does not wait forever for a handler that hangs at shutdown', async () => {
    await enqueue('hangs');
    const orders = worker(() => new Promise(() => undefined));
    orders.start();
    await settle();
    const stopped = orders.stop();
    await settle();
    scratch.clock.advance(8_000);
    await stopped;
    expect(await left()).toEqual(['hangs READY']);
  });

  it('survives a database that fails for a moment', async () => {
    await enqueue('a');
    const claim = scratch.queue.claim.bind(scratch.queue);
    let isAway = true;
    scratch.queue.claim = (...call) => (isAway ? Promise.reject(new UnavailableError('store.busy', 'busy')) : claim(...call));
    const orders = worker(async () => undefined);
    orders.start();
    await settle();
    expect(failures).toMatchObject([{ message: null, isBuried: false }]);
    isAway = false;
    scratch.clock.advance(1_000);
    await settle();
    expect(await left()).toEqual([]);
    await orders.stop();
  });

  it('loses no message and buries none, whatever fails in between', async () => {
    const plans = fc.array(fc.array(fc.boolean(), { maxLength: 4 }), { minLength: 1, maxLength: 12 });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(plans, async (failuresOf) => {
        round += 1;
        const done: string[] = [];
        const tries = new Map<string, number>();
        await enqueue(...failuresOf.map((_, index) => `r${round}-${index}`));
        const orders = worker(async ({ id }) => {
          const nth = tries.get(id) ?? 0;
          tries.set(id, nth + 1);
          if (failuresOf[Number(id.split('-')[1])]?.[nth]) throw new Error('no luck');
          done.push(id);
        });
        for (let i = 0; i < 5; i++) {
          await orders.drain();
          scratch.clock.advance(60_000);
        }
        expect(done.sort()).toEqual(failuresOf.map((_, index) => `r${round}-${index}`).sort());
        expect(await left()).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
