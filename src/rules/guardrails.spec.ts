import { Decimal } from 'decimal.js';
import * as fc from 'fast-check';
import { type Amount, formatAmount, parseAmount, ZERO } from '../kernel/amount';
import { exact } from '../kernel/exact';
import { capAtFreshPrice, type GuardrailInput, type GuardrailSettings, limitByGuardrails } from './guardrails';
import { positionValue } from './position-value';

const a = parseAmount;
const Exact = Decimal.clone({ precision: 100 });
const decimal = (value: Amount): Decimal => new Exact(formatAmount(value));

const settings: GuardrailSettings = {
  min_stock_pct: a('25'),
  max_stock_pct: a('75'),
  max_trade_pct_of_position: a('100'),
  max_orders_per_day: null,
  max_daily_notional: null,
  short_selling: false,
};

interface Case extends Omit<GuardrailInput, 'value' | 'settings'> {
  readonly receivable: Amount;
}

const half: Case = {
  side: 'BUY',
  price: a('100'),
  qty: a('500'),
  cash: a('50000'),
  receivable: ZERO,
  commission_rate: a('0.0001'),
  step: a('0.000001'),
  day: { orders: 0, notional: ZERO },
};
const inputOf = (changes: Partial<Case>, changed: Partial<GuardrailSettings>): GuardrailInput => {
  const position = { ...half, ...changes };
  return { ...position, value: positionValue(position, position.price), settings: { ...settings, ...changed } };
};
const limit = (wanted: string, changes: Partial<Case> = {}, changed: Partial<GuardrailSettings> = {}) => {
  const { qty, binding } = limitByGuardrails(exact(a(wanted)), inputOf(changes, changed));
  return [formatAmount(qty), binding];
};

