import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { type Amount, formatAmount, parseAmount } from '../kernel/amount';
import { commission, notional } from './commission';

const a = parseAmount;
const Exact = Decimal.clone({ precision: 60 });
const decimal = (value: Amount): Decimal => new Exact(formatAmount(value));

describe('what a fill moves and costs', () => {
  it('rounds a notional half-even, so that many small fills do not drift one way', () => {
    expect(formatAmount(notional(a('0.5'), a('0.00000001')))).toBe('0');
    expect(formatAmount(notional(a('0.5'), a('0.00000003')))).toBe('0.00000002');
    expect(formatAmount(notional(a('66.666666'), a('29.125')))).toBe('1941.66664725');
  });

  it('rounds a commission half-up, and does not lose it on a fraction of a share', () => {
    expect(formatAmount(commission(a('0.5'), a('0.00000001')))).toBe('0.00000001');
    expect(formatAmount(commission(a('0.0001'), a('0.97')))).toBe('0.000097');
    expect(formatAmount(commission(a('0'), a('100')))).toBe('0');
  });

  it('agrees with a decimal library', () => {
    const sizes = fc.bigInt(0n, 10n ** 13n).map((units) => units as Amount);
    const rates = fc.bigInt(0n, 10n ** 8n - 1n).map((units) => units as Amount);
    fc.assert(
      fc.property(sizes, sizes, rates, (qty, price, rate) => {
        const moved = notional(qty, price);
        expect(decimal(moved).eq(decimal(qty).mul(decimal(price)).toDecimalPlaces(8, Decimal.ROUND_HALF_EVEN))).toBe(true);
        const cost = decimal(rate).mul(decimal(moved)).toDecimalPlaces(8, Decimal.ROUND_HALF_UP);
        expect(decimal(commission(rate, moved)).eq(cost)).toBe(true);
      }),
    );
  });
});
