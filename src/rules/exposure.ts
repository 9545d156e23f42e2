/** Mean share of stock in the value of a holding: whole blocks of bars by power sums of their prices, the rest bar by bar. */
import type { HeldFollower } from './held-stretches';
import { ratio, type Series, SMALLEST_DIVISOR } from './performance';
import { alternating, sumPowers, TERMS } from './power-sums';

/** Fewer bars are gone through faster than prepared. */
const FEW_BARS = 16_384;
/** Blocks of 64 bars, and in a holding that lasts blocks of 256. */
const FINE_BITS = 6;
const WIDE_BITS = 8;
/** Of a block's prices from its reference, as a fraction. */
const WIDEST_PRICES = 1 / 8;
/** Of a block's values, by the prices alone, from the value at its reference. */
const WIDEST_VALUES = 1 / 32;

/**
 * Of whole blocks of bars, d being how far a price lies from the block's reference price as a fraction of it. A holding of q shares and cash
 * C is worth V at the reference and has w = qP/V in stock. At d its share of stock is w(1 + d)/(1 + wd) = w(1 + (1 − w)(d − wd² + w²d³ − …)),
 * so that a block needs only the sums of the powers of d. Where |wd| ≤ 1/32 and |d| ≤ 1/8, |(1 − w)d| is below 1/6 and what is left out after
 * nine terms below 2^-45/6 of w, 6e-15 of the result.
 */
interface PriceSums {
  readonly bits: number;
  /** Of each block, side by side: the reference price, the greatest |d|, and the sums of the powers. */
  readonly records: Series;
}

const RECORD = TERMS + 2;

export interface Exposures {
  readonly fine: PriceSums;
  readonly wide: PriceSums;
}

const known = new WeakMap<Series, Exposures>();

/** Prepared once for any number of runs over the same closes; null where it is not worth it. */
function exposuresFor(closes: Series): Exposures | null {
  if (closes.length < FEW_BARS) return null;
  const exposures = known.get(closes) ?? exposuresOf(closes);
  known.set(closes, exposures);
  return exposures;
}

export const exposuresOf = (closes: Series): Exposures => ({ fine: priceSums(closes, FINE_BITS), wide: priceSums(closes, WIDE_BITS) });

function priceSums(closes: Series, bits: number): PriceSums {
  const size = 1 << bits;
  const count = closes.length >> bits;
  const records = new Float64Array(count * RECORD);
  const distances = new Float64Array(size);
  for (let block = 0; block < count; block++) {
    const from = block << bits;
    const reference = closes[from + (size >> 1)] as number;
    let widest = 0;
    for (let index = 0; index < size; index++) {
      const d = ((closes[from + index] as number) - reference) / reference;
      widest = Math.max(widest, Math.abs(d)); // NaN stays
      distances[index] = d;
    }
    records[block * RECORD] = reference;
    records[block * RECORD + 1] = widest;
    sumPowers(distances, size, records, block * RECORD + 2);
  }
  return { bits, records };
}

export class ExposureSum implements HeldFollower {
  private sum = 0;

  constructor(
    private readonly closes: Series,
    private readonly exposures: Exposures | null = exposuresFor(closes),
  ) {}

  see(from: number, to: number, shares: number, cash: number): void {
    const { closes, exposures } = this;
    this.sum += exposures ? inWideBlocks(closes, exposures, from, to, shares, cash) : barByBar(closes, from, to, shares, cash);
  }

  /** Over all bars, of stock value over value; null where a bar has no value. */
  mean(): number | null {
    return ratio(this.sum, this.closes.length);
  }
}

/** NaN where a bar has no value, as below. */
function inWideBlocks(closes: Series, { fine, wide }: Exposures, from: number, to: number, shares: number, cash: number): number {
  const size = 1 << WIDE_BITS;
  const first = Math.min(to, ((from + size - 1) >> WIDE_BITS) << WIDE_BITS);
  const last = Math.max(first, (to >> WIDE_BITS) << WIDE_BITS);
  let sum = inBlocks(closes, fine, from, first, shares, cash);
  for (let bar = first; bar < last; bar += size) {
    const whole = ofBlock(wide, bar >> WIDE_BITS, shares, cash);
    sum += Number.isNaN(whole) ? inBlocks(closes, fine, bar, bar + size, shares, cash) : whole;
  }
  return sum + inBlocks(closes, fine, last, to, shares, cash);
}

/** Of a block with more than half of its bars, the bars that do not belong to it are subtracted. */
function inBlocks(closes: Series, fine: PriceSums, from: number, to: number, shares: number, cash: number): number {
  const size = 1 << FINE_BITS;
  let sum = 0;
  for (let bar = from, end = 0; bar < to; bar = end) {
    const start = (bar >> FINE_BITS) << FINE_BITS;
    end = Math.min(to, start + size);
    const whole = end - bar > size / 2 ? ofBlock(fine, bar >> FINE_BITS, shares, cash) : Number.NaN;
    if (Number.isNaN(whole)) sum += barByBar(closes, bar, end, shares, cash);
    else if (end - bar === size) sum += whole;
    else sum += whole - barByBar(closes, start, bar, shares, cash) - barByBar(closes, end, start + size, shares, cash);
  }
  return sum;
}

/** NaN where the block's prices are too far apart for this holding, and for the last block where it is not whole. */
function ofBlock({ bits, records }: PriceSums, block: number, shares: number, cash: number): number {
  const at = block * RECORD;
  const stock = shares * (records[at] as number);
  const value = stock + cash;
  const w = stock / value;
  const widest = records[at + 1] as number;
  if (!(widest <= WIDEST_PRICES && Math.abs(w) * widest <= WIDEST_VALUES && Math.abs(value) >= 2 * SMALLEST_DIVISOR)) return Number.NaN;
  return w * ((1 << bits) + (cash / value) * alternating(records, at + 2, w));
}

/** Two bars with one division. */
function barByBar(closes: Series, from: number, to: number, shares: number, cash: number): number {
  let sum = 0;
  let bar = from;
  for (; bar < to - 1; bar += 2) {
    const stock = shares * (closes[bar] as number);
    const next = shares * (closes[bar + 1] as number);
    const value = stock + cash;
    const nextValue = next + cash;
    if (!(Math.abs(value) >= SMALLEST_DIVISOR && Math.abs(nextValue) >= SMALLEST_DIVISOR)) return Number.NaN;
    sum += (stock * nextValue + next * value) / (value * nextValue);
  }
  if (bar === to) return sum;
  const stock = shares * (closes[bar] as number);
  const value = stock + cash;
  return Math.abs(value) >= SMALLEST_DIVISOR ? sum + stock / value : Number.NaN;
}
