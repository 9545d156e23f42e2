/** `vb sweep`: what a sweep over HTTP finds, on the command line; and what it refuses before anything is simulated. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, type Listed, ok, startWorld, until, type World } from './support/rest-world';
import { expectRefusal, vb, vbJson } from './support/vb';

const BARS = join(__dirname, '../data/synthetic/edges.csv');
const start = ['sweep', '--symbol', 'EDGES', '--bars', BARS, '--cash', '100000', '--stock-pct', '50'];
const grid = ['--param', 'up_threshold_pct=1:4:1', '--param', 'down_threshold_pct=2:4:1'];
const parameters = { up_threshold_pct: { from: '1', to: '4', step: '1' }, down_threshold_pct: { from: '2', to: '4', step: '1' } };

interface Swept extends Json {
  readonly items: readonly Json[];
  readonly heatmap: readonly { readonly run_ids: readonly string[] }[];
}

describe('vb sweep', () => {
  let world: World;
  let tape: string;
  beforeAll(async () => {
    world = await startWorld();
    tape = ok(await world.owner.post<{ id: string }>('/v1/tapes', { symbol: 'EDGES', csv: readFileSync(BARS, 'utf8') })).id;
  });
  afterAll(() => world.stop());

  /** Names of runs are the only difference: over HTTP they carry their job's. */
  const withoutNames = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (key, part: unknown) => (key === 'run_id' || key === 'run_ids' ? undefined : part)));

  const overHttp = async (terms: Json): Promise<{ readonly summary: unknown; readonly runs: unknown; readonly heatmap: unknown }> => {
    const position = { tape_id: tape, cash: '100000', stock_pct: '50' };
    const { id } = ok(await world.owner.post<{ id: string }>('/v1/sweeps', { position, parameters, ...terms }));
    const ask = async (): Promise<Json> => ok(await world.owner.get(`/v1/sweeps/${id}`));
    const { status, summary } = await until(ask, (job) => job['status'] !== 'QUEUED' && job['status'] !== 'RUNNING');
    expect(status).toBe('DONE');
    const runs = ok(await world.owner.get<Listed>(`/v1/sweeps/${id}/runs`)).items;
    const heatmap = ok(await world.owner.get<Listed>(`/v1/sweeps/${id}/heatmap`)).items;
    return { summary: withoutNames(summary), runs: withoutNames(runs), heatmap: withoutNames(heatmap) };
  };

  it.each([
    ['the whole grid', [], {}],
    [
      'what constraints leave of it',
      ['--constraint', 'up_threshold_pct < down_threshold_pct'],
      { constraints: ['up_threshold_pct < down_threshold_pct'] },
    ],
    [
      'points at random',
      ['--random', '5', '--seed', '7', '--metric', 'total_return'],
      { random: { runs: 5, seed: 7 }, metric: 'total_return' },
    ],
    ['days that no point was chosen on', ['--walk-forward', '60:30'], { walk_forward: { train_days: 60, test_days: 30 } }],
    [
      'another fill model and costs',
      ['--fill', 'next_open', '--slippage-bps', '5', '--spread-bps', '2'],
      { fill: 'next_open', slippage_bps: '5', spread_bps: '2' },
    ],
  ])('says to the digit what a sweep over HTTP says: %s', async (_what, options, terms) => {
    const { items, heatmap, ...summary } = await vbJson<Swept>([...start, ...grid, ...options]);
    const expected = await overHttp(terms);
    expect(withoutNames(items)).toEqual(expected.runs);
    expect(withoutNames(heatmap)).toEqual(expected.heatmap);
    expect(withoutNames(summary)).toEqual(expected.summary);
    const names = items
      .filter(({ parameters: point }) => (point as Record<string, string>)['sample'] !== 'out')
      .map(({ run_id }) => run_id);
    expect(heatmap.flatMap(({ run_ids }) => run_ids).sort()).toEqual(names.sort());
  });

  it('prints the best points, what to doubt, the heatmap and the test of each window for people', async () => {
    const { code, stdout } = await vb([...start, ...grid, '--walk-forward', '60:30', '--heatmap', 'down_threshold_pct,up_threshold_pct']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+ runs, best first$/m);
    expect(stdout).toMatch(/^edge_of_grid: the best point lies at the end of the range of /m);
    expect(stdout).toMatch(/^window +tested on +in sample +out of sample/m);
    expect(stdout).toMatch(/^sharpe: down_threshold_pct across, up_threshold_pct down$/m);
  });

  it.each([
    [
      'a grid of too many combinations',
      ['--param', 'up_threshold_pct=1:99:0.001'],
      1,
      /at most 10000 points; this one has 98001 \(up_threshold_pct 98001\)/,
    ],
    ['a parameter out of range', ['--param', 'up_threshold_pct=-1,2'], 1, /up_threshold_pct must be a percentage above 0.*received "-1"/],
    [
      'an axis that was not swept',
      [...grid, '--heatmap', 'up_threshold_pct,min_qty'],
      1,
      /y must be one of up_threshold_pct, down_threshold_pct/,
    ],
    ['windows longer than the data', [...grid, '--walk-forward', '365:90'], 1, /shorter than 365 days of training/],
    ['an empty range', [...grid, '--start', '2030-01-01'], 1, /has 2024-01-02 to 2024-06-17/],
  ])('refuses %s before the work and names it', async (_what, options, code, sentence) =>
    expectRefusal(await vb([...start, ...options]), code, sentence),
  );
});
