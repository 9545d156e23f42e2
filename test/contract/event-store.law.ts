/** The law behind the contract: whatever is appended at once, the store agrees with calls made one after another in a map. */
import fc from 'fast-check';
import { DuplicateKey, VersionConflict } from '../../src/platform/event-store/event-store.errors';
import type { AppendCall } from '../../src/platform/event-store/event-store.port';
import type { StoreUnderTest } from './opened-stores';
import { answer, callOf, on, sampleEvent } from './sample-event';

interface Step {
  readonly tenant: number;
  readonly streams: readonly { readonly stream: number; readonly expected: number | 'any' | 'right'; readonly keys: readonly number[] }[];
  readonly writes: readonly { readonly op: 'insert' | 'upsert' | 'delete'; readonly key: number }[];
}

const steps: fc.Arbitrary<readonly (readonly Step[])[]> = fc.array(
  fc.array(
    fc.record({
      tenant: fc.nat(1),
      streams: fc.array(
        fc.record({
          stream: fc.nat(2),
          expected: fc.oneof({ weight: 4, arbitrary: fc.constant('right' as const) }, fc.constant('any' as const), fc.nat(3)),
          keys: fc.array(fc.nat(40), { maxLength: 2 }),
        }),
        { maxLength: 3 },
      ),
      writes: fc.array(fc.record({ op: fc.constantFrom('insert', 'upsert', 'delete'), key: fc.nat(6) }), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  { maxLength: 6 },
);

interface Model {
  readonly versions: Map<string, number>;
  readonly keys: Set<string>;
  readonly rows: Map<string, string>;
}

type Outcome = 'written' | 'conflict' | 'duplicate';

/** Applies the call to a copy, and keeps the copy where all of it holds. */
function inModel(model: Model, call: AppendCall): { readonly outcome: Outcome; readonly model: Model } {
  const next = { versions: new Map(model.versions), keys: new Set(model.keys), rows: new Map(model.rows) };
  for (const { stream, expectedVersion, events } of call.streams) {
    const name = `${call.tenantId} ${stream}`;
    const version = next.versions.get(name) ?? 0;
    if (expectedVersion !== 'any' && expectedVersion !== version) return { outcome: 'conflict', model };
    next.versions.set(name, version + events.length);
  }
  for (const event of call.streams.flatMap(({ events }) => events)) {
    if (event.unique_key === null) continue;
    const key = `${call.tenantId} ${event.unique_key}`;
    if (next.keys.has(key)) return { outcome: 'duplicate', model };
    next.keys.add(key);
  }
  for (const { op, row } of call.writes) {
    const key = `${call.tenantId} ${String(row.key)}`;
    if (op === 'insert' && next.rows.has(key)) return { outcome: 'duplicate', model };
    if (op === 'delete') next.rows.delete(key);
    else next.rows.set(key, String(row.body));
  }
  return { outcome: 'written', model: next };
}

function toCall(step: Step, run: number, model: Model): AppendCall {
  const tenantId = `t${run}-${step.tenant}`;
  const planned = new Map<string, number>();
  const streams = step.streams.map(({ stream: number, expected, keys }) => {
    const stream = `stream-${number}`;
    const version = planned.get(stream) ?? model.versions.get(`${tenantId} ${stream}`) ?? 0;
    planned.set(stream, version + Math.max(keys.length, 1));
    const events = keys.map((key) => sampleEvent({ unique_key: key > 20 ? null : `key-${key}` }));
    return on(stream, expected === 'right' ? version : expected, ...events);
  });
  return callOf(tenantId, streams, step.writes.map(({ op, key }, index) => answer(op, tenantId, `k${key}`, `${key}.${index}`))); // prettier-ignore
}

const outcomeOf = (settled: PromiseSettledResult<unknown>): Outcome | string => {
  if (settled.status === 'fulfilled') return 'written';
  if (settled.reason instanceof VersionConflict) return 'conflict';
  return settled.reason instanceof DuplicateKey ? 'duplicate' : String(settled.reason);
};

export function eventStoreLaw(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} event store under random histories`, () => {
    let under: StoreUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.close());

    it('agrees with a map: who wins, what the streams hold, which rows remain, and no gap anywhere', async () => {
      let run = 0;
      const history = fc.asyncProperty(steps, async (batches) => {
        run += 1;
        let model: Model = { versions: new Map(), keys: new Set(), rows: new Map() };
        for (const batch of batches) {
          const expected: Outcome[] = [];
          const appends = batch.map((step) => {
            const call = toCall(step, run, model);
            const { outcome, model: next } = inModel(model, call);
            model = next;
            expected.push(outcome);
            return under.store.append(call);
          });
          expect((await Promise.allSettled(appends)).map(outcomeOf)).toEqual(expected);
        }
        await agrees(under, model, run);
      });
      await fc.assert(history, { numRuns: 60 });
      const log = await under.store.readAll({ log: 1, limit: 1_000_000 });
      expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
      expect(await under.store.verify(1)).toMatchObject({ events: log.length, firstBad: null });
    });
  });
}

async function agrees({ store, rows }: StoreUnderTest, model: Model, run: number): Promise<void> {
  for (const [name, version] of model.versions) {
    const [tenant = '', stream = ''] = name.split(' ');
    const found = (await store.readStream({ log: 1, tenantId: tenant }, stream)).map((event) => event.version);
    expect(found).toEqual(Array.from({ length: version }, (_, index) => index + 1));
  }
  const kept = (await rows('idempotency_keys')).filter(({ tenant_id }) => String(tenant_id).startsWith(`t${run}-`));
  const texts = kept.map(({ tenant_id, key, body }) => `${String(tenant_id)} ${String(key)} ${String(body)}`);
  expect(texts.toSorted()).toEqual([...model.rows].map(([key, body]) => `${key} ${body}`).toSorted());
}
