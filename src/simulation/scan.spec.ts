import fc from 'fast-check';
import { blocksOf } from '../rules/price-blocks';
import { scan } from './scan';

describe('the scan', () => {
  it('passes over no bar that reaches a bound, and stops at none that does not', () => {
    const price = fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 95, max: 105 }) },
      { weight: 1, arbitrary: fc.constantFrom(Number.NaN, 110, 90) },
    );
    const bounds = fc.record({ sellAt: fc.integer({ min: 101, max: 111 }), buyAt: fc.integer({ min: 89, max: 99 }) });
    fc.assert(
      fc.property(
        fc.array(price, { minLength: 1, maxLength: 300 }),
        bounds,
        fc.nat(299),
        fc.nat(300),
        (prices, { sellAt, buyAt }, a, b) => {
          const [from, to] = [Math.min(a, b), Math.min(Math.max(a, b), prices.length)];
          const signal = Float64Array.from(prices);
          const reached = prices.findIndex((seen, bar) => bar >= from && bar < to && (seen >= sellAt || seen <= buyAt));
          expect(scan({ signal, blocks: blocksOf(signal) }, from, to, sellAt, buyAt)).toBe(reached < 0 ? to : reached);
        },
      ),
      { numRuns: 500 },
    );
  });
});
