import { drawdownOf } from './drawdown';
import { timeline } from './performance';

const days = ['2026-01-02', '2026-01-05', '2026-01-06', '2026-01-07', '2026-01-12', '2026-01-13'];
const drawdown = (...values: number[]) => drawdownOf(Float64Array.from(values), timeline(days.slice(0, values.length)));

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

  it('has no depth where it starts from nothing', () => expect(drawdown(0, -5, 100, 90).max_drawdown).toBeNull());

  it('may lose more than all', () => expect(drawdown(100, -50, -60, 10).max_drawdown).toBe(-1.6));
});
