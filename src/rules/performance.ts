/** Returns and their statistics from a series of values, one per bar. Doubles: these are statistics, no money is stored from them. */
import type { TradingDay } from '../kernel/clock';

/** One value per bar, in the order of the bars. */
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

export interface Drawdown {
  readonly max_drawdown: number | null;
  /** Calendar days, 0 where the series never fell. */
  readonly max_drawdown_days: number;
}

export const TRADING_DAYS = 252;
const DAY_MS = 86_400_000;
/** A ratio has no meaning where its divisor is smaller. */
export const SMALLEST_DIVISOR = 1e-12;
/** Less than this below the peak is the noise of doubles, not a fall. */
const PEAK_NOISE = 1e-14;

/** `days` are the trading days of the bars in ascending order. */
export function timeline(days: readonly TradingDay[]): Timeline {
  const dayEnds: number[] = [];
  days.forEach((day, bar) => {
    if (day !== days[bar + 1]) dayEnds.push(bar);
  });
  return { bars: days.length, dayEnds: Int32Array.from(dayEnds), calendarDays: Int32Array.from(days, (day) => Date.parse(day) / DAY_MS) };
}

/** The values at the last bar of each trading day. */
export function daily(series: Series, { bars, dayEnds }: Timeline): Series {
  if (dayEnds.length === bars) return series;
  const values = new Float64Array(dayEnds.length);
  for (let day = 0; day < values.length; day++) values[day] = series[dayEnds[day] ?? 0] ?? NaN;
  return values;
}

/** Returns from each day to the next; null where there are fewer than 2 or one starts from nothing. */
export function returnsOf(dailyValues: Series): Series | null {
  if (dailyValues.length < 3) return null;
  const returns = new Float64Array(dailyValues.length - 1);
  for (let day = 1; day < dailyValues.length; day++) {
    const before = dailyValues[day - 1] ?? NaN;
    if (Math.abs(before) < SMALLEST_DIVISOR) return null;
    returns[day - 1] = (dailyValues[day] ?? NaN) / before - 1;
  }
  return returns;
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

/** Sum of the products of both series' deviations from their means, over n − 1. */
export function covariance(a: Series, b: Series): number {
  const meanA = mean(a);
  const meanB = mean(b);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? NaN) - meanA) * ((b[i] ?? NaN) - meanB);
  return sum / (a.length - 1);
}

/** Sample standard deviation, over n − 1. */
export const deviation = (values: Series): number => Math.sqrt(covariance(values, values));

/** `e_n/e_0 − 1` and `(e_n/e_0)^(252/n) − 1` of daily values, n being the number of returns. */
export function growthOf(dailyValues: Series): { readonly total_return: number | null; readonly cagr: number | null } {
  const n = dailyValues.length - 1;
  const growth = n < 2 ? null : ratio(dailyValues[n] ?? NaN, dailyValues[0] ?? NaN);
  if (growth === null) return { total_return: null, cagr: null };
  return { total_return: finite(growth - 1), cagr: finite(growth ** (TRADING_DAYS / n) - 1) };
}

/** Follows values bar by bar: the deepest fall from a peak, and the longest time from a peak until the values are back at it. */
export class DrawdownWatch {
  private deepest = 0;
  private longest = 0;
  private peakBar = 0;
  private peak: number;
  private trough: number;
  /** A value of this or more is back at the peak. */
  private back: number;

  constructor(
    first: number,
    private readonly calendarDays: Int32Array,
  ) {
    this.peak = first;
    this.trough = first;
    this.back = first - Math.abs(first) * PEAK_NOISE;
  }

  see(bar: number, value: number): void {
    if (value >= this.back) this.rise(bar, value);
    else if (value < this.trough) this.trough = value;
  }

  /** The first `count` values, of the bars from `first` on. */
  seeEach(values: Series, count: number, first = 0): void {
    let { back, trough } = this; // plain variables: a loop over every bar
    for (let index = 0; index < count; index++) {
      const value = values[index] as number;
      if (value >= back) {
        this.trough = trough;
        this.rise(first + index, value);
        ({ back, trough } = this);
      } else if (value < trough) trough = value;
    }
    this.trough = trough;
  }

  /** Bars whose least and greatest values these are, all at once; false where one of them is back at the peak and each must be seen. */
  seeAllBelow(least: number, greatest: number): boolean {
    if (!(greatest < this.back)) return false;
    if (least < this.trough) this.trough = least;
    return true;
  }

  end(lastBar: number): Drawdown {
    this.close(lastBar);
    return { max_drawdown: finite(this.deepest), max_drawdown_days: this.longest };
  }

  private rise(bar: number, value: number): void {
    this.close(bar);
    this.peakBar = bar;
    this.peak = value;
    this.trough = value;
    this.back = value - Math.abs(value) * PEAK_NOISE;
  }

  private close(bar: number): void {
    if (this.trough === this.peak) return;
    this.deepest = Math.min(this.deepest, (ratio(this.trough, this.peak) ?? NaN) - 1);
    this.longest = Math.max(this.longest, (this.calendarDays[bar] ?? 0) - (this.calendarDays[this.peakBar] ?? 0));
  }
}

/** What statistics need of a series, so that a run need not keep all of it. */
export interface Course {
  /** The values at the last bar of each trading day. */
  readonly daily: Series;
  /** Over all bars. */
  readonly drawdown: Drawdown;
}

export const courseOf = (series: Series, line: Timeline): Course => ({ daily: daily(series, line), drawdown: drawdownOf(series, line) });

export function drawdownOf(series: Series, { calendarDays }: Timeline): Drawdown {
  const watch = new DrawdownWatch(series[0] ?? 0, calendarDays);
  watch.seeEach(series, series.length);
  return watch.end(series.length - 1);
}

export const performanceOf = (series: Series, line: Timeline): Performance => performanceOfCourse(courseOf(series, line));

/** What is printed of a benchmark. */
export const performanceOfCourse = ({ daily: values, drawdown }: Course): Performance => ({
  ...growthOf(values),
  ...riskOf(returnsOf(values)),
  max_drawdown: drawdown.max_drawdown,
});

/** Yearly volatility and Sharpe ratio (risk-free rate 0) of daily returns. */
export function riskOf(returns: Series | null): { readonly volatility: number | null; readonly sharpe: number | null } {
  if (returns === null) return { volatility: null, sharpe: null };
  const spread = deviation(returns);
  const yearly = Math.sqrt(TRADING_DAYS);
  return { volatility: finite(spread * yearly), sharpe: ratio(mean(returns) * yearly, spread) };
}
