import { MemoryEventStore } from '../event-store/memory-event-store';
import { VirtualClock, VirtualTimer } from '../time/virtual-clock';
import type { SubscriptionStatus } from '../subscriptions/subscription.port';
import { lagCheck } from './lag-check';
import { Readiness } from './readiness';
import { storeCheck } from './store-check';

const setUp = () => {
  const clock = new VirtualClock('2026-11-20T14:35:00.000Z');
  return { clock, readiness: new Readiness(new VirtualTimer(clock)) };
};

describe('readiness', () => {
  it('is given while every check is well', async () => {
    const { readiness } = setUp();
    readiness.register('a', () => null);
    expect(await readiness.hindrances()).toEqual([]);
  });

  it('names everything that is in the way, a failing check included', async () => {
    const { readiness } = setUp();
    readiness.register('lag', () => Promise.resolve('900 events behind'));
    readiness.register('broken', () => Promise.reject(new Error('no connection')));
    expect(await readiness.hindrances()).toEqual([
      { check: 'lag', reason: '900 events behind' },
      { check: 'broken', reason: 'no connection' },
    ]);
  });

  it('does not hang on a check that never answers', async () => {
    const { readiness, clock } = setUp();
    readiness.register('silent', () => new Promise<null>(() => undefined));
    const asked = readiness.hindrances();
    clock.advance(2000);
    expect(await asked).toEqual([{ check: 'silent', reason: 'no answer within 2000 ms' }]);
    expect(clock.pending).toBe(0);
  });

  it('sees a store that can no longer be written', async () => {
    const { clock } = setUp();
    const store = new MemoryEventStore(clock);
    const check = storeCheck({ store, clock, timer: new VirtualTimer(clock), name: 'data/vb.sqlite' });
    expect(await check()).toBeNull();
    await store.close();
    expect(await check()).toMatch(/cannot be written/);
    expect(clock.pending).toBe(0);
  });

  it('names a store that is silent', async () => {
    const { clock } = setUp();
    const store = new MemoryEventStore(clock);
    jest.spyOn(store, 'append').mockReturnValue(new Promise(() => undefined));
    const asked = storeCheck({ store, clock, timer: new VirtualTimer(clock), name: 'PostgreSQL (vb on db:5432)' })();
    clock.advance(1_500);
    expect(await asked).toMatch(/PostgreSQL \(vb on db:5432\) gave no answer within 1500 ms; see that it runs/);
  });

  it('sees a subscription that fails or hangs behind, and forgives a burst', async () => {
    const place = { name: 'orders', log: 2, partition: 3, position: 5, lag: 0 };
    const held = { ...place, holder: 'here', leaseUntil: null, isHeldHere: true, failures: 0, lastError: null };
    const ask = (change: Partial<SubscriptionStatus>) => lagCheck(() => Promise.resolve([{ ...held, ...change }]))();
    expect(await ask({ lag: 10_000 })).toBeNull();
    expect(await ask({ lag: 30_000 })).toBe('orders is 30000 events behind in partition 3 of log 2');
    expect(await ask({ lag: 1, failures: 2, lastError: 'broker is away' })).toBe(
      'orders is 1 events behind in partition 3 of log 2 (broker is away)',
    );
    expect(await ask({ lag: 30_000, isHeldHere: false, holder: 'another process' })).toBeNull();
    expect(await ask({ lag: 30_000, isHeldHere: false, holder: null })).toMatch(/30000 events behind/);
  });
});
