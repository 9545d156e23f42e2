/** Follows values from bar to bar for the deepest fall from a peak, and for the longest time until they are back at one. */
import { finite, ratio, type Series, SMALLEST_DIVISOR, type Timeline } from './performance';

export interface Drawdown {
  readonly max_drawdown: number | null;
  /** Calendar days, 0 where the series never fell. */
  readonly max_drawdown_days: number;
}

/** Less than this below the peak is the noise of doubles, not a fall. */
const PEAK_NOISE = 1e-14;

export class DrawdownWatch {
  private deepest = 0;
  private longest = 0;
  private peakBar = 0;
  /** The greatest value so far. */
  peak = Number.NaN;
  /** A value of this or more is back at the peak. */
  private back = Number.NaN;
  /** A value of this or more falls no deeper than one before. */
  private floor = Number.NaN;
  private hasFallen = false;

  constructor(
    first: number,
    private readonly calendarDays: Int32Array,
  ) {
    this.setPeak(0, first);
  }

  /** True where the value is back at the peak or above. */
  see(bar: number, value: number): boolean {
    if (value >= this.back) {
      this.rise(bar, value);
      return true;
    }
    this.fall(value);
    return false;
  }

  /** The first `count` values, of the bars from `first` on. */
  seeEach(values: Series, count: number, first = 0): void {
    let { back, floor } = this; // plain variables: a loop over every bar
    for (let index = 0; index < count; index++) {
      const value = values[index] as number;
      if (value < back && value >= floor) this.hasFallen = true;
      else {
        this.see(first + index, value);
        ({ back, floor } = this);
      }
    }
  }

  /** Bars whose least and greatest values these are, all at once; false where one of them is back at the peak and each must be seen. */
  seeAllBelow(least: number, greatest: number): boolean {
    if (!(greatest < this.back)) return false;
    this.fall(least);
    return true;
  }

  /** Bars with values from `low` to `high`, all at once; false where that does not say enough and each must be seen. */
  seeBetween(low: number, high: number): boolean {
    if (!(high < this.back && low >= this.floor)) return false;
    this.hasFallen = true;
    return true;
  }

  /** False where a fall to `low` from a peak of at most `peak` would be no deeper than one before. Below zero the lower peak has the deeper fall. */
  canDeepen(low: number, peak: number): boolean {
    return !(low >= 0 && low >= this.floorUnder(peak));
  }

  /** Whether a return to the peak at `bar` and another at `later` are no longer apart than some before. */
  isNoLonger(bar: number, later: number): boolean {
    return this.daysBetween(bar, later) <= this.longest;
  }

  /** A value that a bar before the latest had. */
  lift(bar: number, value: number): void {
    if (value > this.peak) this.rise(bar, value);
  }

  end(lastBar: number): Drawdown {
    this.close(lastBar);
    return { max_drawdown: finite(this.deepest), max_drawdown_days: this.longest };
  }

  private rise(bar: number, value: number): void {
    this.close(bar);
    this.setPeak(bar, value);
  }

  private setPeak(bar: number, value: number): void {
    this.peakBar = bar;
    this.peak = value;
    this.back = value - Math.abs(value) * PEAK_NOISE;
    this.floor = this.floorUnder(value);
    this.hasFallen = false;
  }

  private fall(value: number): void {
    this.hasFallen = true;
    if (!(value < this.floor)) return;
    this.deepest = Math.min(this.deepest, (ratio(value, this.peak) ?? NaN) - 1);
    this.floor = value;
  }

  /** Under a peak that is no divisor every value counts. */
  private floorUnder(peak: number): number {
    return peak >= SMALLEST_DIVISOR ? peak * (1 + this.deepest) : peak;
  }

  private close(bar: number): void {
    if (this.hasFallen) this.longest = Math.max(this.longest, this.daysBetween(this.peakBar, bar));
  }

  private daysBetween(bar: number, later: number): number {
    return (this.calendarDays[later] ?? 0) - (this.calendarDays[bar] ?? 0);
  }
}

/** Of one value per bar. */
export function drawdownOf(series: Series, { calendarDays }: Timeline): Drawdown {
  const watch = new DrawdownWatch(series[0] ?? 0, calendarDays);
  watch.seeEach(series, series.length);
  return watch.end(series.length - 1);
}
