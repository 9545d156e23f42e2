/** Mean and variance of the daily returns of a constant mix: polynomials of its stock fraction instead of a pass over the days. */
import type { PriceHistory } from './benchmarks';
import type { Moments, Series } from './performance';
import { returnAt, returnOver } from './share-returns';

/** Powers of the stock fraction that are kept of a day's return. */
const TERMS = 16;
/** Of a day, the greatest sum of the returns, and of their squares. */
const LARGEST_SUM = 3 / 32;
const LARGEST_SQUARES = 1 / 256;

/**
 * Over a day a mix with the stock fraction x returns f(x) − 1, f(x) = Π(1 + xb) with the return b of one share over each bar. Over TERMS
 * bars this polynomial has no more powers. Of more bars, the coefficient of x^k is at most max|f|/8^k for |x| = 8 (Cauchy), and since
 * |ln(1 + u) − u| ≤ |u|² up to 1/2, max|f| ≤ e^q with q = 8|Σb| + 64Σb². Where Σb² ≤ 1/256, each |8b| is at most 1/2, and where
 * |Σb| ≤ 3/32 besides, q ≤ 1: what is left out for x up to 1 is below 2e-15.
 */
interface DailyReturns {
  readonly days: number;
  /** By power of x: of the mean return, and of the sum of the squared distances from it. */
  readonly mean: Series;
  readonly squares: Series;
  /** Days with actions or with larger moves are followed bar by bar. */
  readonly apart: readonly DayBars[];
}

interface DayBars {
  readonly from: number;
  readonly to: number;
}

const known = new WeakMap<PriceHistory, DailyReturns>();

/** Prepared once for any number of mixes over the same history. */
function dailyReturnsFor(history: PriceHistory): DailyReturns {
  const returns = known.get(history) ?? dailyReturnsOf(history);
  known.set(history, returns);
  return returns;
}

function dailyReturnsOf({ closes, timeline: { dayEnds }, actionsBefore }: PriceHistory): DailyReturns {
  const apart: DayBars[] = [];
  const sums = new PolynomialMoments();
  const actionBars = [...actionsBefore.keys()];
  const day = new DayPolynomial();
  let step = 0;
  for (let index = 1; index < dayEnds.length; index++) {
    const [from, to] = [(dayEnds[index - 1] as number) + 1, (dayEnds[index] as number) + 1];
    let hasAction = false;
    for (; (actionBars[step] ?? to) < to; step++) hasAction ||= (actionBars[step] as number) >= from;
    if (!hasAction && day.read(closes, from, to)) sums.add(day);
    else apart.push({ from, to });
  }
  return { days: sums.count, mean: sums.mean, squares: sums.squares, apart };
}

class DayPolynomial {
  /** By power of x. */
  readonly coefficients = new Float64Array(TERMS + 1);
  degree = 0;

  /** False where the powers that are kept do not say enough. */
  read(closes: Series, from: number, to: number): boolean {
    const { coefficients } = this;
    coefficients.fill(0);
    this.degree = Math.min(TERMS, to - from);
    let [sum, squares] = [0, 0];
    for (let bar = from; bar < to; bar++) {
      const b = returnAt(closes, bar);
      for (let power = Math.min(TERMS, bar - from + 1); power > 1; power--) {
        coefficients[power] = (coefficients[power] as number) + b * (coefficients[power - 1] as number);
      }
      coefficients[1] = (coefficients[1] as number) + b;
      sum += b;
      squares += b * b;
    }
    return to - from <= TERMS || (Math.abs(sum) <= LARGEST_SUM && squares <= LARGEST_SQUARES);
  }
}

/** Mean and squared distances of polynomials, taken up one after the other (B. P. Welford, Technometrics 4, 1962). */
class PolynomialMoments {
  count = 0;
  readonly mean = new Float64Array(TERMS + 1);
  readonly squares = new Float64Array(2 * TERMS + 1);
  private readonly distance = new Float64Array(TERMS + 1);
  private degree = 0;

  add({ coefficients, degree }: DayPolynomial): void {
    const { mean, squares, distance } = this;
    this.count++;
    this.degree = Math.max(this.degree, degree);
    for (let power = 1; power <= this.degree; power++) {
      const away = (coefficients[power] as number) - (mean[power] as number);
      distance[power] = away;
      mean[power] = (mean[power] as number) + away / this.count;
    }
    const weight = (this.count - 1) / this.count;
    for (let power = 1; power <= this.degree; power++) {
      const weighted = weight * (distance[power] as number);
      for (let other = 1; other <= this.degree; other++) {
        squares[power + other] = (squares[power + other] as number) + weighted * (distance[other] as number);
      }
    }
  }
}

/** Of stock fractions from 0 to 1; a dividend leaves the fraction `kept` of it after tax. Null for fewer than 2 returns. */
export function mixMoments(history: PriceHistory, exposure: number, kept: number): Moments | null {
  const { days, mean: means, squares, apart } = dailyReturnsFor(history);
  let count = days;
  let mean = valueAt(means, exposure);
  let sum = Math.max(0, valueAt(squares, exposure));
  for (const day of apart) {
    const away = dayReturn(history, day, exposure, kept) - mean;
    count++;
    mean += away / count;
    sum += (away * away * (count - 1)) / count;
  }
  return count < 2 ? null : { mean, variance: sum / (count - 1) };
}

function valueAt(coefficients: Series, x: number): number {
  let value = 0;
  for (let power = coefficients.length - 1; power > 0; power--) value = (value + (coefficients[power] as number)) * x;
  return value;
}

function dayReturn(history: PriceHistory, { from, to }: DayBars, exposure: number, kept: number): number {
  let growth = 1;
  for (let bar = from; bar < to; bar++) growth *= 1 + exposure * returnOver(history, bar, kept);
  return growth - 1;
}
