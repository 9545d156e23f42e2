/** Sums of the powers of small numbers, from which a series in any of their multiples is summed up at once. */
import type { Series } from './performance';

/** Powers that are summed up. */
export const TERMS = 9;

/** Σv, Σv², … Σv⁹ of the first `count` values, from `at` on. Written out: it sees every bar of a tape. */
export function sumPowers(values: Series, count: number, sums: Series, at: number): void {
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  let s8 = 0;
  let s9 = 0;
  for (let index = 0; index < count; index++) {
    const v = values[index] as number;
    const v2 = v * v;
    const v3 = v2 * v;
    const v4 = v2 * v2;
    s1 += v;
    s2 += v2;
    s3 += v3;
    s4 += v4;
    s5 += v2 * v3;
    s6 += v3 * v3;
    s7 += v3 * v4;
    s8 += v4 * v4;
    s9 += v4 * v4 * v;
  }
  sums.set([s1, s2, s3, s4, s5, s6, s7, s8, s9], at);
}

/** S₁ − xS₂ + x²S₃ − … + x⁸S₉ of the nine sums from `at` on: in pairs, so that few of the products wait for others (Estrin's scheme). */
export function alternating(sums: Series, at: number, x: number): number {
  const x2 = x * x;
  const x4 = x2 * x2;
  const first = (sums[at] as number) - x * (sums[at + 1] as number);
  const second = (sums[at + 2] as number) - x * (sums[at + 3] as number);
  const third = (sums[at + 4] as number) - x * (sums[at + 5] as number);
  const fourth = (sums[at + 6] as number) - x * (sums[at + 7] as number);
  return first + x2 * second + x4 * (third + x2 * fourth + x4 * (sums[at + 8] as number));
}
