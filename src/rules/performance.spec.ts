import { performanceOf, ratio, returnsOf, type Series, timeline } from './performance';

const series = (...values: number[]): Series => Float64Array.from(values);
const course = (...values: number[]) => ({ daily: series(...values), max_drawdown: -0.1 });

describe('performance', () => {
  it('finds the last bar of each trading day', () => {
    const days = ['2026-01-02', '2026-01-02', '2026-01-05', '2026-01-05', '2026-01-06'];
    const { bars, dayEnds, calendarDays } = timeline(days);
    expect([bars, [...dayEnds], [...calendarDays].map((day) => day - 20_455)]).toEqual([5, [1, 3, 4], [0, 0, 3, 3, 4]]);
  });

  it('tells the growth of daily values', () => {
    const { total_return, cagr } = performanceOf(course(100, 110, 121));
    expect(total_return).toBeCloseTo(0.21, 12);
    expect(cagr).toBeCloseTo(1.1 ** 252 - 1, 0);
  });

  it('annualises 252 days and takes the deviation of a sample', () => {
    const { volatility, sharpe } = performanceOf(course(100, 110, 99));
    expect(volatility).toBeCloseTo(Math.sqrt(0.02) * Math.sqrt(252), 12);
    expect(sharpe).toBeCloseTo(0, 12);
  });

  it('says nothing about returns of which there are fewer than 2', () => {
    const none = { total_return: null, cagr: null, volatility: null, sharpe: null, max_drawdown: -0.1 };
    expect(performanceOf(course(100, 90))).toEqual(none);
    expect(performanceOf(course(100))).toEqual(none);
  });

  it('gives null, never NaN or Infinity, where there is nothing to divide by', () => {
    expect(performanceOf(course(100, 100, 100))).toEqual({
      total_return: 0,
      cagr: 0,
      volatility: 0,
      sharpe: null,
      max_drawdown: -0.1,
    });
    const fromNothing = performanceOf(course(0, 0, 100));
    expect(fromNothing).toMatchObject({ total_return: null, cagr: null, volatility: null, sharpe: null });
    expect(returnsOf(series(100, 0, 100))).toBeNull();
    expect(ratio(1, 1e-13)).toBeNull();
    expect(ratio(1e-12, 1e-12)).toBe(1);
    expect(ratio(Infinity, 1)).toBeNull();
    expect(ratio(-0, 1)).toBe(0);
  });
});
