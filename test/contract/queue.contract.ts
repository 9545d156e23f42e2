/** What every queue promises, whatever it is made of. */
import { NotFoundError } from '../../src/kernel/errors';
import { START } from '../../src/platform/projections/scratch-store.spec-support';
import { intent } from '../../src/platform/queue/scratch-queue.spec-support';
import type { QueueUnderTest } from './opened-queues';

const LEASE_MS = 30_000;

export interface QueueTraits {
  /** No other process can have the store open. */
  readonly hasOneOwner: boolean;
}

export function queueContract(name: string, open: () => Promise<QueueUnderTest>, { hasOneOwner }: QueueTraits): void {
  describe(`${name} queue`, () => {
    let scratch: QueueUnderTest;
    const claim = (limit = 10, queue = scratch.queue) => queue.claim('orders', limit, LEASE_MS);
    const ids = async (limit = 10) => (await claim(limit)).map(({ id }) => id);
    const list = () => scratch.queue.list({ tenantId: null, limit: 100 });

    beforeEach(async () => {
      scratch = await open();
    });
    afterEach(() => scratch.close());

    const only = async (queue = scratch.queue) => {
      const [message] = await claim(1, queue);
      if (!message) throw new Error('nothing was due');
      return message;
    };

    it('hands out what was put in, byte for byte, and forgets it once it is done', async () => {
      await scratch.queue.enqueue(intent('a', { payload: '{"qty": "1.50",  "ü": "💶"}' }));
      const message = await only();
      expect(message).toMatchObject({ tenantId: 'demo', queue: 'orders', id: 'a', payload: '{"qty": "1.50",  "ü": "💶"}', attempts: 1 });
      expect(await scratch.queue.ack(message)).toBe(true);
      expect(await list()).toEqual([]);
    });

    it('takes the same work once, however often it is sent', async () => {
      for (let i = 0; i < 3; i++) await scratch.queue.enqueue(intent('a'));
      const message = await only();
      await scratch.queue.enqueue(intent('a', { payload: '{}' }));
      expect(await claim()).toEqual([]);
      expect(message.payload).toBe('{"order_id":"a"}');
    });

    it('keeps tenants and queues apart where they use the same id', async () => {
      await scratch.queue.enqueue(intent('a'));
      await scratch.queue.enqueue(intent('a', { tenantId: 'other' }));
      await scratch.queue.enqueue(intent('a', { queue: 'notices' }));
      const messages = await claim();
      expect(messages.map(({ tenantId, queue }) => [tenantId, queue])).toEqual([
        ['demo', 'orders'],
        ['other', 'orders'],
      ]);
      for (const message of messages) await scratch.queue.ack(message);
      expect(await list()).toMatchObject([{ queue: 'notices' }]);
      expect(await scratch.queue.list({ tenantId: 'other', limit: 10 })).toEqual([]);
    });

    it('commits work together with what caused it, or not at all', async () => {
      const { store } = scratch;
      await store.append({ log: 1, tenantId: 'demo', streams: [], writes: [scratch.queue.enqueueWrite(1, intent('a'))] });
      const twice = store.append({
        log: 1,
        tenantId: 'demo',
        streams: [],
        writes: [scratch.queue.enqueueWrite(1, intent('b')), scratch.queue.enqueueWrite(1, intent('a'))],
      });
      await expect(twice).rejects.toMatchObject({ code: 'events.duplicate_key' });
      expect(await ids()).toEqual(['a']);
    });

    it('serves the longest due first and nothing before its time', async () => {
      await scratch.queue.enqueue(intent('late', { availableAt: '2026-11-20T14:35:10.000Z' }));
      await scratch.queue.enqueue(intent('second', { availableAt: '2026-11-20T14:35:02.000Z' }));
      await scratch.queue.enqueue(intent('first', { availableAt: '2026-11-20T14:35:01.000Z' }));
      expect(await ids()).toEqual([]);
      scratch.clock.advance(5_000);
      expect(await ids(1)).toEqual(['first']);
      expect(await ids()).toEqual(['second']);
      scratch.clock.advance(5_000);
      expect(await ids()).toEqual(['late']);
    });

    it('never gives one message to two workers', async () => {
      for (let i = 0; i < 50; i++) await scratch.queue.enqueue(intent(`m${i}`));
      const workers = [scratch.queue, scratch.other(), scratch.other()];
      const claimed = await Promise.all(Array.from({ length: 12 }, (_, i) => claim(5, workers[i % 3])));
      const all = claimed.flat().map(({ id }) => id);
      expect(all).toHaveLength(50);
      expect(new Set(all).size).toBe(50);
    });

    it('serves every log, whichever it is that floods the queue', async () => {
      for (let i = 0; i < 20; i++) await scratch.queue.enqueue(intent(`flood-${i}`, { tenantId: 'loud@2' }));
      await scratch.queue.enqueue(intent('a', { tenantId: 'quiet@1' }));
      await scratch.queue.enqueue(intent('b', { tenantId: 'quiet@3' }));
      const first = await claim(6);
      expect(first.map(({ log }) => log).sort()).toEqual([1, 2, 2, 2, 2, 3]);
      expect(new Set([...first, ...(await claim(100))].map(({ id }) => id)).size).toBe(22);
      expect(await claim(100)).toEqual([]);
      for (const message of first) expect(await scratch.queue.ack(message)).toBe(true);
    });

    it('finds work of a tenant in the log of that tenant, dead or alive', async () => {
      await scratch.queue.enqueue(intent('a', { tenantId: 'quiet@3' }));
      expect(await scratch.queue.list({ tenantId: 'quiet@3', limit: 10 })).toMatchObject([{ log: 3, tenantId: 'quiet@3', id: 'a' }]);
      await scratch.queue.bury(await only(), 'no such account');
      await scratch.queue.redrive('quiet@3', 'orders', 'a');
      await scratch.queue.bury(await only(), 'no such account');
      expect(await list()).toMatchObject([{ log: 3, status: 'DEAD' }]);
      await scratch.queue.discard('quiet@3', 'orders', 'a');
      expect(await list()).toEqual([]);
    });

    it('gives work to another where a worker was killed with it', async () => {
      await scratch.queue.enqueue(intent('a'));
      const lost = await only();
      scratch.clock.advance(LEASE_MS - 1);
      expect(await claim()).toEqual([]);
      scratch.clock.advance(1);
      const again = await only(scratch.other());
      expect(again).toMatchObject({ id: 'a', attempts: 2 });
      expect(again.leaseToken).not.toBe(lost.leaseToken);
    });

    it('believes nothing that a worker says after its lease went to another', async () => {
      await scratch.queue.enqueue(intent('a'));
      const slow = await only();
      scratch.clock.advance(LEASE_MS);
      const holder = await only(scratch.other());
      expect(await scratch.queue.ack(slow)).toBe(false);
      expect(await scratch.queue.retry(slow, 0, 'too late')).toBe(false);
      expect(await scratch.queue.bury(slow, 'too late')).toBe(false);
      expect(await list()).toMatchObject([{ status: 'LEASED', attempts: 2, lastError: null }]);
      expect(await scratch.queue.ack(holder)).toBe(true);
    });

    it('brings failed work back after its delay, and says why it failed', async () => {
      await scratch.queue.enqueue(intent('a'));
      await scratch.queue.retry(await only(), 2_000, 'broker is away');
      expect(await list()).toMatchObject([{ status: 'READY', lastError: 'broker is away', availableAt: '2026-11-20T14:35:02.000Z' }]);
      expect(await ids()).toEqual([]);
      scratch.clock.advance(2_000);
      expect(await only()).toMatchObject({ id: 'a', attempts: 2 });
    });

    it('keeps buried work in sight until an operator redrives it, with all its tries', async () => {
      await scratch.queue.enqueue(intent('a'));
      await scratch.queue.bury(await only(), 'no such account');
      scratch.clock.advance(86_400_000);
      expect(await claim()).toEqual([]);
      expect(await scratch.queue.list({ tenantId: 'demo', status: 'DEAD', limit: 10 })).toEqual([
        { log: 1, tenantId: 'demo', queue: 'orders', id: 'a', payload: '{"order_id":"a"}', status: 'DEAD', attempts: 1,
          availableAt: START, leaseUntil: null, lastError: 'no such account', createdAt: START }, // prettier-ignore
      ]);
      await scratch.queue.redrive('demo', 'orders', 'a');
      expect(await only()).toMatchObject({ id: 'a', attempts: 1 });
    });

    it('lets an operator discard buried work, and only that, and only of the own tenant', async () => {
      await scratch.queue.enqueue(intent('a'));
      await expect(scratch.queue.discard('demo', 'orders', 'a')).rejects.toThrow(NotFoundError);
      await expect(scratch.queue.redrive('demo', 'orders', 'a')).rejects.toThrow(NotFoundError);
      await scratch.queue.bury(await only(), 'hopeless');
      await expect(scratch.queue.discard('other', 'orders', 'a')).rejects.toThrow(NotFoundError);
      await scratch.queue.discard('demo', 'orders', 'a');
      expect(await list()).toEqual([]);
    });

    it('gives back at shutdown what this process holds and nothing that another holds', async () => {
      for (const id of ['a', 'b', 'c']) await scratch.queue.enqueue(intent(id));
      const other = scratch.other();
      const theirs = await only(other);
      await claim();
      await scratch.queue.releaseHeld();
      expect((await list()).map(({ id, status, attempts }) => [id, status, attempts])).toEqual([
        ['a', 'LEASED', 1],
        ['b', 'READY', 0],
        ['c', 'READY', 0],
      ]);
      expect(await other.ack(theirs)).toBe(true);
    });

    if (hasOneOwner) {
      it('waits for no lease of a dead predecessor where the store has one owner', async () => {
        await scratch.queue.enqueue(intent('a'));
        const lost = await only();
        await scratch.queue.reclaim();
        expect(await only(scratch.other())).toMatchObject({ id: 'a', attempts: 2 });
        expect(await scratch.queue.ack(lost)).toBe(false);
      });
    } else {
      it('takes no lease from a process that may be alive', async () => {
        await scratch.queue.enqueue(intent('a'));
        const held = await only();
        await scratch.other().reclaim();
        expect(await claim(1, scratch.other())).toEqual([]);
        expect(await scratch.queue.ack(held)).toBe(true);
      });
    }

    it('gives each message to one of many that ask at once', async () => {
      for (let i = 0; i < 60; i++) await scratch.queue.enqueue(intent(`m${i}`));
      const workers = Array.from({ length: 6 }, () => scratch.other());
      const taken: string[] = [];
      for (let round = 0; taken.length < 60 && round < 100; round++) {
        const claims = await Promise.all(workers.map((worker) => claim(3, worker)));
        taken.push(...claims.flat().map(({ id }) => id));
      }
      expect(taken.toSorted()).toEqual(Array.from({ length: 60 }, (_, i) => `m${i}`).toSorted());
    });
  });
}
