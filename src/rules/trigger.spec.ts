import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { type Amount, formatAmount, parseAmount } from '../kernel/amount';
import { decideTrigger, triggerBounds } from './trigger';

const a = parseAmount;
const settings = (up: string, down: string) => ({ up_threshold_pct: a(up), down_threshold_pct: a(down) });
const threePercent = settings('3', '3');

const prices = fc.bigInt(1n, 10n ** 15n).map((units) => units as Amount);
const thresholds = fc.bigInt(1n, 99_99999999n).map((units) => units as Amount);

describe('the trigger', () => {
  it.each([
    ['103', 'SELL', 'TRIGGER_SELL'],
    ['102.99999999', 'NONE', 'NO_TRIGGER'],
    ['97', 'BUY', 'TRIGGER_BUY'],
    ['97.00000001', 'NONE', 'NO_TRIGGER'],
    ['100', 'NONE', 'NO_TRIGGER'],
  ])('at %s, three percent around 100, decides %s: the bounds belong to the trade', (price, decision, reason) => {
    expect(decideTrigger(a(price), a('100'), threePercent)).toEqual({ decision, reason });
  });

  it('sells an exact three percent above every whole-dollar anchor, where floating point misses 172 of them', () => {
    const anchors = Array.from({ length: 1000 }, (_, index) => index + 1);
    const missedByFloats = anchors.filter((anchor) => !((anchor * 103) / 100 >= anchor * 1.03));
    const missed = anchors.filter((anchor) => {
      const price = a(new Decimal(anchor).mul('1.03').toFixed());
      return decideTrigger(price, a(String(anchor)), threePercent).decision !== 'SELL';
    });
    expect(missedByFloats).toHaveLength(172);
    expect(missed).toEqual([]);
  });

  it('waits where there is no anchor, or one that every price would lie above', () => {
    for (const anchor of [null, a('0'), a('-1')]) {
      expect(decideTrigger(a('100'), anchor, threePercent)).toEqual({ decision: 'NONE', reason: 'NO_ANCHOR' });
    }
  });

  it('keeps a tiny anchor from trading on its own price when the threshold is below one unit', () => {
    const bounds = triggerBounds(a('0.00000001'), threePercent);
    expect(bounds).toEqual({ least_sell: 2n, greatest_buy: 0n });
    expect(decideTrigger(a('0.00000001'), a('0.00000001'), threePercent).decision).toBe('NONE');
  });

  it('has bounds for the largest anchor, although its upper bound is no amount', () => {
    expect(triggerBounds(a('999999999999.99999999'), threePercent).least_sell).toBeGreaterThan(10n ** 20n);
  });

  it('gives a simulation, which compares with precomputed bounds, the decisions of live trading', () => {
    const around = fc.tuple(
      prices,
      thresholds,
      thresholds,
      fc.bigInt(-2n, 2n),
      fc.constantFrom('least_sell' as const, 'greatest_buy' as const),
    );
    fc.assert(
      fc.property(around, ([anchor, up, down, offset, side]) => {
        const thresholdsOf = { up_threshold_pct: up, down_threshold_pct: down };
        const bounds = triggerBounds(anchor, thresholdsOf);
        const price = (bounds[side] + offset) as Amount;
        fc.pre(price > 0n);
        const byBounds = price >= bounds.least_sell ? 'SELL' : price <= bounds.greatest_buy ? 'BUY' : 'NONE';
        expect(decideTrigger(price, anchor, thresholdsOf).decision).toBe(byBounds);
        expect(byBounds).toBe(byDecimals(price, anchor, up, down));
      }),
    );
  });
});

function byDecimals(price: Amount, anchor: Amount, up: Amount, down: Amount): string {
  const Exact = Decimal.clone({ precision: 80 });
  const [p, reference, upper, lower] = [price, anchor, up, down].map((value) => new Exact(formatAmount(value))) as [
    Decimal,
    Decimal,
    Decimal,
    Decimal,
  ];
  if (p.gte(reference.mul(upper.div(100).add(1)))) return 'SELL';
  return p.lte(reference.mul(new Exact(1).sub(lower.div(100)))) ? 'BUY' : 'NONE';
}
