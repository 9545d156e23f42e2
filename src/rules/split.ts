/** What a split makes of shares, prices and fractions. `new:old`: 7:1 gives seven shares for one. */
import { type Amount, isAmountText, minus, parseAmount, SCALE } from '../kernel/amount';
import { InputError } from '../kernel/errors';
import { cutToStep, divide, type Exact, exact, multiply, roundHalfEven, roundHalfUp } from '../kernel/exact';

export interface SplitRatio {
  readonly new: bigint;
  readonly old: bigint;
}

const PAIR = /^(\d{1,12})[/:](\d{1,12})$/;

/** `7:1`, `1/3` or a decimal such as `2` or `0.5` (new shares per old one), in lowest terms. Throws InputError naming `field`. */
export function parseRatio(text: unknown, field = 'ratio'): SplitRatio {
  const [, above, below] = (typeof text === 'string' && PAIR.exec(text)) || [];
  const ratio =
    above !== undefined && below !== undefined
      ? { new: BigInt(above), old: BigInt(below) }
      : isAmountText(text)
        ? { new: parseAmount(text) as bigint, old: SCALE }
        : null;
  if (ratio === null || ratio.new <= 0n || ratio.old <= 0n) {
    throw new InputError('split.ratio', field, 'new:old such as 7:1 or 1/3, or a decimal above 0 such as 2', text);
  }
  const divisor = gcd(ratio.new, ratio.old);
  return { new: ratio.new / divisor, old: ratio.old / divisor };
}

export const formatRatio = (ratio: SplitRatio): string => `${ratio.new}:${ratio.old}`;

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));

/** As a fraction: new shares per old one. */
export const sharesFactor = (ratio: SplitRatio): Exact => ({ n: ratio.new, d: ratio.old });
/** As a fraction: what a price is multiplied by. */
export const priceFactor = (ratio: SplitRatio): Exact => ({ n: ratio.old, d: ratio.new });

/** `price × old/new`, half-even at 8 places: anchor and average cost. */
export const splitPrice = (price: Amount, ratio: SplitRatio): Amount => roundHalfEven(multiply(exact(price), priceFactor(ratio)));

export interface SplitShares {
  /** `qty × new/old`, cut toward zero to the step. */
  readonly qty: Amount;
  /** What was cut off, exactly; it becomes cash. */
  readonly fraction: Exact;
}

export function splitShares(qty: Amount, ratio: SplitRatio, step: Amount): SplitShares {
  const raw = multiply(exact(qty), sharesFactor(ratio));
  const whole = cutToStep(raw, step);
  return { qty: whole, fraction: { n: raw.n * SCALE - whole * raw.d, d: raw.d * SCALE } };
}

/** The fraction at a market price after the split, half-up to the minor unit. A short fraction is bought in. */
export const cashInLieu = (fraction: Exact, price: Amount, minorUnit: Amount): Amount =>
  roundHalfUp(multiply(fraction, exact(price)), minorUnit);

/** Shares of before the split, restated as those after it: the difference that `more` makes to a holding. */
export const restatedShares = (before: Amount, more: Amount, ratio: SplitRatio, step: Amount): Amount =>
  minus(splitShares((before + more) as Amount, ratio, step).qty, splitShares(before, ratio, step).qty);

/** A close of before the split at the level of after it, exactly. */
export const restatedPrice = (price: Exact, ratio: SplitRatio): Exact =>
  divide(multiply(price, { n: ratio.old, d: 1n }), { n: ratio.new, d: 1n });
