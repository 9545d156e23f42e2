/** What a sweep says in the end: its best point, what to doubt about it, heatmaps, windows, and the sum of several positions. */
import type { StoredRun } from './job.table';
import { heatmapFor, planJob, portfolioOf, summaryOf } from './job-plan';
import type { RunResult } from './run-result';
import { settingsFrom, type SweepRequest, type WalkForward } from './simulation-request';
import type { RunDetails } from './simulation-task';

const task = {
  cash: '1',
  qty: '0',
  stock_pct: null,
  settings: settingsFrom({}),
  start: '2024-01-01',
  end: '2024-12-31',
  fill: 'close',
  slippage_bps: '0',
  spread_bps: '0',
} as const;

const requestOf = (walk_forward: WalkForward | null = null): SweepRequest => ({
  kind: 'sweep',
  position: { tape_id: 'tape', tape_hash: '', actions: '', task },
  plan: {
    parameters: { up_threshold_pct: { from: '1', to: '3', step: '1' }, down_threshold_pct: { values: ['2', '4'] } },
    random: null,
    constraints: [],
  },
  metric: 'sharpe',
  walk_forward,
});

/** As a run ends in. */
function runAt(seq: number, parameters: Readonly<Record<string, string>>, sharpe: number | null, made = 0.1, held = 0.05): StoredRun {
  const result = { metrics: { sharpe, total_return: made }, benchmarks: { buy_and_hold: { total_return: held } } } as unknown as RunResult;
  return { seq, run_id: `job.${seq}`, hash: '', parameters, result };
}

interface Summary {
  readonly best: { readonly run_id: string; readonly value: number } | null;
  readonly warnings: readonly { readonly code: string; readonly text: string }[];
  readonly walk_forward:
    readonly { readonly in_sample: { readonly run_id: string }; readonly out_of_sample: { readonly value: number } }[] | null;
}

const point = (up: string, down = '2'): Readonly<Record<string, string>> => ({ up_threshold_pct: up, down_threshold_pct: down });
const summed = (runs: readonly StoredRun[], walk: WalkForward | null = null): Summary =>
  summaryOf(requestOf(walk), new Map(runs.map((run) => [run.seq, run])), new Map()) as Summary;
const codes = (runs: readonly StoredRun[], walk: WalkForward | null = null): readonly string[] =>
  summed(runs, walk).warnings.map(({ code }) => code);

describe('the summary of a sweep', () => {
  it('names the first of the best; a figure that cannot be had is worse than any', () => {
    const runs = [runAt(0, point('1'), null), runAt(1, point('2'), -3), runAt(2, point('3'), -3)];
    expect(summed(runs).best).toMatchObject({ run_id: 'job.1', value: -3 });
  });

  it('warns where the best point is the last of a range, and not where it lies inside', () => {
    const at = (best: string) => codes(['1', '2', '3'].map((up, seq) => runAt(seq, point(up), up === best ? 9 : 1)));
    expect([at('1'), at('2'), at('3')]).toEqual([
      ['edge_of_grid', 'in_sample_only'],
      ['in_sample_only'],
      ['edge_of_grid', 'in_sample_only'],
    ]);
  });

  it('warns where even the best point made less than buy and hold', () =>
    expect(codes([runAt(0, point('2'), 1, 0.1, 0.2)])).toEqual(['in_sample_only', 'benchmark_lost']));

  it('does not speak of the same days where the points were tested on others', () => {
    const walk = { train_days: 200, test_days: 100 };
    const sample = (seq: number, up: string, kind: string, sharpe: number) =>
      runAt(seq, { ...point(up), window: '0', sample: kind }, sharpe);
    const runs = [sample(0, '2', 'in', 2), sample(1, '1', 'in', 1), sample(2, '2', 'out', -1)];
    expect(codes(runs, walk)).toEqual([]);
    expect(summed(runs, walk).walk_forward).toEqual([
      expect.objectContaining({
        in_sample: expect.objectContaining({ run_id: 'job.0', value: 2 }),
        out_of_sample: expect.objectContaining({ value: -1 }),
      }),
    ]);
  });
});

describe('the plan of a sweep', () => {
  it('has a run per point, and with windows a run per point and window and a test for each window', () => {
    expect(planJob(requestOf()).total).toBe(6);
    const { planned, total } = planJob(requestOf({ train_days: 200, test_days: 100 }));
    expect([planned.length, total]).toEqual([12, 14]); // 166 days are left for tests: two windows
    for (const { task: each, parameters } of planned) expect([each.start, each.end]).toEqual([parameters['start'], parameters['end']]);
  });
});

describe('a heatmap', () => {
  const runs = [runAt(0, point('1', '2'), 1), runAt(1, point('1', '4'), 5), runAt(2, point('2', '2'), null), runAt(3, point('2', '4'), 3)];

  it('has a cell per pair with the runs behind it', () =>
    expect(heatmapFor(requestOf(), runs, {})).toEqual([
      { x: '1', y: '2', value: 1, run_ids: ['job.0'] },
      { x: '1', y: '4', value: 5, run_ids: ['job.1'] },
      { x: '2', y: '2', value: null, run_ids: ['job.2'] },
      { x: '2', y: '4', value: 3, run_ids: ['job.3'] },
    ]));

  it('shows the best of the runs that share a cell, by any metric', () => {
    const axes = { x: 'up_threshold_pct', y: 'up_threshold_pct' };
    expect(heatmapFor(requestOf(), runs, axes).map(({ value, run_ids }) => [value, run_ids])).toEqual([
      [5, ['job.0', 'job.1']],
      [3, ['job.2', 'job.3']],
    ]);
    expect(heatmapFor(requestOf(), runs, { ...axes, metric: 'total_return' })[0]?.value).toBe(0.1);
  });

  it('of something that was not swept is refused', () =>
    expect(() => heatmapFor(requestOf(), runs, { x: 'min_qty' })).toThrow('x must be one of up_threshold_pct, down_threshold_pct'));
});

describe('a portfolio', () => {
  it('adds positions up by day; one that has not begun or has ended counts with what it began or ended with', () => {
    const daily = (...values: readonly (readonly [string, number])[]) =>
      ({ daily: values.map(([day, equity]) => ({ day, equity })) }) as unknown as RunDetails;
    const sum = portfolioOf([
      daily(['2024-01-02', 100], ['2024-01-03', 110], ['2024-01-05', 120]),
      daily(['2024-01-03', 50], ['2024-01-04', 40], ['2024-01-08', 60]),
    ]);
    // 150, 160, 150, 160, 180
    expect(sum).toMatchObject({ first: '2024-01-02', last: '2024-01-08', days: 5, equity_start: 150, equity_end: 180 });
    expect(sum).toMatchObject({ total_return: expect.closeTo(0.2, 12), max_drawdown: expect.closeTo(150 / 160 - 1, 12) });
  });
});
