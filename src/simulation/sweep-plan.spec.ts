import fc from 'fast-check';
import { isAtEdge, planSweep, valuesOf, windowsOf } from './sweep-plan';

const grid = (parameters: Parameters<typeof planSweep>[0]['parameters'], constraints: readonly string[] = []) =>
  planSweep({ parameters, constraints, random: null });

describe('planSweep', () => {
  it('counts in whole steps: no value carries the noise of a sum', () => {
    expect(valuesOf('up_threshold_pct', { from: '0.1', to: '1', step: '0.1' })).toEqual([
      '0.1',
      '0.2',
      '0.3',
      '0.4',
      '0.5',
      '0.6',
      '0.7',
      '0.8',
      '0.9',
      '1',
    ]);
  });

  it('always has both end points, each once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 300 }),
        (from, width, step) => {
          const text = (hundredths: number) => String(hundredths / 100);
          const values = valuesOf('rebalance_ratio', { from: text(from), to: text(from + width), step: text(step) });
          expect([values[0], values.at(-1)]).toEqual([text(from), text(from + width)]);
          expect(new Set(values).size).toBe(values.length);
        },
      ),
    );
  });

  it('runs through the whole grid, the last parameter fastest', () => {
    expect(grid({ up_threshold_pct: { from: '1', to: '2', step: '1' }, price_policy: { values: ['MID', 'LAST'] } })).toEqual([
      { up_threshold_pct: '1', price_policy: 'MID' },
      { up_threshold_pct: '1', price_policy: 'LAST' },
      { up_threshold_pct: '2', price_policy: 'MID' },
      { up_threshold_pct: '2', price_policy: 'LAST' },
    ]);
  });

  it('leaves out what a constraint forbids', () => {
    const points = grid({ up_threshold_pct: { from: '1', to: '3', step: '1' }, down_threshold_pct: { from: '1', to: '3', step: '1' } }, [
      'up_threshold_pct < down_threshold_pct',
      'down_threshold_pct != 2',
    ]);
    expect(points).toEqual([
      { up_threshold_pct: '1', down_threshold_pct: '3' },
      { up_threshold_pct: '2', down_threshold_pct: '3' },
    ]);
  });

  it('searches at random without a point twice, and the same for the same seed', () => {
    const plan = {
      parameters: { up_threshold_pct: { from: '0.1', to: '10', step: '0.1' } },
      constraints: [],
      random: { runs: 40, seed: 7 },
    } as const;
    const points = planSweep(plan);
    expect(new Set(points.map((point) => point['up_threshold_pct'])).size).toBe(40);
    expect(planSweep(plan)).toEqual(points);
    expect(planSweep({ ...plan, random: { runs: 500, seed: 1 } }).length).toBe(100);
  });

  it.each([
    ['a grid of too many combinations', { up_threshold_pct: { from: '0', to: '100', step: '0.001' } }, [], 'at most 10000 points'],
    ['an unknown parameter', { up: { values: ['1'] } }, [], 'parameters.up'],
    ['a range that runs backwards', { up_threshold_pct: { from: '2', to: '1', step: '1' } }, [], 'parameters.up_threshold_pct.to'],
    ['a step of nothing', { up_threshold_pct: { from: '1', to: '2', step: '0' } }, [], 'parameters.up_threshold_pct.step'],
    ['a constraint that is none', { up_threshold_pct: { values: ['1'] } }, ['up_threshold_pct is small'], 'constraints[0]'],
    ['constraints that leave nothing', { up_threshold_pct: { values: ['1'] } }, ['up_threshold_pct > 2'], 'relax'],
  ])('refuses %s and names it', (_what, parameters, constraints, text) => expect(() => grid(parameters, constraints)).toThrow(text));

  it('tells the edge of a grid from its inside', () => {
    const parameters = { up_threshold_pct: { from: '1', to: '3', step: '1' } } as const;
    expect(['1', '2', '3'].map((value) => isAtEdge({ up_threshold_pct: value }, parameters).length)).toEqual([1, 0, 1]);
  });
});

describe('windowsOf', () => {
  it('tests every day after the first training once, on parameters chosen before it', () => {
    const windows = windowsOf('2020-01-01', '2021-12-31', 365, 100);
    expect(windows[0]).toEqual({ train: { start: '2020-01-01', end: '2020-12-30' }, test: { start: '2020-12-31', end: '2021-04-09' } });
    for (const { train, test } of windows) expect(train.end < test.start).toBe(true);
    windows.slice(1).forEach(({ test }, index) => expect(Date.parse(test.start)).toBe(Date.parse(windows[index]!.test.end) + 86_400_000));
    expect(windows.at(-1)!.test.end).toBe('2021-12-31');
  });

  it('refuses windows longer than the data', () => expect(() => windowsOf('2020-01-01', '2020-02-01', 365, 30)).toThrow('shorter windows'));
});
