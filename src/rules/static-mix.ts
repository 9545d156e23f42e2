/** What a constant mix of stock and cash becomes: quiet segments of bars at once, the rest bar by bar. */
import { type Amount, toNumber } from '../kernel/amount';
import type { PriceHistory } from './benchmarks';
import { DrawdownWatch } from './drawdown';
import { mixMoments } from './mix-returns';
import { ceilingOver, floorOver, growthOver, isQuietFor, type MixSegments, segmentsFor } from './mix-segments';
import { growthBetween, type Moments, type Performance, returnsOf, riskOf, type Series, SMALLEST_DIVISOR } from './performance';
import { returnOver, returnWithActions } from './share-returns';

/** Bars that are followed at once: what fits into the nearest memory. */
const PIECE = 1_024;

/**
 * What becomes of `start` held at the constant stock fraction `exposure`: `e_i = e_(i−1)(1 + exposure·b_i)`, b_i the return of one
 * share over the bar, splits and net dividends included; no rounding, no costs.
 */
export function staticMix(history: PriceHistory, start: number, exposure: number, withholdingTaxPct: Amount): Performance {
  const kept = 1 - toNumber(withholdingTaxPct) / 100;
  const { first, last, least, max_drawdown } = new Mix(history, segmentsFor(history), start, exposure, kept).run();
  const isUsual = exposure >= 0 && exposure <= 1 && least >= SMALLEST_DIVISOR;
  const moments = isUsual ? mixMoments(history, exposure, kept) : momentsByDay(history, start, exposure, kept);
  return { ...growthBetween(first, last, history.timeline.dayEnds.length - 1), ...riskOf(moments), max_drawdown };
}

/** With debt or a short holding, and of values about zero. */
function momentsByDay(history: PriceHistory, start: number, exposure: number, kept: number): Moments | null {
  let value = start;
  let bar = 0;
  const daily = Float64Array.from(history.timeline.dayEnds, (end) => {
    for (; bar <= end; bar++) value *= 1 + exposure * returnOver(history, bar, kept);
    return value;
  });
  return returnsOf(daily);
}

interface MixCourse {
  /** Values at the end of the first and of the last day. */
  readonly first: number;
  readonly last: number;
  /** No value is below it. */
  readonly least: number;
  readonly max_drawdown: number | null;
}

class Mix {
  private readonly watch: DrawdownWatch;
  private readonly actionBars: readonly number[];
  private readonly piece = new Float64Array(PIECE);
  private readonly other = new Float64Array(PIECE);
  private step = 0;
  /** By segment: the value before it, and what none of its values is above. */
  private readonly before: Series;
  private readonly ceiling: Series;
  /** Segments from here on may hold a value above the known peak. They are looked into only when a fall depends on it. */
  private unseenFrom = 0;
  /** What no value so far is above, and none is below. */
  private highest: number;
  private lowest: number;

  constructor(
    private readonly history: PriceHistory,
    private readonly segments: MixSegments,
    private value: number,
    private readonly exposure: number,
    private readonly kept: number,
  ) {
    this.watch = new DrawdownWatch(value, history.timeline.calendarDays);
    this.actionBars = [...history.actionsBefore.keys()];
    this.before = new Float64Array(segments.count);
    this.ceiling = new Float64Array(segments.count).fill(Number.NEGATIVE_INFINITY);
    this.highest = value;
    this.lowest = value;
  }

  run(): MixCourse {
    const { segments, history } = this;
    const bars = history.closes.length;
    let bar = (history.timeline.dayEnds[0] as number) + 1;
    this.follow(0, bar, 0);
    const first = this.value;
    for (let segment = 0; segment < segments.count; segment++) {
      const from = segments.from[segment] as number;
      const to = segments.to[segment] as number;
      if (bar < from) this.follow(bar, from, segment);
      if (this.value > 0 && isQuietFor(segments, segment, this.exposure)) this.pass(segment, from, to);
      else this.follow(from, to, segment);
      bar = to;
    }
    this.follow(bar, bars, segments.count);
    return { first, last: this.value, least: this.lowest, max_drawdown: this.watch.end(bars - 1).max_drawdown };
  }

  /** A quiet segment at once. */
  private pass(segment: number, from: number, to: number): void {
    const { segments, value, exposure } = this;
    const ceiling = value * ceilingOver(segments, segment, exposure);
    const after = value * growthOver(segments, segment, exposure);
    this.before[segment] = value;
    this.ceiling[segment] = ceiling;
    const floor = value * floorOver(segments, segment, exposure);
    if (floor < this.lowest) this.lowest = floor;
    if (this.mayFall(floor, ceiling, segment)) {
      this.fill(this.piece, from, to, value);
      this.seeEach(to - from, from);
      this.ceiling[segment] = this.watch.peak;
    }
    this.watch.lift(to - 1, after);
    this.value = after;
  }

  /** Bar by bar, from the value before on; `segment` is the next one. */
  private follow(first: number, last: number, segment: number): void {
    const { actionBars, piece } = this;
    for (let from = first, to = first; from < last; from = to) {
      const next = actionBars[this.step] ?? last;
      to = next === from ? from + 1 : Math.min(from + PIECE, next, last);
      if (next === from) this.act(from);
      else this.fill(piece, from, to, this.value);
      if (next === from) this.step++;
      this.seePiece(to - from, from, segment);
      this.value = piece[to - from - 1] as number;
    }
  }

  private seePiece(count: number, first: number, segment: number): void {
    let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let index = 0; index < count; index++) {
      const value = this.piece[index] as number;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    if (least < this.lowest) this.lowest = least;
    if (this.mayFall(least, greatest, segment)) this.seeEach(count, first);
    else this.watch.lift(first, greatest);
  }

  private seeEach(count: number, first: number): void {
    this.watch.seeEach(this.piece, count, first);
    this.highest = this.watch.peak;
  }

  /** Whether values from `floor` to `ceiling` may be the deepest fall; then the peak before them is known. */
  private mayFall(floor: number, ceiling: number, segment: number): boolean {
    const { watch } = this;
    this.highest = Math.max(this.highest, ceiling);
    if (!watch.canDeepen(floor, this.highest)) return false;
    this.findPeak(segment);
    this.highest = Math.max(watch.peak, ceiling);
    return watch.canDeepen(floor, this.highest);
  }

  private findPeak(segment: number): void {
    const { watch, ceiling, segments, other } = this;
    for (let unseen = segment - 1; unseen >= this.unseenFrom; unseen--) {
      if (!((ceiling[unseen] as number) > watch.peak)) continue;
      const from = segments.from[unseen] as number;
      const to = segments.to[unseen] as number;
      this.fill(other, from, to, this.before[unseen] as number);
      for (let index = 0; index < to - from; index++) watch.lift(from, other[index] as number);
    }
    this.unseenFrom = segment;
  }

  /** Values of bars without an action, from the value before them on. */
  private fill(piece: Series, from: number, to: number, start: number): void {
    const { exposure } = this;
    const { closes } = this.history;
    let value = start;
    let before = closes[Math.max(0, from - 1)] as number;
    for (let bar = from; bar < to; bar++) {
      const close = closes[bar] as number;
      value *= 1 + exposure * (close / before - 1);
      before = close;
      piece[bar - from] = value;
    }
  }

  private act(bar: number): void {
    this.piece[0] = this.value * (1 + this.exposure * returnWithActions(this.history, bar, this.kept));
  }
}