describe('guardrails', () => {
  it('leave a quantity within them alone', () => {
    expect(limit('10')).toEqual(['10', null]);
    expect(limit('10', { side: 'SELL' })).toEqual(['10', null]);
  });

  it('cut toward zero to the step, once', () => {
    expect(limit('10.99999999', { step: a('1') })).toEqual(['10', null]);
    expect(limit('0.99999999', { step: a('1') })).toEqual(['0', null]);
  });

  it('keep the stock below its share of what is left after the commission', () => {
    expect(limit('400')).toEqual(['249.981251', 'max_stock_pct']); // 25000 / (100 × 1.000075)
  });

  it('never spend more cash than there is, commission included', () => {
    expect(limit('600', { qty: ZERO }, { max_stock_pct: a('100') })).toEqual(['499.950004', 'cash']);
  });

  it('do not spend a dividend that has not been paid', () => {
    expect(limit('600', { qty: ZERO, receivable: a('50000') }, { max_stock_pct: a('100') })).toEqual(['499.950004', 'cash']);
  });

  it('keep the least stock asked for', () => {
    expect(limit('400', { side: 'SELL' })).toEqual(['250.00625', 'min_stock_pct']); // 25000 / (100 × 0.999975), cut
  });

  it('never sell shares that are not held', () => {
    expect(limit('600', { side: 'SELL' }, { min_stock_pct: ZERO })).toEqual(['500', 'shares']);
    expect(limit('600', { side: 'SELL', qty: a('-1') }, { min_stock_pct: ZERO })).toEqual(['0', 'shares']);
  });

  it('keep one trade within its part of the position', () => {
    expect(limit('400', {}, { max_trade_pct_of_position: a('5') })).toEqual(['50', 'max_trade_pct_of_position']);
  });

  it('stop at the budget of the day, in money and in orders', () => {
    const day = { orders: 4, notional: a('9000') };
    expect(limit('400', { day }, { max_daily_notional: a('10000'), max_orders_per_day: 5 })).toEqual(['10', 'max_daily_notional']);
    expect(limit('400', { day }, { max_daily_notional: a('8000') })).toEqual(['0', 'max_daily_notional']);
    expect(limit('400', { day }, { max_orders_per_day: 4 })).toEqual(['0', 'max_orders_per_day']);
    expect(limit('400', { day }, { max_orders_per_day: 0 })).toEqual(['0', 'max_orders_per_day']);
  });

  it('name the tightest cap when several would cut', () => {
    expect(limit('400', {}, { max_trade_pct_of_position: a('20'), max_daily_notional: a('15000') })).toEqual(['150', 'max_daily_notional']);
  });

  it('block a position that is already outside its band', () => {
    expect(limit('10', { cash: a('100') })).toEqual(['0', 'max_stock_pct']);
    expect(limit('10', { side: 'SELL', cash: a('900000') })).toEqual(['0', 'min_stock_pct']);
    expect(limit('10', { cash: a('-100') }, { max_stock_pct: a('100') })).toEqual(['0', 'cash']);
  });

  it('give up a step where the rounded commission no longer fits, and say for which cap', () => {
    // 1.5 units move 2 (half-even) and cost 0.6, rounded to 1: three units for two, although 1.5 × 1.3 would be less than two.
    const poor = { qty: ZERO, price: a('0.00000001'), cash: a('0.00000002'), commission_rate: a('0.3'), step: a('0.5') };
    expect(limit('1.5', poor, { max_stock_pct: a('100') })).toEqual(['1', 'cash']);
  });

  it('give up no step more than needed where a smaller fee makes a smaller sale impossible', () => {
    // Below 9.376809 the commission falls by one unit, and with it the room: 9.3768 is refused, 9.376799 allowed.
    const sale = { side: 'SELL', price: a('0.00079135'), qty: a('20.82466675'), cash: ZERO, receivable: a('0.00000238') } as const;
    const narrow = { min_stock_pct: a('79'), max_stock_pct: a('79') };
    expect(limit('20', { ...sale, commission_rate: a('0.67578594') }, narrow)).toEqual(['9.376809', 'min_stock_pct']);
    expect(limit('9.3768', { ...sale, commission_rate: a('0.67578594') }, narrow)).toEqual(['9.376799', 'min_stock_pct']);
  });

  it('order nothing larger than an amount can hold, however cheap the share', () => {
    const cheap = { qty: a('1'), price: a('0.00000001'), cash: a('1000000') };
    expect(limit('999999999999', cheap)).toEqual(['999999999998.999999', 'largest_quantity']);
  });

  describe('with short selling', () => {
    const short = { short_selling: true, min_stock_pct: ZERO, max_trade_pct_of_position: a('1000') };
    it('let the short side grow to the share that bounds the long side', () => {
      expect(limit('600', { side: 'SELL' }, short)).toEqual(['600', null]);
      expect(limit('9999', { side: 'SELL' }, short)).toEqual(['1249.906257', 'min_stock_pct']); // 125000 / (100 × 1.000075)
    });
    it('still hold the least stock where some is asked for', () => {
      expect(limit('600', { side: 'SELL' }, { short_selling: true })).toEqual(['250.00625', 'min_stock_pct']);
    });
    it('cover by the same rules as any purchase', () => {
      expect(limit('2000', { qty: a('-500'), cash: a('150000') }, short)).toEqual(['1249.906257', 'max_stock_pct']);
    });
  });

  it('cut an order that waited to what is allowed at the fresh price', () => {
    const { qty, binding } = capAtFreshPrice(a('249'), inputOf({ price: a('110') }, {}));
    expect([formatAmount(qty), binding]).toEqual(['215.892898', 'max_stock_pct']);
  });

  const amounts = (least: bigint, most: bigint) => fc.bigInt(least, most).map((units) => units as Amount);
  const percents = fc.oneof(
    fc.constantFrom(ZERO, a('100')),
    fc.integer({ min: 0, max: 100 }).map((value) => a(String(value))),
  );
  const bands = fc.record({
    one: percents,
    other: percents,
    most: fc.oneof(percents, fc.constant(a('100000'))),
    short_selling: fc.boolean(),
  });

  function expectSameAsWalking(
    position: Case,
    { one, other, most, short_selling }: typeof bands extends fc.Arbitrary<infer T> ? T : never,
  ) {
    const [min_stock_pct, max_stock_pct] = one < other ? [one, other] : [other, one];
    const input = inputOf(position, { min_stock_pct, max_stock_pct, max_trade_pct_of_position: most, short_selling });
    const { qty, binding } = limitByGuardrails(exact(a('100000000')), input);
    expect([formatAmount(qty), binding === null]).toEqual([walk(input, position.receivable).toFixed(), false]);
  }

  it('agree with the rule as it is written, in a decimal library', () => {
    const cases = fc.record({
      side: fc.constantFrom('BUY' as const, 'SELL' as const),
      price: amounts(10n ** 6n, 10n ** 10n),
      qty: amounts(0n, 10n ** 12n),
      cash: amounts(0n, 10n ** 12n),
      receivable: amounts(0n, 10n ** 9n),
      commission_rate: amounts(0n, 90_000_000n),
      step: fc.constantFrom(a('0.0001'), a('0.000001'), a('1')),
      day: fc.constant(half.day),
    });
    fc.assert(fc.property(cases, bands, expectSameAsWalking), { numRuns: 300 });
  });

  it('agree with it for a share so cheap that a thousand steps are refused in a row', () => {
    const cases = fc.record({
      side: fc.constantFrom('BUY' as const, 'SELL' as const),
      price: amounts(2_000n, 100_000n),
      qty: amounts(0n, 10n ** 10n),
      cash: amounts(0n, 10n ** 6n),
      receivable: amounts(0n, 1_000n),
      commission_rate: fc.oneof(fc.constantFrom(a('0.0001'), a('0.3')), amounts(0n, 70_000_000n)),
      step: fc.constant(a('0.000001')),
      day: fc.constant(half.day),
    });
    fc.assert(fc.property(cases, bands, expectSameAsWalking), { numRuns: 300 });
  });
});

