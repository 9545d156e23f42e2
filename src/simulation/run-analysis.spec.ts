import fc from 'fast-check';
import { PublishedCalendar } from '../market-data/published-calendar';
import { drawdownPeriods, METRIC_DEFINITIONS, monthlyReturns, reasonCounts, runWarnings } from './run-analysis';
import { tiny, type TinyRun } from './simulation.spec-support';
import { readTape } from './tape-reader';
import type { Tape } from './tape';

const tapeOn = (...days: readonly string[]): Tape =>
  readTape(`date,open,high,low,close,volume\n${days.map((day) => `${day},1,1,1,1,`).join('\n')}\n`, 'x', new PublishedCalendar(), 'XNYS');

const dayAfter = (days: number): string => new Date(Date.parse('2024-01-01') + days * 86_400_000).toISOString().slice(0, 10);

describe('drawdown periods', () => {
  it('go from a peak to the bar that is back at it, the deepest first; the last may be open', () => {
    const tape = tapeOn('2024-03-01', '2024-03-04', '2024-03-05', '2024-03-08', '2024-03-11', '2024-03-12', '2024-03-13', '2024-03-15');
    const equity = Float64Array.of(100, 90, 80, 100, 110, 99, 104.5, 77);
    expect(drawdownPeriods(equity, tape)).toEqual([
      { peak: '2024-03-11', trough: '2024-03-15', recovered: null, depth: expect.closeTo(-0.3, 12), days: 4 },
      { peak: '2024-03-01', trough: '2024-03-05', recovered: '2024-03-08', depth: expect.closeTo(-0.2, 12), days: 7 },
    ]);
  });

  it('are none where equity never falls', () =>
    expect(drawdownPeriods(Float64Array.of(1, 1, 2), tapeOn('2024-03-01', '2024-03-04', '2024-03-05'))).toEqual([]));

  it('have the deepest and the longest of the metrics among them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 5, max: 2_000 }), { minLength: 3, maxLength: 60 }), (cents) => {
        const { run, result } = tiny({ bars: cents.map((cent, day) => `${dayAfter(day)} ${(cent / 100).toFixed(2)}`), cash: '0' });
        const periods = drawdownPeriods(run.curve.equity, run.data.tape);
        expect(periods[0]?.depth ?? 0).toBeCloseTo(result.metrics.max_drawdown ?? 0, 12);
        const longest = Math.max(0, ...periods.map(({ days }) => days));
        if (periods.length < 20) expect(longest).toBe(result.metrics.max_drawdown_days);
      }),
    );
  });
});

describe('the monthly table', () => {
  it('has each month from the end of the month before, the first from the first bar', () => {
    const tape = tapeOn('2024-01-15', '2024-01-31', '2024-02-01', '2024-02-29', '2024-04-30');
    expect(monthlyReturns(Float64Array.of(100, 110, 50, 99, 198), tape)).toEqual([
      { month: '2024-01', total_return: expect.closeTo(0.1, 12), equity: 110 },
      { month: '2024-02', total_return: expect.closeTo(-0.1, 12), equity: 99 },
      { month: '2024-04', total_return: expect.closeTo(1, 12), equity: 198 },
    ]);
  });

  it('multiplies to the total return', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 50, max: 2_000 }), { minLength: 2, maxLength: 100 }), (cents) => {
        const { run, result } = tiny({ bars: cents.map((cent, day) => `${dayAfter(day)} ${(cent / 100).toFixed(2)}`) });
        const months = monthlyReturns(run.curve.equity, run.data.tape);
        const growth = months.reduce((product, { total_return }) => product * (1 + (total_return ?? 0)), 1);
        expect(growth - 1).toBeCloseTo(Number(result.equity) / Number(run.curve.equity[0]) - 1, 9);
      }),
    );
  });
});

describe('skip reasons', () => {
  it('are counted by the guardrail that bound', () => {
    const bars = ['2024-03-01 100', '2024-03-04 104', '2024-03-05 104', '2024-03-06 101'];
    const { run } = tiny({ bars, config: { min_stock_pct: '99' } });
    expect(reasonCounts(run)).toEqual({ NO_TRIGGER: 1, 'GUARDRAIL:min_stock_pct': 2 });
  });
});

describe('warnings', () => {
  const codes = (terms: TinyRun): readonly string[] => {
    const { run, result } = tiny(terms);
    return runWarnings(run, result).map(({ code }) => code);
  };
  const text = (terms: TinyRun, code: string): string | undefined => {
    const { run, result } = tiny(terms);
    return runWarnings(run, result).find((warning) => warning.code === code)?.text;
  };
  /** Up and down by 5 %, every day of the week: each bar trades. */
  const swinging = (bars: number): readonly string[] =>
    Array.from({ length: bars }, (_, day) => `${dayAfter(day)} ${day % 2 ? '105' : '100'}`);
  const CALM: TinyRun = { bars: swinging(40), config: { commission_rate: '0' } };

  it('are none for a run that traded often on whole data and beat both benchmarks', () => expect(codes(CALM)).toEqual([]));

  it.each([
    ['benchmark_lost', { bars: ['2024-03-01 100', '2024-03-04 150', '2024-03-05 200'] }, 'buy_and_hold made 100.00 %, this run 47.48 %'],
    ['too_few_trades', { ...CALM, bars: swinging(30) }, '29 trades say little; 30 or more would say something'],
    ['stale_bars', { bars: [1, 2, 3, 4, 5].map((day) => `${dayAfter(day)} 100`) }, '5 bars in a row close at one price, until 2024-01-06'],
    ['missing_bars', { bars: ['2024-03-01 100', '2024-03-11 101'] }, 'no bar for 10 days before 2024-03-11'],
    ['unfilled_orders', { bars: ['2024-03-01 100', '2024-03-04 104'], fill: 'next_open' }, '1 orders ended without a fill'],
    [
      'held_back',
      { bars: ['2024-03-01 100', '2024-03-04 104'], config: { min_stock_pct: '99' } },
      '100.00 % of the triggers did not trade; see the reasons',
    ],
  ] as const)('say %s', (code, terms, sentence) => expect(text(terms, code)).toBe(sentence));

  it.each([
    ['stale_bars', { bars: [1, 2, 3, 4].map((day) => `${dayAfter(day)} 100`) }],
    ['missing_bars', { bars: ['2024-03-01 100', '2024-03-08 101'] }],
    ['unfilled_orders', { bars: ['2024-03-01 100', '2024-03-04 101'], fill: 'next_open' }],
  ] as const)('do not say %s where nothing is wrong', (code, terms) => expect(codes(terms)).not.toContain(code));
});

it('every metric that is printed has its definition', () => {
  const { result } = tiny({ bars: ['2024-03-01 100'] });
  for (const name of [...Object.keys(result.metrics), ...Object.keys(result.benchmarks)]) expect(METRIC_DEFINITIONS).toHaveProperty(name);
});
