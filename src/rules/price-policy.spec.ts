import Decimal from 'decimal.js';
import * as fc from 'fast-check';
import { type Amount, formatAmount } from '../kernel/amount';
import { effectivePrice, midPrice, type PricePolicy, type Quote } from './price-policy';

const quote: Quote = { ts: '2026-11-20T14:35:00.000Z', bid: '100', ask: '100.5', last: '100.4', source: 'test' };

const priceOf = (policy: PricePolicy, changes: Partial<Quote> = {}): string | null => {
  const effective = effectivePrice(policy, { ...quote, ...changes });
  return effective === null ? null : `${effective.source} ${formatAmount(effective.price)}`;
};

describe('the price of a quote', () => {
  it('is the one that the policy names', () => {
    expect((['MID', 'LAST', 'BID', 'ASK'] as const).map((policy) => priceOf(policy))).toEqual([
      'MID 100.25',
      'LAST 100.4',
      'BID 100',
      'ASK 100.5',
    ]);
  });

  it('is the last trade, and says so, where MID lacks a side', () => {
    expect(priceOf('MID', { bid: null })).toBe('LAST 100.4');
    expect(priceOf('MID', { ask: null })).toBe('LAST 100.4');
  });

  it('is none, never another price, where the quote lacks what the policy names', () => {
    expect(priceOf('MID', { bid: null, last: null })).toBeNull();
    expect(priceOf('LAST', { last: null })).toBeNull();
    expect(priceOf('BID', { bid: null })).toBeNull();
    expect(priceOf('ASK', { ask: null })).toBeNull();
  });

  it('is refused where a stored price is no amount', () => expect(() => priceOf('LAST', { last: '1e3' })).toThrow('decimal string'));

  it('rounds the middle of any two prices half-even to 8 places', () => {
    const units = fc.bigInt({ min: 1n, max: 10n ** 20n - 1n });
    const decimal = Decimal.clone({ precision: 60 });
    fc.assert(
      fc.property(units, units, (bid, ask) => {
        const middle = new decimal(bid.toString()).plus(ask.toString()).div(2).toDecimalPlaces(0, Decimal.ROUND_HALF_EVEN);
        expect(midPrice(bid as Amount, ask as Amount).toString()).toBe(middle.toFixed(0));
      }),
    );
  });
});