/** The rule as it is written: the least cap, cut, then one step less until the checks hold. */
function walk({ side, price, qty, cash, commission_rate, step, settings: rules }: GuardrailInput, receivable: Amount): Decimal {
  const [p, q, c, rate, one] = [price, qty, cash, commission_rate, step].map(decimal) as [Decimal, Decimal, Decimal, Decimal, Decimal];
  const v = q.mul(p).add(c).add(decimal(receivable));
  const part = (pct: Amount): Decimal => decimal(pct).div(100);
  const [most, trade] = [part(rules.max_stock_pct), part(rules.max_trade_pct_of_position)];
  const least = rules.short_selling && rules.min_stock_pct === ZERO ? most.neg() : part(rules.min_stock_pct);
  const caps =
    side === 'BUY'
      ? [
          most
            .mul(v)
            .sub(q.mul(p))
            .div(p.mul(rate.mul(most).add(1))),
          c.div(p.mul(rate.add(1))),
        ]
      : [
          q
            .mul(p)
            .sub(least.mul(v))
            .div(p.mul(new Exact(1).sub(rate.mul(least)))),
          ...(rules.short_selling ? [] : [q]),
        ];
  let n = Decimal.min(new Exact('100000000'), trade.mul(v).div(p), ...caps);
  n = Decimal.max(0, n).div(one).floor().mul(one);
  const holds = (): boolean => {
    const moved = n.mul(p).toDecimalPlaces(8, Decimal.ROUND_HALF_EVEN);
    const fee = moved.mul(rate).toDecimalPlaces(8, Decimal.ROUND_HALF_UP);
    if (n.mul(p).gt(trade.mul(v))) return false;
    if (side === 'BUY')
      return (
        q
          .add(n)
          .mul(p)
          .lte(most.mul(v.sub(fee))) && moved.add(fee).lte(c)
      );
    return q
      .sub(n)
      .mul(p)
      .gte(least.mul(v.sub(fee)));
  };
  while (n.gt(0) && !holds()) n = n.sub(one);
  return n;
}
