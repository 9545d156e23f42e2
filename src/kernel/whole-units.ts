/** Amounts as doubles that count whole units of 1e-8: the same roundings as exact fractions for a fraction of their cost, within a bound. */

/** Nothing above it is exact here. It is a quarter of what a double can count to, so that sums and doubled remainders are exact as well. */
export const LARGEST_WHOLE = 2 ** 51;

/** False for NaN too. */
export const isWhole = (units: number): boolean => Math.abs(units) <= LARGEST_WHOLE;

/** `a·b / d` rounded half-even to a whole number together with the whole number `base` before it; `d > 0`. All within the bound. */
export function halfEvenAfter(base: number, a: number, b: number, d: number): number {
  let quotient = Math.floor((a * b) / d);
  let rest = remainder(a, b, quotient, d);
  if (rest < 0) {
    quotient--;
    rest += d;
  } else if (rest >= d) {
    quotient++;
    rest -= d;
  }
  const whole = base + quotient;
  const twice = rest + rest;
  return twice > d || (twice === d && whole % 2 !== 0) ? whole + 1 : whole;
}

/** `a·b / d`, halves up; none of them negative. */
export function halfUpOver(a: number, b: number, d: number): number {
  const quotient = Math.round((a * b) / d);
  const rest = remainder(a, b, quotient, d);
  if (rest + rest >= d) return quotient + 1;
  return rest + rest < -d ? quotient - 1 : quotient;
}

/** The least whole number that is not below `a·b / d`; none of them negative. */
export function ceilingOver(a: number, b: number, d: number): number {
  const quotient = Math.ceil((a * b) / d);
  const rest = remainder(a, b, quotient, d);
  if (rest > 0) return quotient + 1;
  return rest <= -d ? quotient - 1 : quotient;
}

/** The greatest whole number that is not above `a·b / d`; none of them negative. */
export function floorOver(a: number, b: number, d: number): number {
  const quotient = Math.floor((a * b) / d);
  const rest = remainder(a, b, quotient, d);
  if (rest < 0) return quotient - 1;
  return rest >= d ? quotient + 1 : quotient;
}

/**
 * `a·b - q·d`, exactly, where `q` is within one of the quotient: the products lie so close together that their difference is exact, and
 * so is what each of them lost.
 */
function remainder(a: number, b: number, q: number, d: number): number {
  const product = a * b;
  const back = q * d;
  return product - back + (lostBy(product, a, b) - lostBy(back, q, d));
}

/** 2^27 + 1: cuts a double into halves whose products are exact. */
const SPLITTER = 134_217_729;

/** What the rounded `product` of `a` and `b` lacks, exactly (T. J. Dekker, Numerische Mathematik 18, 1971). */
function lostBy(product: number, a: number, b: number): number {
  const wideA = SPLITTER * a;
  const topA = wideA - (wideA - a);
  const lowA = a - topA;
  const wideB = SPLITTER * b;
  const topB = wideB - (wideB - b);
  const lowB = b - topB;
  return topA * topB - product + topA * lowB + lowA * topB + lowA * lowB;
}
