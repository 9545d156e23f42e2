/** Runs of one workbench: side by side or alone, with details or without, each comes to the same. */
import fc from 'fast-check';
import { PublishedCalendar } from '../market-data/published-calendar';
import { SECTION } from '../rules/tape-sections';
import { actionsOf } from './simulation-request';
import { runTask } from './simulation.spec-support';
import { type RunAnswer, type RunTask, Workbench } from './simulation-task';
import { readTape } from './tape-reader';

const calendar = new PublishedCalendar();
const START = Date.parse('2024-03-01T14:30:00Z');
const MINUTE_MS = 60_000;

/** Prices of every minute, nights included, over more than two sections. */
function minutes(): string {
  let [state, price] = [7, 100];
  const rows = Array.from({ length: 2 * SECTION + 1_000 }, (_, bar) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    price *= 1 + (state / 2 ** 32 - 0.5) * 0.002;
    const close = price.toFixed(2);
    return `${new Date(START + bar * MINUTE_MS).toISOString().replace('.000Z', 'Z')},${close},${close},${close},${close},1`;
  });
  return `ts,open,high,low,close,volume\n${rows.join('\n')}\n`;
}

const tape = readTape(minutes(), 'minutes.csv', calendar, 'XNYS');
const ACTIONS = 'ex_date,type,value,pay_date\n2024-03-08,dividend,0.5,2024-03-15\n2024-03-12,split,2,\n';
const bench = (): Workbench => new Workbench(tape, actionsOf(ACTIONS, 'actions.csv', calendar, 'XNYS'), null);

const tasks: fc.Arbitrary<RunTask> = fc
  .record({
    up: fc.constantFrom('0.5', '1', '3'),
    orders: fc.constantFrom(null, 2),
    hours: fc.boolean(),
    sizing: fc.constantFrom('proportional', 'target_allocation'),
    fill: fc.constantFrom('close', 'next_open'),
    start: fc.constantFrom(null, null, '2024-03-05'),
    cash: fc.constantFrom('100000', '31.41592653'),
  })
  .map(({ up, orders, hours, sizing, fill, start, cash }) => {
    const config = { up_threshold_pct: up, max_orders_per_day: orders, allow_after_hours: hours, order_sizing_strategy: sizing };
    return runTask(config, { fill, start, cash });
  });

const resultOf = (answer: RunAnswer | undefined) => (answer && 'outcome' in answer ? answer.outcome.result : answer);

it('runs side by side come to what each comes to alone, and with everything that happened', () => {
  const [together, alone, detailed] = [bench(), bench(), bench()];
  fc.assert(
    fc.property(fc.array(tasks, { minLength: 1, maxLength: 4 }), (list) => {
      const results = together.answers(list, false).map(resultOf);
      expect(results).toEqual(list.map((one) => resultOf(alone.answers([one], false)[0])));
      expect(results).toEqual(list.map((one) => resultOf(detailed.answers([one], true)[0])));
      for (const result of results) expect(result).toMatchObject({ bars: expect.any(Number) as number });
    }),
    { numRuns: 5 },
  );
});

it('a run that fails says why, and those beside it give their results', () => {
  const sound = runTask({});
  const [first, failed, last] = bench().answers([sound, runTask({}, { start: '2030-01-01' }), sound], false);
  expect(resultOf(first)).toMatchObject({ bars: 2 * SECTION + 1_000 });
  expect(last).toEqual(first);
  expect(failed).toEqual({ error: expect.stringContaining('a range with at least one bar') as string });
});
