import { drawdownOf, performanceOf, ratio, returnsOf, type Series, timeline } from './performance';

const series = (...values: number[]): Series => Float64Array.from(values);
const days = ['2026-01-02', '2026-01-05', '2026-01-06', '2026-01-07', '2026-01-12', '2026-01-13'];
const drawdown = (...values: number[]) => drawdownOf(series(...values), timeline(days.slice(0, values.length)));

describe('performance', () => {
  it('counts the last bar of each trading day', () => {
    const line = timeline(['2026-01-02', '2026-01-02', '2026-01-05', '2026-01-05', '2026-01-06']);
    const { total_return, cagr } = performanceOf(series(50, 100, 400, 110, 121), line);
    expect(total_return).toBeCloseTo(0.21, 12);
    expect(cagr).toBeCloseTo(1.1 ** 252 - 1, 0);
  });

  it('annualises 252 days and takes the deviation of a sample', () => {
    const { volatility, sharpe } = performanceOf(series(100, 110, 99), timeline(days.slice(0, 3)));
    expect(volatility).toBeCloseTo(Math.sqrt(0.02) * Math.sqrt(252), 12);
    expect(sharpe).toBeCloseTo(0, 12);
  });

  it('says nothing about returns of which there are fewer than 2', () => {
    const none = { total_return: null, cagr: null, volatility: null, sharpe: null };
    expect(performanceOf(series(100, 90), timeline(days.slice(0, 2)))).toMatchObject({ ...none, max_drawdown: expect.closeTo(-0.1, 12) });
    expect(performanceOf(series(100), timeline(days.slice(0, 1)))).toEqual({ ...none, max_drawdown: 0 });
  });

  it('gives null, never NaN or Infinity, where there is nothing to divide by', () => {
    expect(performanceOf(series(100, 100, 100), timeline(days.slice(0, 3)))).toEqual({
      total_return: 0,
      cagr: 0,
      volatility: 0,
      sharpe: null,
      max_drawdown: 0,
    });
    const fromNothing = performanceOf(series(0, 0, 100), timeline(days.slice(0, 3)));
    expect(fromNothing).toMatchObject({ total_return: null, cagr: null, volatility: null, sharpe: null });
    expect(returnsOf(series(100, 0, 100))).toBeNull();
    expect(ratio(1, 1e-13)).toBeNull();
    expect(ratio(1e-12, 1e-12)).toBe(1);
    expect(ratio(Infinity, 1)).toBeNull();
    expect(ratio(-0, 1)).toBe(0);
  });
});

describe('a drawdown', () => {
  it('is the deepest fall from the highest value so far', () => expect(drawdown(100, 80, 120, 90, 60).max_drawdown).toBe(-0.5));

  it('lasts in calendar days from its peak until the value is back, that day included', () => {
    expect(drawdown(100, 90, 95, 99, 100).max_drawdown_days).toBe(10);
    expect(drawdown(100, 90, 100, 99, 101).max_drawdown_days).toBe(6);
  });

  it('lasts to the last day where the value never comes back', () => expect(drawdown(100, 120, 90, 95, 96, 119).max_drawdown_days).toBe(8));

  it('starts at the last of equal peaks', () => expect(drawdown(100, 100, 90).max_drawdown_days).toBe(1));

  it('is none, and lasts no day, where the value never fell', () => {
    expect(drawdown(100, 100, 101, 101, 130)).toEqual({ max_drawdown: 0, max_drawdown_days: 0 });
    expect(drawdown(0.1 + 0.2, 0.3)).toEqual({ max_drawdown: 0, max_drawdown_days: 0 });
  });
});
