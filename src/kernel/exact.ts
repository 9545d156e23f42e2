/** Exact fractions for everything between input and stored result: nothing is rounded until the end, and then once. */
import { type Amount, formatUnits, ofUnits, SCALE } from './amount';

/** `n / d` with `d > 0`, not reduced. */
export interface Exact {
  readonly n: bigint;
  readonly d: bigint;
}

export const exact = (amount: Amount): Exact => ({ n: amount, d: SCALE });
export const integer = (value: bigint): Exact => ({ n: value, d: 1n });
/** A percent field as a fraction: `"25"` becomes 1/4. */
export const percent = (pct: Amount): Exact => ({ n: pct, d: SCALE * 100n });
/** A basis-point field as a fraction: `"20"` becomes 1/500. */
export const basisPoints = (bps: Amount): Exact => ({ n: bps, d: SCALE * 10_000n });

export const ONE = integer(1n);
export const NOTHING = integer(0n);

export const add = (a: Exact, b: Exact): Exact => (a.d === b.d ? { n: a.n + b.n, d: a.d } : { n: a.n * b.d + b.n * a.d, d: a.d * b.d });
export const subtract = (a: Exact, b: Exact): Exact => add(a, { n: -b.n, d: b.d });
export const multiply = (a: Exact, b: Exact): Exact => ({ n: a.n * b.n, d: a.d * b.d });

/** Throws RangeError where `b` is zero: a caller must have ruled that out. */
export function divide(a: Exact, b: Exact): Exact {
  if (b.n === 0n) throw new RangeError('division by zero');
  return b.n > 0n ? { n: a.n * b.d, d: a.d * b.n } : { n: -a.n * b.d, d: -(a.d * b.n) };
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export const compare = (a: Exact, b: Exact): bigint => a.n * b.d - b.n * a.d;
export const least = (a: Exact, b: Exact): Exact => (compare(a, b) <= 0n ? a : b);
export const atLeastZero = (a: Exact): Exact => (a.n < 0n ? NOTHING : a);

/** Cut toward zero to a multiple of `step`. */
export const cutToStep = (value: Exact, step: Amount): Amount => ofUnits(cutUnits(value, step));

/** The same in units of 1e-8, of any size. */
export const cutUnits = ({ n, d }: Exact, step: Amount): bigint => ((n * SCALE) / (d * step)) * step;

/** Raised away from zero to a multiple of `step`. */
export function raiseToStep(value: Exact, step: Amount): Amount {
  const numerator = value.n * SCALE;
  const denominator = value.d * step;
  const steps = numerator / denominator;
  const exactly = numerator % denominator === 0n;
  return ofUnits((exactly ? steps : steps + (numerator < 0n ? -1n : 1n)) * step);
}

/** Rounded half-even to 8 places: the rule for what is stored or printed. */
export const roundHalfEven = (value: Exact): Amount => ofUnits(halfEvenUnits(value));

/** Decimal text rounded half-even to 8 places, of any size: shows a value in between where it may exceed what an amount can hold. */
export const formatExact = (value: Exact): string => formatUnits(halfEvenUnits(value));

const halfEvenUnits = ({ n, d }: Exact): bigint => halfEvenQuotient(n * SCALE, d);

/** `n / d` as a whole number, halves to the even one; `d > 0`. */
export function halfEvenQuotient(n: bigint, d: bigint): bigint {
  const quotient = n / d; // toward zero
  const rest = n - quotient * d;
  if (rest === 0n) return quotient;
  const twice = rest < 0n ? -rest - rest : rest + rest;
  if (twice < d || (twice === d && quotient % 2n === 0n)) return quotient;
  return rest < 0n ? quotient - 1n : quotient + 1n;
}

/** Rounded half-up (halves away from zero) to a multiple of `unit`; by default to 8 places. */
export const roundHalfUp = (value: Exact, unit: Amount = 1n as Amount): Amount =>
  ofUnits(halfUpQuotient(value.n * SCALE, value.d * unit) * unit);

/** `n / d` as a whole number, halves away from zero; `d > 0`. */
export function halfUpQuotient(n: bigint, d: bigint): bigint {
  const twice = n + n;
  return twice < 0n ? -((d - twice) / (d + d)) : (twice + d) / (d + d);
}
