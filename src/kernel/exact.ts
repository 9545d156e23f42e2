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
export function cutToStep(value: Exact, step: Amount): Amount {
  const steps = (value.n * SCALE) / (value.d * step);
  return ofUnits(steps * step);
}

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

function halfEvenUnits(value: Exact): bigint {
  const numerator = value.n * SCALE;
  const floor = floorDivide(numerator, value.d);
  const twice = (numerator - floor * value.d) * 2n;
  if (twice < value.d) return floor;
  if (twice > value.d) return floor + 1n;
  return floor % 2n === 0n ? floor : floor + 1n;
}

/** Rounded half-up (halves away from zero) to a multiple of `unit`; by default to 8 places. */
export function roundHalfUp(value: Exact, unit: Amount = 1n as Amount): Amount {
  const negative = value.n < 0n;
  const numerator = (negative ? -value.n : value.n) * SCALE;
  const denominator = value.d * unit;
  const steps = (numerator * 2n + denominator) / (denominator * 2n);
  return ofUnits((negative ? -steps : steps) * unit);
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n ? quotient - 1n : quotient;
}
