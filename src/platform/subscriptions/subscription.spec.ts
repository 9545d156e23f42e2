import * as fc from 'fast-check';
import type { NewEvent, RecordedEvent } from '../event-store/event-store.port';
import type { RowWrite } from '../event-store/row-write';
import { idempotencyTable } from '../idempotency/idempotency.table';
import { openScratchStore, type ScratchStore, settle } from '../projections/scratch-store.spec-support';
import { Subscription, type SubscriptionDefinition, type SubscriptionParts } from './subscription';
import { SubscriptionsRunner } from './subscriptions.runner';

const event = (id: string, type: string): NewEvent => ({
  event_id: id,
  type,
  schema_version: 1,
  ts: '2026-11-20T14:35:00.000Z',
  portfolio_id: null,
  position_id: null,
  instrument_id: null,
  symbol: null,
  correlation_id: 'request-1',
  causation_id: null,
  actor: 'system:test',
  unique_key: null,
  data: '{}',
});

describe('subscription', () => {
  let scratch: ScratchStore;
  let errors: unknown[];
  let count: number;

  beforeEach(async () => {
    scratch = await openScratchStore();
    errors = [];
    count = 0;
  });
  afterEach(() => scratch.close());

  const parts = (): SubscriptionParts => ({
    ...scratch,
    onError: (name, error) => errors.push([name, error]),
  });
  const subscribe = (definition: Partial<SubscriptionDefinition> & Pick<SubscriptionDefinition, 'handle'>) =>
    new Subscription({ name: 'orders', handles: (type) => type === 'OrderQueued', ...definition }, parts());
  const append = (...types: readonly string[]) =>
    scratch.store.append({
      log: 1,
      tenantId: 'demo',
      streams: [{ stream: 'test-1', expectedVersion: 'any', events: types.map((type) => event(`e${++count}`, type)) }],
      writes: [],
    });
  /** A row per event, whose key exists only once: handling an event twice would be refused. */
  const noted = ({ position }: RecordedEvent): RowWrite => ({
    op: 'insert',
    table: idempotencyTable,
    row: { log: 1, tenant_id: 'demo', key: String(position), fingerprint: '', status: 1, body: '', recorded_at: '' },
  });
  const notes = async () => (await scratch.sql.read('SELECT key FROM idempotency_keys ORDER BY rowid')).map(({ key }) => Number(key));
  const checkpoint = async () => (await scratch.sql.read('SELECT name, position FROM subscriptions'))[0];

  it('handles what is for it, in log order, and remembers how far it came', async () => {
    await append('OrderQueued', 'Held', 'OrderQueued', 'Held');
    const seen: number[] = [];
    const definition = { handle: async (events: readonly RecordedEvent[]) => void seen.push(...events.map(({ position }) => position)) };
    await subscribe(definition).catchUp();
    expect(seen).toEqual([1, 3]);
    expect(await checkpoint()).toEqual({ name: 'orders', position: 4 });
    await append('OrderQueued');
    await subscribe(definition).catchUp();
    expect(seen).toEqual([1, 3, 5]);
  });

  it('reads a long history page after page without waiting', async () => {
    for (let i = 0; i < 13; i++) await append(...Array.from({ length: 100 }, () => 'OrderQueued'));
    let seen = 0;
    await subscribe({ handle: async (events) => void (seen += events.length) }).catchUp();
    expect(seen).toBe(1300);
  });

  it('follows the log at once, and looks itself within a second where nobody tells it', async () => {
    const seen: number[] = [];
    const orders = subscribe({ handle: async (events) => void seen.push(...events.map(({ position }) => position)) });
    orders.start();
    await settle();
    await append('Held', 'OrderQueued');
    await settle();
    expect(seen).toEqual([2]);
    const onCommitted = jest.spyOn(scratch.store, 'onCommitted').mockReturnValue(() => undefined);
    await orders.stop();
    orders.start();
    await append('OrderQueued');
    await settle();
    scratch.clock.advance(1_000);
    await settle();
    expect(seen).toEqual([2, 3]);
    onCommitted.mockRestore();
    await orders.stop();
    expect(scratch.clock.pending).toBe(0);
  });

  it('commits what it writes with its checkpoint, so that a restart repeats nothing', async () => {
    await append('OrderQueued', 'OrderQueued');
    let fail = true;
    const orders = subscribe({
      handle: async (events) => [...events.map(noted), ...(fail ? events.map(noted) : [])],
    });
    await expect(orders.catchUp()).rejects.toMatchObject({ code: 'events.duplicate_key' });
    expect([await notes(), await checkpoint()]).toEqual([[], undefined]);
    fail = false;
    await orders.catchUp();
    await subscribe({ handle: async (events) => events.map(noted) }).catchUp();
    expect([await notes(), await checkpoint()]).toEqual([[1, 2], { name: 'orders', position: 2 }]);
  });

  it('tries again after a failure with growing patience, passes no event over and shows how far it lags', async () => {
    await append('OrderQueued');
    let tries = 0;
    const seen: number[] = [];
    const orders = subscribe({
      handle: async (events) => {
        tries += 1;
        if (tries <= 3) throw new Error('broker is away');
        seen.push(...events.map(({ position }) => position));
      },
    });
    orders.start();
    await settle();
    await append('Held', 'OrderQueued');
    await settle();
    expect(await orders.status()).toEqual({ name: 'orders', position: 0, lag: 3, failures: 1, lastError: 'broker is away' });
    for (const [index, waitMs] of [1_000, 2_000, 4_000].entries()) {
      scratch.clock.advance(waitMs - 1);
      await settle();
      expect(tries).toBe(index + 1);
      scratch.clock.advance(1);
      await settle();
    }
    expect(seen).toEqual([1, 3]);
    expect(errors).toHaveLength(3);
    expect(await orders.status()).toEqual({ name: 'orders', position: 3, lag: 0, failures: 0, lastError: null });
    await orders.stop();
  });

  it('follows the log again at once when somebody had it catch up after a failure', async () => {
    await append('OrderQueued');
    let isAway = true;
    let seen = 0;
    const orders = subscribe({
      handle: async (events) => {
        if (isAway) throw new Error('broker is away');
        seen += events.length;
      },
    });
    orders.start();
    await settle();
    isAway = false;
    await orders.catchUp();
    await append('OrderQueued');
    await settle();
    expect(seen).toBe(2);
    await orders.stop();
  });

  it('writes no checkpoint for every event that is none of its business, and keeps its place at shutdown', async () => {
    const orders = subscribe({ handle: async () => undefined });
    orders.start();
    await settle();
    for (let i = 0; i < 10; i++) await append('Held');
    await settle();
    expect(await checkpoint()).toBeUndefined();
    expect(await orders.status()).toMatchObject({ position: 10, lag: 0 });
    await orders.stop();
    expect(await checkpoint()).toEqual({ name: 'orders', position: 10 });
  });

  it('misses no event right after ones that are none of its business', async () => {
    const seen: number[] = [];
    const orders = subscribe({ handle: async (events) => void seen.push(...events.map(({ position }) => position)) });
    orders.start();
    await settle();
    for (const type of ['Held', 'OrderQueued', 'Held', 'Held', 'OrderQueued']) {
      await append(type);
      await settle();
    }
    expect(seen).toEqual([2, 5]);
    await orders.stop();
  });

  it('repeats nothing where a commit succeeded but its answer got lost', async () => {
    await append('OrderQueued');
    const store = scratch.store;
    const commit = store.append.bind(store);
    const lost = jest.spyOn(store, 'append').mockImplementationOnce(async (call) => {
      await commit(call);
      throw new Error('connection lost');
    });
    const orders = subscribe({ handle: async (events) => events.map(noted) });
    await expect(orders.catchUp()).rejects.toThrow('connection lost');
    await orders.catchUp();
    expect(await notes()).toEqual([1]);
    lost.mockRestore();
  });

  it('wakes whoever waits for its rows only when they are durable', async () => {
    await append('OrderQueued');
    const found: (readonly number[])[] = [];
    const orders = subscribe({
      handle: async (events) => events.map(noted),
      committed: () => void notes().then((keys) => found.push(keys)),
    });
    await orders.catchUp();
    await settle();
    expect(found).toEqual([[1]]);
  });

  it('sees every event once and in order, whoever appends meanwhile and however often it is restarted', async () => {
    const turns = fc.array(
      fc.oneof(fc.constant('restart' as const), fc.array(fc.constantFrom('Held', 'OrderQueued'), { minLength: 1, maxLength: 3 })),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(turns, async (plan) => {
        const local = await openScratchStore();
        const handle = async (events: readonly RecordedEvent[]) => events.map(noted);
        const create = () =>
          new Subscription({ name: 'orders', handles: (type) => type === 'OrderQueued', handle }, { ...parts(), ...local });
        let orders = create();
        orders.start();
        const appended: Promise<unknown>[] = [];
        const types: string[] = [];
        for (const turn of plan) {
          if (turn === 'restart') {
            await orders.stop();
            orders = create();
            orders.start();
            continue;
          }
          types.push(...turn);
          const events = turn.map((type) => event(`e${++count}`, type));
          appended.push(
            local.store.append({ log: 1, tenantId: 'demo', streams: [{ stream: 'test-1', expectedVersion: 'any', events }], writes: [] }),
          );
          if (types.length % 2 === 0) await Promise.resolve();
          if (types.length % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        await Promise.all(appended);
        await orders.catchUp();
        await orders.stop();
        const rows = await local.sql.read('SELECT key FROM idempotency_keys ORDER BY rowid');
        const expected = types.flatMap((type, index) => (type === 'OrderQueued' ? [String(index + 1)] : []));
        expect(rows.map(({ key }) => key)).toEqual(expected);
        await local.close();
      }),
      { numRuns: 25 },
    );
    expect(errors).toEqual([]);
  });

  it('has all subscriptions of a process handle what one of them appends for another', async () => {
    const runner = new SubscriptionsRunner(parts());
    const seen: string[] = [];
    runner.register(
      { name: 'fills', handles: (type) => type === 'Filled', handle: async (events) => void seen.push(...events.map(({ type }) => type)) },
      { name: 'orders', handles: (type) => type === 'OrderQueued', handle: async () => void (await append('Filled')) },
    );
    await append('OrderQueued');
    await runner.catchUp();
    expect(seen).toEqual(['Filled']);
    expect(await runner.statuses()).toMatchObject([
      { name: 'fills', lag: 0 },
      { name: 'orders', lag: 0 },
    ]);
    expect(() => runner.register({ name: 'fills', handles: () => true, handle: async () => undefined })).toThrow(/registered twice/);
  });
});
