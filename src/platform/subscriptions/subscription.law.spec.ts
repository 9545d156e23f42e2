import * as fc from 'fast-check';
import type { RecordedEvent } from '../event-store/event-store.port';
import { type Fate, fatedStore, fates } from './fated-store.spec-support';
import { databases, noted, type Process, type ReadersWorld, readersOf, type ScratchReaders } from './subscriptions.spec-support';

const LEASE_MS = 5_000;
/** Each life on a server takes its time. */
const RUNS: Readonly<Record<string, number>> = { SQLite: 15, PostgreSQL: 3 };

type Step =
  | { readonly kind: 'append'; readonly log: number; readonly stream: number; readonly type: string }
  | { readonly kind: 'start'; readonly fates: readonly Fate[] }
  | { readonly kind: 'stop' }
  | { readonly kind: 'redrive' }
  | { readonly kind: 'pass'; readonly ms: number };

const append: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('append' as const),
  log: fc.integer({ min: 1, max: 2 }),
  stream: fc.integer({ min: 0, max: 5 }),
  type: fc.constantFrom('Held', 'OrderQueued', 'OrderQueued'),
});
const plans = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: append },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('start' as const), fates }) },
    { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'stop' }, { kind: 'redrive' }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(100, 1_000, 6_000) }) },
  ),
  { minLength: 5, maxLength: 50 },
);

class Life {
  private readonly running: Process[] = [];

  constructor(
    private readonly scratch: ScratchReaders,
    private readonly world: ReadersWorld,
    private readonly isShared: boolean,
    private readonly handle: (events: readonly RecordedEvent[]) => ReturnType<Parameters<ReadersWorld['process']>[0]['handle']>,
  ) {}

  start(fatesOfCalls: readonly Fate[] = []): Process {
    if (!this.isShared) this.stop();
    const { scratch, world, isShared, handle } = this;
    const process = world.process(
      { partitions: 3, handle },
      { ...fatedStore(scratch, fatesOfCalls), isShared, leaseMs: LEASE_MS, maxTries: 2 },
    );
    process.runner.start();
    this.running.push(process);
    return process;
  }

  /** Nobody waits for it: it may be dead. */
  stop(): void {
    void this.running.shift()?.runner.stop();
  }

  async redriveAll(process: Process): Promise<void> {
    for (const { log, tenantId, subscription, stream, state } of await process.runner.parked({ tenantId: null, limit: 100 })) {
      if (state === 'PARKED') await process.runner.redrive({ log, tenantId, subscription, stream });
    }
  }

  async live(step: Step): Promise<void> {
    const idle = this.world.process({ handle: this.handle });
    if (step.kind === 'append') await this.world.appendTo(step.log, `order-${step.stream}`, step.type);
    if (step.kind === 'start') this.start(step.fates);
    if (step.kind === 'stop') this.stop();
    if (step.kind === 'redrive') await this.redriveAll(idle);
    if (step.kind === 'pass') this.scratch.clock.advance(step.ms);
    await new Promise((resolve) => setImmediate(resolve));
  }

  end(): void {
    while (this.running.length > 0) this.stop();
  }
}

/** Lives a plan, then lets a process to which nothing happens read to the end. */
async function outcome(
  open: () => Promise<ScratchReaders>,
  plan: readonly Step[],
  isShared: boolean,
  isPoison: (event: RecordedEvent) => boolean,
) {
  const scratch = await open();
  const world = readersOf(scratch);
  let isCured = false;
  const handle = async (events: readonly RecordedEvent[]) => {
    if (!isCured && events.some(isPoison)) throw new Error('makes no sense');
    return events.map(noted);
  };
  const life = new Life(scratch, world, isShared, handle);
  for (const step of plan) await life.live(step);
  const logs = await scratch.store.logs();
  const events = (await Promise.all(logs.map((log) => scratch.store.readAll({ log, limit: 1_000 })))).flat();
  const expected = events.filter(({ type }) => type === 'OrderQueued').map(({ log, position }) => `${log}:${position}`);
  isCured = true;
  const last = life.start();
  for (let second = 0; second < 120 && (await world.notes()).length < expected.length; second++) {
    await life.redriveAll(last);
    scratch.clock.advance(1_000);
    await scratch.settle();
  }
  await scratch.settle();
  const notes = await scratch.sql.read('SELECT log, key, fingerprint FROM idempotency_keys ORDER BY status');
  const parked = await last.runner.parked({ tenantId: null, limit: 10 });
  life.end();
  await scratch.settle();
  await scratch.close();
  return { expected, notes, parked };
}

function judge({ expected, notes, parked }: Awaited<ReturnType<typeof outcome>>): void {
  expect(notes.map(({ log, key }) => `${log}:${key}`).sort()).toEqual([...expected].sort());
  const last = new Map<string, number>();
  for (const { log, fingerprint, key } of notes) {
    const stream = `${log}/${fingerprint}`;
    expect(Number(key)).toBeGreaterThan(last.get(stream) ?? 0);
    last.set(stream, Number(key));
  }
  expect(parked).toEqual([]);
}

const cases = databases.flatMap(([name, open]) => [
  [`processes one after the other on ${name}`, open, false, RUNS[name]] as const,
  [`processes that share the partitions on ${name}`, open, true, RUNS[name]] as const,
]);

describe.each(cases)('%s, whatever fails and whoever is killed,', (_who, open, isShared, numRuns) => {
  it('write the effect of every event once, and of each stream in order', () =>
    fc.assert(
      fc.asyncProperty(plans, async (plan) => judge(await outcome(open, plan, isShared, () => false))),
      { numRuns },
    ));

  it('do so too where events fail, are parked and are redriven', () =>
    fc.assert(
      fc.asyncProperty(plans, fc.integer({ min: 2, max: 5 }), async (plan, every) =>
        judge(await outcome(open, plan, isShared, ({ position }) => position % every === 0)),
      ),
      { numRuns },
    ));
});
