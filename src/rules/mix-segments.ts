/** Quiet stretches of bars, prepared so that what a constant mix gains over one of them is a polynomial. */
import type { PriceHistory } from './benchmarks';
import type { Series } from './performance';
import { alternating, sumPowers, TERMS } from './power-sums';
import { returnAt } from './share-returns';

/** A bar with a larger return belongs to no segment; a segment is for mixes that no bar moves by more. */
const SMALL_MOVE = 1 / 64;
const LONGEST = 512;
/** Fewer bars are followed one by one. */
const SHORTEST = 32;

/**
 * A mix with the stock fraction x grows over a segment by the product of all 1 + xb, whose logarithm is
 * xΣb − x²Σb²/2 + x³Σb³/3 − …; where |xb| ≤ 1/64, what is left out after nine terms is below 2^-60/9 for each bar, 1e-13 for a million.
 */
export interface MixSegments {
  readonly count: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** The greatest |b|. */
  readonly widest: Series;
  /** The least and the greatest sum of the returns up to one of its bars. */
  readonly lowest: Series;
  readonly highest: Series;
  /** Of each segment Σb, Σb²/2, Σb³/3, … */
  readonly sums: Series;
}

const known = new WeakMap<PriceHistory, MixSegments>();

/** Prepared once for any number of runs over the same history. */
export function segmentsFor(history: PriceHistory): MixSegments {
  const segments = known.get(history) ?? segmentsOf(history);
  known.set(history, segments);
  return segments;
}

function segmentsOf(history: PriceHistory): MixSegments {
  const { from, to } = cut(history);
  const count = from.length;
  const series = (): Series => new Float64Array(count);
  const segments = { count, from, to, widest: series(), lowest: series(), highest: series(), sums: new Float64Array(count * TERMS) };
  const returns = new Float64Array(LONGEST);
  for (let segment = 0; segment < count; segment++) measure(segments, segment, history.closes, returns);
  return segments;
}

/** At actions and large moves, after the first day. */
function cut({ closes, timeline: { dayEnds }, actionsBefore }: PriceHistory): { readonly from: Int32Array; readonly to: Int32Array } {
  const [from, to]: [number[], number[]] = [[], []];
  const actionBars = [...actionsBefore.keys()];
  let step = 0;
  let first = (dayEnds[0] as number) + 1;
  for (let bar = first; bar < closes.length; bar++) {
    while ((actionBars[step] ?? bar) < bar) step++;
    const isQuiet = bar !== actionBars[step] && Math.abs(returnAt(closes, bar)) <= SMALL_MOVE;
    const end = isQuiet ? bar + 1 : bar;
    if (isQuiet && bar < closes.length - 1 && end - first < LONGEST) continue;
    if (end - first >= SHORTEST) {
      from.push(first);
      to.push(end);
    }
    first = bar + 1;
  }
  return { from: Int32Array.from(from), to: Int32Array.from(to) };
}

function measure({ from, to, widest, lowest, highest, sums }: MixSegments, segment: number, closes: Series, returns: Series): void {
  const first = from[segment] as number;
  const count = (to[segment] as number) - first;
  let [sum, low, high, wide] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let index = 0; index < count; index++) {
    const b = returnAt(closes, first + index);
    returns[index] = b;
    sum += b;
    if (sum < low) low = sum;
    if (sum > high) high = sum;
    wide = Math.max(wide, Math.abs(b));
  }
  sumPowers(returns, count, sums, segment * TERMS);
  for (let term = 1; term < TERMS; term++) sums[segment * TERMS + term] = (sums[segment * TERMS + term] as number) / (term + 1);
  lowest[segment] = low;
  highest[segment] = high;
  widest[segment] = wide;
}

/** Whether the mix moves little enough for the polynomial. */
export const isQuietFor = ({ widest }: MixSegments, segment: number, exposure: number): boolean =>
  Math.abs(exposure) * (widest[segment] as number) <= SMALL_MOVE;

/** By what a value is multiplied over the segment. */
export const growthOver = ({ sums }: MixSegments, segment: number, exposure: number): number =>
  Math.exp(exposure * alternating(sums, segment * TERMS, exposure));

/** No bar of the segment is above so many times the value before it: ln(1 + u) ≤ u, and e^t ≤ 1 + t + t² for t ≤ 1. */
export function ceilingOver({ lowest, highest }: MixSegments, segment: number, exposure: number): number {
  const t = exposure * ((exposure < 0 ? lowest : highest)[segment] as number);
  return t > 1 ? Number.POSITIVE_INFINITY : 1 + t + t * t;
}

/** No bar of the segment is below so many times the value before it: ln(1 + u) ≥ u − 0.52u² for |u| ≤ 1/64, and e^t ≥ 1 + t. */
export function floorOver({ lowest, highest, sums }: MixSegments, segment: number, exposure: number): number {
  const halfSquares = sums[segment * TERMS + 1] as number;
  return 1 + exposure * ((exposure < 0 ? highest : lowest)[segment] as number) - 1.04 * exposure * exposure * halfSquares;
}
