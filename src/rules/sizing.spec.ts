import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { type Amount, formatAmount, parseAmount, ZERO } from '../kernel/amount';
import { formatExact } from '../kernel/exact';
import { positionValue } from './position-value';
import { rawQuantity, SIZING_STRATEGY_NAMES, type SizingSettings } from './sizing';
import type { Side } from './trigger';

const a = parseAmount;
const Exact = Decimal.clone({ precision: 120 });
const decimal = (value: Amount): Decimal => new Exact(formatAmount(value));

const settings: SizingSettings = {
  order_sizing_strategy: 'proportional',
  rebalance_ratio: a('1.6667'),
  target_stock_pct: null,
  min_stock_pct: a('25'),
  max_stock_pct: a('75'),
};

interface Case {
  readonly side: Side;
  readonly price: Amount;
  readonly anchor: Amount;
  readonly qty: Amount;
  readonly cash: Amount;
  readonly receivable: Amount;
}

const position: Case = { side: 'SELL', price: a('103'), anchor: a('100'), qty: a('500'), cash: a('50000'), receivable: a('100') };

function size(changes: Partial<Case>, changed: Partial<SizingSettings> = {}): string {
  const input = { ...position, ...changes };
  return formatExact(rawQuantity({ ...input, value: positionValue(input, input.price) }, { ...settings, ...changed }));
}

describe('sizing', () => {
  it('trades the distance from the anchor, scaled, of the whole value: |A - P| r V / P²', () => {
    expect(size({})).toBe('47.88482986'); // 3 × 1.6667 × 101600 / 10609
    expect(size({ side: 'BUY', price: a('97') })).toBe('52.39768945'); // 3 × 1.6667 × 98600 / 9409
  });

  it('counts money that is owed as value, since it will come', () => {
    expect(size({ receivable: ZERO })).not.toBe(size({}));
  });

  it('trades a fixed part of the cash or of the shares', () => {
    const fixed = { order_sizing_strategy: 'fixed_percentage', rebalance_ratio: a('0.2') } as const;
    expect(size({}, fixed)).toBe('100');
    expect(size({ side: 'BUY', price: a('97') }, fixed)).toBe('103.09278351'); // 0.2 × 50000 / 97, the receivable is not cash
  });

  it('keeps the original formula (A / P) r V / P', () => {
    expect(size({}, { order_sizing_strategy: 'original', rebalance_ratio: a('0.1') })).toBe('95.76774437');
  });

  it('brings the stock to its target, by default the middle of the band', () => {
    const target = { order_sizing_strategy: 'target_allocation' } as const;
    expect(size({}, target)).toBe('6.7961165'); // (51500 - 0.5 × 101600) / 103
    expect(size({}, { ...target, min_stock_pct: a('20'), max_stock_pct: a('60') })).toBe('105.4368932');
    expect(size({}, { ...target, target_stock_pct: a('40') })).toBe('105.4368932');
    expect(size({ side: 'BUY', price: a('97') }, { ...target, target_stock_pct: a('60') })).toBe('109.89690722');
  });

  it('never flips the side to reach a target', () => {
    expect(size({}, { order_sizing_strategy: 'target_allocation', target_stock_pct: a('90') })).toBe('0');
    expect(size({ side: 'BUY' }, { order_sizing_strategy: 'target_allocation', target_stock_pct: a('10') })).toBe('0');
  });

  it('wants nothing where the position is worth nothing or less', () => {
    expect(size({ cash: a('-60000') })).toBe('0');
    expect(size({ qty: a('-5') }, { order_sizing_strategy: 'fixed_percentage', rebalance_ratio: a('1') })).toBe('0');
  });

  it('shows a quantity that no amount can hold, for a share that costs next to nothing', () => {
    expect(size({ price: a('0.00000001'), side: 'BUY' })).toMatch(/^\d{20,}/);
  });

  it('agrees with a decimal library for every strategy', () => {
    const amounts = (most: bigint) => fc.bigInt(1n, most).map((units) => units as Amount);
    const cases = fc.record({
      side: fc.constantFrom<Side>('BUY', 'SELL'),
      price: amounts(10n ** 13n),
      anchor: amounts(10n ** 13n),
      qty: amounts(10n ** 14n),
      cash: amounts(10n ** 15n),
      receivable: amounts(10n ** 11n),
    });
    const names = fc.constantFrom(...SIZING_STRATEGY_NAMES);
    fc.assert(
      fc.property(cases, names, amounts(3n * 10n ** 8n), (input, order_sizing_strategy, rebalance_ratio) => {
        const expected = byDecimals(input, order_sizing_strategy, decimal(rebalance_ratio));
        expect(size(input, { order_sizing_strategy, rebalance_ratio })).toBe(
          expected.toDecimalPlaces(8, Decimal.ROUND_HALF_EVEN).toFixed(),
        );
      }),
    );
  });
});

function byDecimals(input: Case, strategy: SizingSettings['order_sizing_strategy'], ratio: Decimal): Decimal {
  const [p, anchor, q, c, r] = [input.price, input.anchor, input.qty, input.cash, input.receivable].map(decimal) as [
    Decimal,
    Decimal,
    Decimal,
    Decimal,
    Decimal,
  ];
  const v = q.mul(p).add(c).add(r);
  const toHalf = v
    .div(2)
    .sub(q.mul(p))
    .mul(input.side === 'BUY' ? 1 : -1);
  const sizes = {
    proportional: () => anchor.sub(p).abs().mul(ratio).mul(v).div(p.mul(p)),
    fixed_percentage: () => (input.side === 'BUY' ? ratio.mul(c).div(p) : ratio.mul(q)),
    original: () => anchor.mul(ratio).mul(v).div(p.mul(p)),
    target_allocation: () => Decimal.max(0, toHalf.div(p)),
  };
  return sizes[strategy]();
}
