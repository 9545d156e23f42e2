import fc from 'fast-check';
import { type Amount, formatAmount, parseAmount } from '../kernel/amount';
import { exact, formatExact, multiply } from '../kernel/exact';
import { cashInLieu, formatRatio, parseRatio, splitPrice, splitShares } from './split';
import { decideTrigger } from './trigger';

const CENT = parseAmount('0.01');
const shares = (qty: string, ratio: string, step: string): readonly string[] => {
  const { qty: whole, fraction } = splitShares(parseAmount(qty), parseRatio(ratio), parseAmount(step));
  return [formatAmount(whole), formatExact(fraction)];
};

describe('a split', () => {
  it('case 23: 4:1 gives four shares for one at a quarter of the price', () => {
    expect(shares('100', '4:1', '1')).toEqual(['400', '0']);
    expect(formatAmount(splitPrice(parseAmount('127.4'), parseRatio('4:1')))).toBe('31.85');
  });
  it('case 29: 7:1 divides the anchor by seven, half-even at 8 places', () =>
    expect(formatAmount(splitPrice(parseAmount('645.57'), parseRatio('7:1')))).toBe('92.22428571'));
  it('case 25: a reverse split keeps fractions where the position allows them', () =>
    expect(shares('100', '1:3', '0.000001')).toEqual(['33.333333', '0.00000033']));
  it('case 25: a reverse split of whole shares pays the fraction at the price after it', () => {
    expect(shares('100', '1:3', '1')).toEqual(['33', '0.33333333']);
    const { fraction } = splitShares(parseAmount('100'), parseRatio('1:3'), parseAmount('1'));
    expect(formatAmount(cashInLieu(fraction, parseAmount('30.15'), CENT))).toBe('10.05');
  });
  it('case 25: cuts a short holding toward zero and buys its fraction in', () => {
    expect(shares('-100', '1:3', '1')).toEqual(['-33', '-0.33333333']);
    const { fraction } = splitShares(parseAmount('-100'), parseRatio('1:3'), parseAmount('1'));
    expect(formatAmount(cashInLieu(fraction, parseAmount('30.15'), CENT))).toBe('-10.05');
  });
  it.each([
    ['7:1', '7:1'],
    ['2.0000', '2:1'],
    ['1/3', '1:3'],
    ['0.05', '1:20'],
    ['1.5', '3:2'],
    ['14:2', '7:1'],
  ])('reads %s as %s', (text, ratio) => expect(formatRatio(parseRatio(text))).toBe(ratio));
  it.each(['0', '0:1', '1/0', '-2', 'seven', '', '7:1:2', 7, null])('refuses %p as a ratio', (text) =>
    expect(() => parseRatio(text)).toThrow(/ratio must be new:old/),
  );

  const ratios = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 })).map(([a, b]) => parseRatio(`${a}:${b}`));
  it('changes the value of a holding by less than half a cent', () =>
    fc.assert(
      fc.property(
        fc.bigInt(1n, 10n ** 13n),
        fc.integer({ min: 1, max: 100_000 }),
        ratios,
        fc.constantFrom('1', '0.001', '0.000001'),
        (qty, cents, ratio, step) => {
          const price = { n: BigInt(cents) * ratio.old, d: 100n * ratio.new }; // the exact price after the split
          const { qty: whole, fraction } = splitShares(qty as Amount, ratio, parseAmount(step));
          const before = multiply(exact(qty as Amount), { n: BigInt(cents), d: 100n });
          const held = multiply(exact(whole), price);
          const paid = multiply(fraction, price);
          const left = { n: held.n * paid.d + paid.n * held.d, d: held.d * paid.d };
          expect(left.n * before.d).toBe(before.n * left.d); // nothing is lost before the fraction is rounded to cents
        },
      ),
    ));
  it('case 29: brings no anchor nearer to a trigger by itself', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 100_000 }), fc.integer({ min: -2, max: 2 }), ratios, (cents, move, ratio) => {
        const anchor = (BigInt(cents) * 1_000_000n) as Amount;
        const price = ((anchor * BigInt(100 + move)) / 100n) as Amount;
        const thresholds = { up_threshold_pct: parseAmount('3'), down_threshold_pct: parseAmount('3') };
        expect(decideTrigger(splitPrice(price, ratio), splitPrice(anchor, ratio), thresholds).decision).toBe('NONE');
      }),
    ));
});
