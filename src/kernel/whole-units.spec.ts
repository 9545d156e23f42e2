import fc from 'fast-check';
import { halfEvenQuotient, halfUpQuotient } from './exact';
import { ceilingOver, floorOver, halfEvenAfter, halfUpOver, LARGEST_WHOLE } from './whole-units';

const LIMIT = BigInt(LARGEST_WHOLE);
/** Of every size, round numbers and halves among them. */
const whole = (least: number) =>
  fc.oneof(
    fc.integer({ min: least, max: LARGEST_WHOLE }),
    fc.integer({ min: least === 1 ? 1 : 0, max: 1_000_000 }),
    fc.tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 12 })).map(([digits, zeros]) => digits * 10 ** zeros),
  );
const factors = fc.record({ a: whole(0), b: whole(0), d: fc.oneof(fc.constant(100_000_000), whole(1)) });
/** A quotient within the bound, near a multiple or a half of the divisor as often as not. */
const near = fc
  .record({ q: whole(0), d: whole(1), off: fc.integer({ min: -2, max: 2 }), half: fc.boolean() })
  .map(({ q, d, off, half }) => ({ a: q + Number(half) / 2, d, off }))
  .map(({ a, d, off }) => ({ a: 1, b: Math.max(0, Math.min(LARGEST_WHOLE, Math.round(a * d) + off)), d }));
const within = (a: number, b: number, d: number): boolean => (BigInt(a) * BigInt(b)) / BigInt(d) < LIMIT;

function law(expected: (n: bigint, d: bigint) => bigint, found: (a: number, b: number, d: number) => number): void {
  let compared = 0;
  fc.assert(
    fc.property(fc.oneof(factors, near), ({ a, b, d }) => {
      if (!within(a, b, d)) return;
      compared++;
      expect(found(a, b, d)).toBe(Number(expected(BigInt(a) * BigInt(b), BigInt(d))));
    }),
    { numRuns: 5_000 },
  );
  expect(compared).toBeGreaterThan(1_000);
}

describe('whole units in doubles', () => {
  it('round halves to the even one as exact fractions do', () => law(halfEvenQuotient, (a, b, d) => halfEvenAfter(0, a, b, d)));

  it('round half-even together with what comes before', () => {
    fc.assert(
      fc.property(factors, fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.boolean(), ({ a, b, d }, base, negative) => {
        if (!within(a, b, d)) return;
        const first = negative ? -a : a;
        const exactly = halfEvenQuotient(BigInt(base) * BigInt(d) + BigInt(first) * BigInt(b), BigInt(d));
        expect(halfEvenAfter(base, first, b, d) + 0).toBe(Number(exactly));
      }),
      { numRuns: 5_000 },
    );
  });

  it('round halves up as exact fractions do', () => law(halfUpQuotient, halfUpOver));
  it('round up to the next whole number', () => law((n, d) => (n + d - 1n) / d, ceilingOver));
  it('round down to a whole number', () => law((n, d) => n / d, floorOver));

  it.each([
    [5n, 1, 10],
    [15n, 1, 10],
    [25n, 3, 50],
  ])('agree on a half: %d × %d over %d', (a, b, d) => {
    expect(halfEvenAfter(0, Number(a), b, d)).toBe(Number(halfEvenQuotient(a * BigInt(b), BigInt(d))));
    expect(halfUpOver(Number(a), b, d)).toBe(Number(halfUpQuotient(a * BigInt(b), BigInt(d))));
  });
});
