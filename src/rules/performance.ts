/** Returns and their statistics from a value per trading day. Doubles: these are statistics, no money is stored from them. */
import type { TradingDay } from '../kernel/clock';

/** One value per bar or day, in their order. */
export type Series = Float64Array;

/** The days of a run's bars, prepared once for any number of series over them. */
export interface Timeline {
  readonly bars: number;
  /** The last bar of each trading day. */
  readonly dayEnds: Int32Array;
  /** The calendar day of each bar, counted from 1970-01-01. */
  readonly calendarDays: Int32Array;
}

/** Fractions, not percent; null where there are fewer than 2 daily returns or a divisor is below 1e-12. */
export interface Performance {
  readonly total_return: number | null;
  readonly cagr: number | null;
  readonly volatility: number | null;
  readonly sharpe: number | null;
  /** Zero or negative; over all bars, not only the last of each day. */
  readonly max_drawdown: number | null;
}

export const TRADING_DAYS = 252;
const DAY_MS = 86_400_000;
/** A ratio has no meaning where its divisor is smaller. */
export const SMALLEST_DIVISOR = 1e-12;

/** `days` are the trading days of the bars in ascending order. */
export function timeline(days: readonly TradingDay[]): Timeline {
  const dayEnds: number[] = [];
  days.forEach((day, bar) => {
    if (day !== days[bar + 1]) dayEnds.push(bar);
  });
  return { bars: days.length, dayEnds: Int32Array.from(dayEnds), calendarDays: Int32Array.from(days, (day) => Date.parse(day) / DAY_MS) };
}

/** Returns from each day to the next; null where there are fewer than 2 or one starts from nothing. */
export function returnsOf(dailyValues: Series): Sample | null {
  if (dailyValues.length < 3) return null;
  const returns = new Float64Array(dailyValues.length - 1);
  for (let day = 1; day < dailyValues.length; day++) {
    const before = dailyValues[day - 1] ?? NaN;
    if (Math.abs(before) < SMALLEST_DIVISOR) return null;
    returns[day - 1] = (dailyValues[day] ?? NaN) / before - 1;
  }
  return sampleOf(returns);
}

/** Null instead of NaN, an infinity, or a quotient by less than 1e-12; zero is never negative. */
export function ratio(dividend: number, divisor: number): number | null {
  return Math.abs(divisor) < SMALLEST_DIVISOR ? null : finite(dividend / divisor);
}

export const finite = (value: number): number | null => (Number.isFinite(value) ? value + 0 : null);

export function mean(values: Series): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? NaN;
  return sum / values.length;
}

export interface Moments {
  readonly mean: number;
  /** Over n − 1. */
  readonly variance: number;
}

/** A series with what most figures need of it. */
export interface Sample extends Moments {
  readonly values: Series;
}

export function sampleOf(values: Series): Sample {
  const middle = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const away = (values[i] as number) - middle;
    sum += away * away;
  }
  return { values, mean: middle, variance: sum / (values.length - 1) };
}

/** Sum of the products of both series' deviations from their means, over n − 1. */
export function covariance(a: Sample, b: Sample): number {
  const { values, mean: meanA } = a;
  const { values: others, mean: meanB } = b;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] as number) - meanA) * ((others[i] ?? NaN) - meanB);
  return sum / (values.length - 1);
}

export interface Growth {
  readonly total_return: number | null;
  readonly cagr: number | null;
}

/** Of daily values. */
export const growthOf = (dailyValues: Series): Growth =>
  growthBetween(dailyValues[0] ?? NaN, dailyValues.at(-1) ?? NaN, dailyValues.length - 1);

/** `e_n/e_0 − 1` and `(e_n/e_0)^(252/n) − 1` of the values of the first and the last day, n being the number of returns. */
export function growthBetween(first: number, last: number, n: number): Growth {
  const growth = n < 2 ? null : ratio(last, first);
  if (growth === null) return { total_return: null, cagr: null };
  return { total_return: finite(growth - 1), cagr: finite(growth ** (TRADING_DAYS / n) - 1) };
}

/** What statistics need of a series, so that a run need not keep all of it. */
export interface Course {
  /** The values at the last bar of each trading day. */
  readonly daily: Series;
  /** Over all bars. */
  readonly max_drawdown: number | null;
}

/** What is printed of a benchmark. */
export const performanceOf = ({ daily, max_drawdown }: Course): Performance => ({
  ...growthOf(daily),
  ...riskOf(returnsOf(daily)),
  max_drawdown,
});

/** Yearly volatility and Sharpe ratio (risk-free rate 0) of daily returns. */
export function riskOf(returns: Moments | null): { readonly volatility: number | null; readonly sharpe: number | null } {
  if (returns === null) return { volatility: null, sharpe: null };
  const spread = Math.sqrt(returns.variance);
  const yearly = Math.sqrt(TRADING_DAYS);
  return { volatility: finite(spread * yearly), sharpe: ratio(returns.mean * yearly, spread) };
}
