import { readAxes, readSweepTerms, type SweepFlags } from './sweep-arguments';

const GRID = ['up_threshold_pct=1:4:1', 'price_policy=MID,LAST'];
const read = (flags: Partial<SweepFlags>) => readSweepTerms({ param: GRID, seed: '1', metric: 'sharpe', ...flags });

describe('the arguments of a sweep', () => {
  it('are ranges in steps and lists of values', () =>
    expect(read({ constraint: ['up_threshold_pct > 1'], random: '5', seed: '7', walkForward: '365:90' })).toEqual({
      parameters: { up_threshold_pct: { from: '1', to: '4', step: '1' }, price_policy: { values: ['MID', 'LAST'] } },
      constraints: ['up_threshold_pct > 1'],
      random: { runs: 5, seed: 7 },
      metric: 'sharpe',
      walk_forward: { train_days: 365, test_days: 90 },
    }));

  it('ask for the whole grid on the whole data where nothing is said', () => {
    expect(Object.keys(read({}))).toEqual(['parameters', 'metric']);
    expect(readAxes({ param: GRID, seed: '1', metric: 'sharpe' })).toEqual({});
  });

  it.each([
    ['a range without a step', { param: ['up_threshold_pct=1:5'] }, '--param must be name=from:to:step'],
    ['a parameter without values', { param: ['up_threshold_pct'] }, '--param must be name=from:to:step'],
    ['a range of four numbers', { param: ['up_threshold_pct=1:5:1:2'] }, '--param must be name=from:to:step'],
    ['a parameter twice', { param: [...GRID, 'up_threshold_pct=9'] }, 'up_threshold_pct was given before'],
    ['too many runs', { random: '10001' }, '--random must be a whole number from 1 to 10000; received "10001"'],
    ['no runs', { random: '0' }, '--random must be'],
    ['a seed that is none', { random: '5', seed: 'lucky' }, '--seed must be a whole number'],
    ['one window', { walkForward: '365' }, '--walk-forward must be a whole number'],
    ['three windows', { walkForward: '365:90:30' }, '--walk-forward must be two numbers of days'],
    ['a window of no days', { walkForward: '365:0' }, '--walk-forward must be a whole number from 1'],
  ])('refuse %s and name the option', (_what, flags, sentence) => expect(() => read(flags)).toThrow(sentence));

  it.each(['up_threshold_pct', 'a,b,c', ',b'])('refuse a heatmap of other than two parameters: %s', (heatmap) =>
    expect(() => readAxes({ param: GRID, seed: '1', metric: 'sharpe', heatmap })).toThrow('--heatmap must be two parameters'),
  );
});
