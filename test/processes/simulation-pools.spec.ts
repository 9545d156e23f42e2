/** Where runs are computed: threads of the built program, and the caller's own thread where nothing is built. Both keep one contract. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '../../src/kernel/errors';
import { PublishedCalendar } from '../../src/market-data/published-calendar';
import { InlinePool, ThreadPool } from '../../src/simulation/simulation-pool.adapter';
import { RunDropped, type SimulationPool, type TapeSet } from '../../src/simulation/simulation-pool.port';
import { runTask } from '../../src/simulation/simulation.spec-support';
import { type RunAnswer, type RunTask, Workbench } from '../../src/simulation/simulation-task';
import { readTape } from '../../src/simulation/tape-reader';

const PROGRAM = join(__dirname, '../../dist/src/simulation/simulation-thread.adapter.js');
const tape = (symbol: string): TapeSet => {
  const text = readFileSync(join(__dirname, `../data/daily/${symbol}.csv`), 'utf8');
  return { key: symbol, tape: readTape(text, `${symbol}.csv`, new PublishedCalendar(), 'XNYS'), actions: [], quotes: null };
};
const [ko, aapl] = [tape('KO'), tape('AAPL.raw')];

const task = (up: number): RunTask => runTask({ up_threshold_pct: String(1 + up / 10) });
const tasks = Array.from({ length: 12 }, (_, up) => task(up));
const wanted = (): boolean => true;

const benches = new Map([ko, aapl].map((data) => [data, new Workbench(data.tape, [], null)]));
const alone = (data: TapeSet, one: RunTask): RunAnswer | undefined => benches.get(data)?.answers([one], false)[0];

describe.each<readonly [string, () => SimulationPool]>([
  ['threads', () => new ThreadPool(PROGRAM)],
  ["the caller's own thread", () => new InlinePool()],
])('runs in %s', (_where, open) => {
  let pool: SimulationPool;
  beforeEach(() => (pool = open()));
  afterEach(() => pool.close());

  it('come to what each comes to alone, however many tapes and runs are asked for at once, and again', async () => {
    const asked = tasks.flatMap((one) => [ko, aapl].map((data) => ({ data, one })));
    const expected = asked.map(({ data, one }) => alone(data, one));
    for (let time = 0; time < 2; time++) {
      const outcomes = await Promise.all(asked.map(({ data, one }) => pool.run(data, one, false, wanted)));
      expect(outcomes.map((outcome) => ({ outcome }))).toEqual(expected);
    }
  });

  it('keep what happened for whoever asks for it, beside runs of which nobody asks', async () => {
    const [plain, detailed] = await Promise.all([false, true].map((details) => pool.run(ko, task(20), details, wanted)));
    expect(detailed?.result).toEqual(plain?.result);
    expect(plain?.details).toBeNull();
    const { buys = 0, sells = 0 } = detailed?.result ?? {};
    expect(detailed?.details?.trades).toHaveLength(buys + sells);
    expect(buys + sells).toBeGreaterThan(10);
  });

  it('that fail say why, and the others give their results', async () => {
    await pool.run(ko, task(0), false, wanted); // from now on several of them go side by side
    const mixed = tasks.map((one, index) => (index % 5 === 4 ? { ...one, start: '2090-01-01' } : one));
    const ends = await Promise.allSettled(mixed.map((one) => pool.run(ko, one, false, wanted)));
    ends.forEach((end, index) => {
      if (end.status === 'fulfilled') expect({ outcome: end.value }).toEqual(alone(ko, mixed[index] as RunTask));
      else {
        expect(index % 5).toBe(4);
        expect(end.reason).toBeInstanceOf(DomainError);
        expect(end.reason).toMatchObject({ code: 'simulation.failed', message: expect.stringContaining('2090-01-01') as string });
      }
    });
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(2);
  });

  it('that nobody wants any more are dropped, and the next ones are computed', async () => {
    const ends = await Promise.allSettled(tasks.map((one, index) => pool.run(ko, one, false, () => index === 7)));
    const reasons = ends.map((end) => (end.status === 'rejected' ? (end.reason as unknown) : null));
    expect(reasons[7]).toBeNull();
    for (const reason of reasons.filter((_, index) => index !== 7)) expect(reason).toBeInstanceOf(RunDropped);
    expect({ outcome: await pool.run(ko, task(3), false, wanted) }).toEqual(alone(ko, task(3)));
  });
});

it('a pool of threads that is closed drops what waits', async () => {
  const pool = new ThreadPool(PROGRAM);
  const ends = Promise.allSettled(tasks.map((one) => pool.run(ko, one, false, wanted)));
  await pool.close();
  expect((await ends).map((end) => end.status === 'rejected' && end.reason instanceof RunDropped)).toEqual(tasks.map(() => true));
});
