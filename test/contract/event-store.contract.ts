/** What every event store promises; run over each of them. */
import { DuplicateKey, VersionConflict } from '../../src/platform/event-store/event-store.errors';
import type { RecordedEvent } from '../../src/platform/event-store/event-store.port';
import type { StoreUnderTest } from './opened-stores';
import type { RowWrite } from '../../src/platform/event-store/row-write';
import { answer, callOf, on, sampleEvent } from './sample-event';

export function eventStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} event store`, () => {
    let under: StoreUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    appends(() => under);
    losers(() => under);
    groups(() => under);
    reads(() => under);
    watchers(() => under);
  });
}

function appends(get: () => StoreUnderTest): void {
  it('gives back exactly the bytes it was given, in every field', async () => {
    const { store, clock } = get();
    const event = sampleEvent({
      portfolio_id: 'p',
      position_id: 'q',
      instrument_id: 'i',
      symbol: 'BRK.B',
      causation_id: 'cause',
      unique_key: 'k',
      data: '{ "price":"1.50",\r\n\t "note":"é €  𝒳 \\u0000 \\u001f \u007f" }',
    });
    await expect(store.append(callOf('demo', [on('position-1', 0, event)]))).resolves.toEqual({ position: 1 });
    const place = { log: 1, position: 1, tenant_id: 'demo', stream: 'position-1', version: 1, recorded_at: clock.now() };
    expect(await store.readStream({ log: 1, tenantId: 'demo' }, 'position-1')).toEqual([{ ...event, ...place }]);
  });

  it('books order and position together or not at all', async () => {
    const { store } = get();
    await store.append(callOf('demo', [on('position-1', 0), on('order-1', 0, sampleEvent(), sampleEvent())]));
    const half = store.append(callOf('demo', [on('order-1', 2), on('position-1', 0)]));
    await expect(half).rejects.toThrow(VersionConflict);
    expect(await versions(get(), 'order-1')).toEqual([1, 2]);
    expect(await versions(get(), 'position-1')).toEqual([1]);
    expect(await store.head(1)).toBe(3);
  });

  it("takes whatever version comes where 'any' is expected", async () => {
    const { store } = get();
    await Promise.all(Array.from({ length: 5 }, () => store.append(callOf('demo', [on('evaluations-1', 'any')]))));
    expect(await versions(get(), 'evaluations-1')).toEqual([1, 2, 3, 4, 5]);
  });

  it('commits rows without events, and says where the log stands', async () => {
    const { store, rows } = get();
    await store.append(callOf('demo', [on('position-1', 0)]));
    await expect(store.append(callOf('demo', [], [answer('insert', 'demo', 'k1')]))).resolves.toEqual({ position: 1 });
    expect(await rows('idempotency_keys')).toHaveLength(1);
  });

  it('gives each log its own positions and its own chain, also for calls that share a commit', async () => {
    const { store } = get();
    const call = (log: number, tenant: string) => callOf(tenant, [on('position-1', 0), on('order-1', 0)], [], log);
    await Promise.all([store.append(call(1, 'demo')), store.append(call(7, 'other')), store.append(call(3, 'third'))]);
    await store.append(callOf('other', [on('position-1', 1)], [], 7));
    expect(await store.logs()).toEqual([1, 3, 7]);
    expect(await Promise.all([1, 3, 7].map((log) => store.head(log)))).toEqual([2, 2, 3]);
    expect(await store.count()).toBe(7);
    for (const log of [1, 3, 7]) expect((await store.verify(log)).firstBad).toBeNull();
    expect((await store.readAll({ log: 7, limit: 10 })).map(({ position, tenant_id }) => [position, tenant_id])).toEqual([
      [1, 'other'],
      [2, 'other'],
      [3, 'other'],
    ]);
    expect(await store.readStream({ log: 1, tenantId: 'other' }, 'position-1')).toEqual([]);
  });

  it('changes a row only while it holds what the writer saw', async () => {
    const { store, rows } = get();
    await store.append(callOf('demo', [], [answer('insert', 'demo', 'k', 'first')]));
    const change = (body: string, expected: string) => ({
      ...(answer('upsert', 'demo', 'k', body) as Extract<RowWrite, { op: 'upsert' }>),
      op: 'update' as const,
      expected: { body: expected },
    });
    await store.append(callOf('demo', [], [change('second', 'first')]));
    const late = store.append(callOf('demo', [on('position-1', 0)], [change('third', 'first')]));
    await expect(late).rejects.toMatchObject({ code: 'events.stale_row', table: 'idempotency_keys' });
    expect((await rows('idempotency_keys')).map(({ body }) => body)).toEqual(['second']);
    expect(await store.head(1)).toBe(0);
  });

  it('replaces, keeps apart by tenant and deletes rows by their key', async () => {
    const { store, rows } = get();
    await store.append(
      callOf('a', [], [answer('upsert', 'a', 'k', '1'), answer('upsert', 'b', 'k', '2'), answer('upsert', 'a', 'k', '3')]),
    );
    expect((await rows('idempotency_keys')).map(({ tenant_id, body }) => [tenant_id, body])).toEqual([['a', '3'], ['b', '2']]); // prettier-ignore
    await store.append(callOf('a', [], [answer('delete', 'a', 'k')]));
    expect((await rows('idempotency_keys')).map(({ tenant_id }) => tenant_id)).toEqual(['b']);
  });

  it.each([
    ['empty and strange texts', ['', ' ', 'é € 𝒳', '"\\\r\n\t', '{,}', 'NULL', '']],
    ['what stands for an absent cell on its way', ['', '\u001e', 'a\u001e']],
    ['what separates cells on their way', ['', 'a\u001fb', '\u001f']],
  ])('keeps every cell of rows that are written together: %s', async (_, bodies) => {
    const { store, rows } = get();
    const writes = bodies.map((body, index) => answer('upsert', 'demo', `k${index}`, body));
    await store.append(callOf('demo', [], writes));
    expect((await rows('idempotency_keys')).map(({ key, status, body }) => [key, status, body])).toEqual(
      bodies.map((body, index) => [`k${index}`, 201, body]),
    );
    await store.append(callOf('demo', [], bodies.map((_body, index) => answer('delete', 'demo', `k${index}`)))); // prettier-ignore
    expect(await rows('idempotency_keys')).toEqual([]);
  });

  it('never lets recorded_at go back when the clock does', async () => {
    const { store, clock } = get();
    const start = clock.now();
    await store.append(callOf('demo', [on('position-1', 0)]));
    clock.move(-3_600_000);
    await store.append(callOf('demo', [on('position-1', 1)]));
    clock.move(3_600_001);
    await store.append(callOf('demo', [on('position-1', 2)]));
    const times = (await store.readStream({ log: 1, tenantId: 'demo' }, 'position-1')).map(({ recorded_at }) => recorded_at);
    expect(times).toEqual([start, start, clock.now()]);
  });

  it.each([
    ['actor', 'a\u001fb'],
    ['symbol', 'K\nO'],
    ['unique_key', '\ud800'],
  ] as const)('refuses a %s that another field could be confused with', async (field, value) => {
    const call = callOf('demo', [on('position-1', 0, sampleEvent({ [field]: value }))]);
    await expect(get().store.append(call)).rejects.toMatchObject({ code: 'events.invalid', field });
    expect(await get().store.head(1)).toBe(0);
  });

  it.each(['"\ud800"', '"\u0000"', '"\u0001"', '"\u001e"', '"a\u001fb"'])(
    'refuses data that would not come back as the same bytes: %j',
    async (data) => {
      const call = callOf('demo', [on('position-1', 0, sampleEvent({ data }))]);
      await expect(get().store.append(call)).rejects.toMatchObject({ code: 'events.invalid', field: 'data' });
    },
  );

  it.each(['a\u0000b', '\udc00'])('refuses a row that would not come back as it was: %j', async (body) => {
    const { store, rows } = get();
    const call = callOf('demo', [on('position-1', 0)], [answer('insert', 'demo', 'k', body)]);
    await expect(store.append(call)).rejects.toMatchObject({ code: 'events.invalid', field: 'body' });
    expect(await rows('idempotency_keys')).toEqual([]);
  });
}

function losers(get: () => StoreUnderTest): void {
  it('says which version the stream has when another was expected', async () => {
    const { store } = get();
    await store.append(callOf('demo', [on('position-1', 0, sampleEvent(), sampleEvent())]));
    const late = store.append(callOf('demo', [on('position-1', 1)]));
    await expect(late).rejects.toMatchObject({ code: 'events.version_conflict', stream: 'position-1', expected: 1, actual: 2 });
    await expect(store.append(callOf('demo', [on('position-1', 7)]))).rejects.toMatchObject({ actual: 2 });
    await expect(store.append(callOf('demo', [on('position-1', 0)]))).rejects.toMatchObject({ actual: 2 });
  });

  it('writes an event once per unique key and tenant', async () => {
    const { store } = get();
    const once = (tenant: string) => store.append(callOf(tenant, [on('evaluations-1', 'any', sampleEvent({ unique_key: 'tick:1' }))]));
    const outcomes = await Promise.allSettled([once('demo'), once('demo'), once('other')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(once('demo')).rejects.toMatchObject({ code: 'events.duplicate_key', constraint: 'unique_key', key: 'tick:1' });
    const pair = [sampleEvent({ unique_key: 'tick:2' }), sampleEvent({ unique_key: 'tick:2' })];
    await expect(store.append(callOf('demo', [on('evaluations-1', 'any', ...pair)]))).rejects.toThrow(DuplicateKey);
    expect(await versions(get(), 'evaluations-1')).toEqual([1]);
  });

  it('keeps no event of a call whose idempotency key was used before', async () => {
    const { store, rows } = get();
    const deposit = (version: number) => callOf('demo', [on('position-1', version)], [answer('insert', 'demo', 'key-1')]);
    await store.append(deposit(0));
    await expect(store.append(deposit(1))).rejects.toMatchObject({ constraint: 'idempotency_keys', key: 'key-1' });
    expect(await versions(get(), 'position-1')).toEqual([1]);
    expect(await rows('idempotency_keys')).toHaveLength(1);
    await expect(store.append(callOf('demo', [on('position-1', 1)]))).resolves.toEqual({ position: 2 });
  });

  it('takes back upserts and deletes of a call that loses later on', async () => {
    const { store, rows } = get();
    await store.append(callOf('demo', [], [answer('insert', 'demo', 'a', 'old'), answer('insert', 'demo', 'b', 'old')]));
    const writes = [answer('upsert', 'demo', 'a', 'new'), answer('delete', 'demo', 'b'), answer('upsert', 'demo', 'c')];
    await expect(store.append(callOf('demo', [], [...writes, answer('insert', 'demo', 'a')]))).rejects.toThrow(DuplicateKey);
    expect((await rows('idempotency_keys')).map(({ key, body }) => `${String(key)} ${String(body)}`).toSorted()).toEqual([
      'a old',
      'b old',
    ]);
  });

  it('rejects only the poisoned call of a group', async () => {
    const { store, rows } = get();
    const poison = answer('upsert', 'demo', 'x');
    const { body: _body, ...incomplete } = poison.row;
    const outcomes = await Promise.allSettled([
      store.append(callOf('demo', [on('position-1', 0), on('order-1', 0)])),
      store.append(callOf('demo', [on('position-2', 0), on('order-2', 0)], [{ ...poison, row: incomplete }])),
      store.append(callOf('demo', [on('position-2', 0), on('position-1', 1)])),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await positions(get())).toEqual([1, 2, 3, 4]);
    expect(await versions(get(), 'order-2')).toEqual([]);
    expect(await rows('idempotency_keys')).toEqual([]);
    expect(await store.verify(1)).toMatchObject({ events: 4, firstBad: null });
  });
}

function groups(get: () => StoreUnderTest): void {
  it('shows each call of a group what the ones before it did', async () => {
    const { store } = get();
    const outcomes = await Promise.allSettled([
      store.append(callOf('demo', [on('position-1', 0)])),
      store.append(callOf('demo', [on('position-1', 0)])),
      store.append(callOf('demo', [on('order-1', 0), on('position-1', 0)])),
      store.append(callOf('demo', [on('order-1', 0), on('position-1', 1)])),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await versions(get(), 'position-1')).toEqual([1, 2]);
    expect(await versions(get(), 'order-1')).toEqual([1]);
  });

  it('numbers without a gap what 64 callers append at once', async () => {
    const { store } = get();
    const acknowledged: number[] = [];
    const caller = async (id: number): Promise<void> => {
      for (let version = 0; version < 10; version++) {
        const call = callOf('demo', [on(`position-${id}`, version), on('shared-1', 'any')]);
        acknowledged.push((await store.append(call)).position);
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, id) => caller(id)));
    expect(await positions(get())).toEqual(Array.from({ length: 1_280 }, (_, index) => index + 1));
    expect(acknowledged.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 640 }, (_, index) => (index + 1) * 2));
    expect(await versions(get(), 'shared-1')).toHaveLength(640);
  });

  it('commits what more callers than one group holds append in one turn', async () => {
    const { store } = get();
    await Promise.all(Array.from({ length: 2_500 }, () => store.append(callOf('demo', [on('evaluations-1', 'any')]))));
    expect(await store.head(1)).toBe(2_500);
  });

  it('finishes what is under way when it closes, and refuses what comes after', async () => {
    const { store } = get();
    const underWay = store.append(callOf('demo', [on('position-1', 0)]));
    await store.close();
    await expect(underWay).resolves.toEqual({ position: 1 });
    await expect(store.append(callOf('demo', [on('position-1', 1)]))).rejects.toMatchObject({ code: 'store.closed' });
  });
}

function reads(get: () => StoreUnderTest): void {
  it('never shows a tenant what another one did', async () => {
    const { store } = get();
    await store.append(callOf('a', [on('position-1', 0)]));
    await store.append(callOf('b', [on('position-1', 0), on('position-2', 0)]));
    expect((await tenantPositions(get(), 'a')).all).toEqual([1]);
    expect((await tenantPositions(get(), 'b')).all).toEqual([2, 3]);
    expect(await store.readStream({ log: 1, tenantId: 'a' }, 'position-2')).toEqual([]);
    expect(await store.readLast({ log: 1, tenantId: 'a' }, 'position-2')).toBeNull();
  });

  it('pages a tenant forwards and backwards without losing or repeating an event', async () => {
    const { store } = get();
    for (let index = 0; index < 7; index++) await store.append(callOf(index % 2 === 0 ? 'a' : 'b', [on('position-1', 'any')]));
    expect(await tenantPositions(get(), 'a', 2)).toEqual({ all: [1, 3, 5, 7], back: [7, 5, 3, 1] });
  });

  it('selects by position, portfolio, type, correlation, stream and business time', async () => {
    const { store } = get();
    const event = { position_id: 'p1', portfolio_id: 'f1', type: 'T', correlation_id: 'c1', ts: '2026-11-20T10:00:00.000Z' };
    const other = { position_id: 'p2', portfolio_id: 'f2', type: 'U', correlation_id: 'c2', ts: '2026-11-20T11:00:00.000Z' };
    await store.append(callOf('a', [on('position-1', 0, sampleEvent(event)), on('order-1', 0, sampleEvent(other))]));
    const page = { after: null, limit: 10, descending: false };
    const first = [{ positionId: 'p1' }, { portfolioId: 'f1' }, { type: 'T' }, { correlationId: 'c1' }, { streamPrefix: 'position-' }];
    for (const filter of [...first, { to: other.ts }]) {
      expect((await store.readTenant({ log: 1, tenantId: 'a' }, filter, page)).map(({ position }) => position)).toEqual([1]);
    }
    expect((await store.readTenant({ log: 1, tenantId: 'a' }, { from: other.ts }, page)).map(({ position }) => position)).toEqual([2]);
    expect((await store.readTenant({ log: 1, tenantId: 'a' }, { streamPrefix: 'ord%' }, page)).map(({ position }) => position)).toEqual([]);
  });

  it('finds nothing under a name that no stream can have', async () => {
    const { store } = get();
    await store.append(callOf('a', [on('position-1', 0)]));
    expect(await store.readStream({ log: 1, tenantId: 'a' }, 'position-1\u0000')).toEqual([]);
    expect(await store.readLast({ log: 1, tenantId: 'a\u0000' }, 'position-1')).toBeNull();
    const page = { after: null, limit: 10, descending: false };
    expect(await store.readTenant({ log: 1, tenantId: 'a' }, { correlationId: '\u0000' }, page)).toEqual([]);
  });

  it('reads a range of the log, the rest of a stream and its last event', async () => {
    const { store } = get();
    for (let version = 0; version < 5; version++) await store.append(callOf('a', [on('position-1', version)]));
    const numbers = (events: readonly RecordedEvent[]) => events.map(({ position }) => position);
    expect(numbers(await store.readAll({ log: 1, limit: 2 }))).toEqual([1, 2]);
    expect(numbers(await store.readAll({ log: 1, after: 1, upTo: 3, limit: 9 }))).toEqual([2, 3]);
    expect(numbers(await store.readAll({ log: 2, limit: 9 }))).toEqual([]);
    expect(numbers(await store.readStream({ log: 1, tenantId: 'a' }, 'position-1', 3))).toEqual([4, 5]);
    expect((await store.readLast({ log: 1, tenantId: 'a' }, 'position-1'))?.version).toBe(5);
  });

  it('proves an untouched log, an empty one too', async () => {
    const { store } = get();
    expect(await store.verify(1)).toMatchObject({ events: 0, firstBad: null });
    for (let index = 0; index < 3; index++) await store.append(callOf('a', [on('position-1', index), on(`order-${index}`, 0)]));
    const progress: number[] = [];
    const report = await store.verify(1, (events) => progress.push(events));
    expect(report).toEqual({ events: 6, head: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/), firstBad: null, losses: [] });
    expect(progress.at(-1)).toBe(6);
  });
}

function watchers(get: () => StoreUnderTest): void {
  it('tells watchers what was committed, in order, and nothing of what was rejected', async () => {
    const { store } = get();
    const seen: RecordedEvent[] = [];
    const stop = store.onCommitted((events) => seen.push(...events));
    const unique = () => on('evaluations-1', 'any', sampleEvent({ unique_key: 'once' }));
    await Promise.allSettled([
      store.append(callOf('a', [on('position-1', 0), unique()])),
      store.append(callOf('a', [on('order-1', 0), unique()])),
      store.append(callOf('a', [on('position-1', 1)])),
    ]);
    expect(seen).toEqual(await store.readAll({ log: 1, limit: 10 }));
    expect(seen).toHaveLength(3);
    stop();
    await store.append(callOf('a', [on('position-1', 2)]));
    expect(seen).toHaveLength(3);
  });

  it('has told watchers before the caller goes on, so that it reads its own write', async () => {
    const { store } = get();
    let told = false;
    store.onCommitted(() => (told = true));
    await store.append(callOf('a', [on('position-1', 0)]));
    expect(told).toBe(true);
  });

  it('survives a watcher that throws: the append holds and the others are told', async () => {
    const { store, listenerErrors } = get();
    const seen: number[] = [];
    const broken = new Error('broken watcher');
    store.onCommitted(() => {
      throw broken;
    });
    store.onCommitted((events) => seen.push(events.length));
    await expect(store.append(callOf('a', [on('position-1', 0)]))).resolves.toEqual({ position: 1 });
    expect(seen).toEqual([1]);
    expect(listenerErrors).toEqual([broken]);
  });
}

const versions = async ({ store }: StoreUnderTest, stream: string): Promise<readonly number[]> =>
  (await store.readStream({ log: 1, tenantId: 'demo' }, stream)).map(({ version }) => version);

const positions = async ({ store }: StoreUnderTest): Promise<readonly number[]> =>
  (await store.readAll({ log: 1, limit: 10_000 })).map(({ position }) => position);

/** Every page of a tenant, from both ends. */
async function tenantPositions({ store }: StoreUnderTest, tenant: string, limit = 2) {
  const walk = async (descending: boolean): Promise<readonly number[]> => {
    const found: number[] = [];
    for (let after: number | null = null; ; after = found.at(-1) ?? null) {
      const page = await store.readTenant({ log: 1, tenantId: tenant }, {}, { after, limit, descending });
      found.push(...page.map(({ position }) => position));
      if (page.length < limit) return found;
    }
  };
  return { all: await walk(false), back: await walk(true) };
}
