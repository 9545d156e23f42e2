import * as fc from 'fast-check';
import { type Amount, parseAmount, ZERO } from '../kernel/amount';
import { commission, notional } from './commission';
import { evaluateRules } from './evaluation';
import { decideRules, type RulesInput } from './rules-decision';
import { openingPurchase } from './opening-purchase';
import { DEFAULT_SETTINGS_TEXT, parseSettings, type SettingsText } from './settings';
import { SIZING_STRATEGY_NAMES } from './sizing';

const a = parseAmount;
const step = a('0.000001');

function input(price: string, settings: Partial<SettingsText> = {}, changes: Partial<RulesInput> = {}): RulesInput {
  return {
    price: a(price),
    qty: a('500'),
    cash: a('50000'),
    receivable: ZERO,
    anchor: a('100'),
    settings: parseSettings({ ...DEFAULT_SETTINGS_TEXT, ...settings }),
    step,
    commission_rate: a('0.0001'),
    day: { orders: 0, notional: ZERO },
    ...changes,
  };
}
const evaluate = (...args: Parameters<typeof input>) => evaluateRules(input(...args));

describe('an evaluation', () => {
  it('explains a sale step by step, in a record that can be stored', () => {
    const outcome = evaluate('103');
    expect(outcome).toEqual({
      action: 'SELL',
      qty: '47.837699',
      reason: 'TRIGGER_SELL',
      trigger: { decision: 'SELL', bound: '103' },
      sizing: { strategy: 'proportional', raw: '47.83769912' },
      guardrails: {
        qty: '47.837699',
        binding: null,
        caps: { shares: '500', min_stock_pct: '253.64711788', max_trade_pct_of_position: '492.7184466' },
      },
      order_policy: { decision: 'place', qty: '47.837699', refused_by: null },
    });
    expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
    expect(JSON.stringify(outcome).length).toBeLessThan(450);
  });

  it('explains a purchase that a cap made smaller', () => {
    expect(evaluate('97', { max_trade_pct_of_position: '2' })).toMatchObject({
      action: 'BUY',
      qty: '20.309278',
      reason: 'TRIGGER_BUY',
      trigger: { decision: 'BUY', bound: '97' },
      guardrails: { binding: 'max_trade_pct_of_position' },
    });
  });

  it('adds next to nothing to the log when nothing is to be done', () => {
    const steps = { sizing: null, guardrails: null, order_policy: null };
    const trigger = { decision: 'NONE', bound: null };
    expect(evaluate('102.99')).toEqual({ action: 'HOLD', qty: '0', reason: 'NO_TRIGGER', trigger, ...steps });
    expect(evaluate('103', {}, { anchor: null })).toEqual({ action: 'HOLD', qty: '0', reason: 'NO_ANCHOR', trigger, ...steps });
    expect(evaluate('103', {}, { anchor: ZERO })).toMatchObject({ action: 'HOLD', reason: 'NO_ANCHOR' });
  });

  it.each([
    ['GUARDRAIL:max_orders_per_day', { max_orders_per_day: 2 }, { day: { orders: 2, notional: ZERO } }],
    ['GUARDRAIL:max_daily_notional', { max_daily_notional: '500' }, { day: { orders: 0, notional: a('500') } }],
    ['GUARDRAIL:min_stock_pct', {}, { cash: a('500000') }],
    ['GUARDRAIL:shares', {}, { qty: ZERO }],
    ['GUARDRAIL:max_trade_pct_of_position', { max_trade_pct_of_position: '0' }, {}],
  ] as const)('holds and names the cap that left nothing to trade: %s', (reason, settings, changes) => {
    expect(evaluate('103', settings, changes)).toMatchObject({ action: 'HOLD', qty: '0', reason, order_policy: null });
  });

  it.each([
    ['GUARDRAIL:cash', { max_stock_pct: '100' }, { cash: ZERO }],
    ['GUARDRAIL:max_stock_pct', { max_stock_pct: '40' }, {}],
  ] as const)('holds and names the cap that left nothing to buy: %s', (reason, settings, changes) => {
    expect(evaluate('97', settings, changes)).toMatchObject({ action: 'HOLD', qty: '0', reason });
  });

  it('tells apart what a strategy does not want and what is smaller than one step', () => {
    const target = { order_sizing_strategy: 'target_allocation', target_stock_pct: '70' } as const;
    expect(evaluate('103', target)).toMatchObject({ action: 'HOLD', reason: 'NOTHING_TO_TRADE', sizing: { raw: '0' }, guardrails: null });
    expect(evaluate('103', {}, { step: a('100') })).toMatchObject({ action: 'HOLD', reason: 'BELOW_STEP', guardrails: { qty: '0' } });
  });

  it('follows the order policy below the minimum', () => {
    const small = { min_notional: '10000' } as const;
    expect(evaluate('103', small)).toMatchObject({ action: 'HOLD', qty: '0', reason: 'BELOW_MINIMUM' });
    expect(evaluate('103', { ...small, action_below_min: 'reject' })).toMatchObject({
      action: 'REJECT',
      qty: '47.837699',
      reason: 'BELOW_MINIMUM',
      trigger: { decision: 'SELL' },
    });
    expect(evaluate('103', { ...small, action_below_min: 'clip' })).toMatchObject({
      action: 'SELL',
      qty: '97.087379',
      reason: 'TRIGGER_SELL',
      order_policy: { decision: 'clip' },
    });
    expect(evaluate('103', { ...small, action_below_min: 'clip', max_trade_pct_of_position: '6' })).toMatchObject({
      action: 'HOLD',
      reason: 'BELOW_MINIMUM',
      order_policy: { decision: 'hold', refused_by: 'max_trade_pct_of_position' },
    });
  });

  it('sizes by the whole value where part of the cash is reserved, and spends only what is free', () => {
    const free = { cash: a('1000'), value: { n: 98_500n, d: 1n } };
    const raw = evaluate('97').sizing;
    expect(evaluate('97', {}, free)).toMatchObject({ sizing: raw, guardrails: { binding: 'cash' }, qty: '10.308247' });
  });

  it('refuses a price that is none', () => {
    expect(() => evaluate('0')).toThrow('price must be above zero');
  });

  it('decides, whatever the numbers, within the band and without spending what is not there', () => {
    const amounts = (most: bigint) => fc.bigInt(1n, most).map((units) => units as Amount);
    const cases = fc.record({
      price: amounts(10n ** 19n),
      anchor: amounts(10n ** 19n),
      qty: amounts(10n ** 19n),
      cash: amounts(10n ** 19n),
      order_sizing_strategy: fc.constantFrom(...SIZING_STRATEGY_NAMES),
      action_below_min: fc.constantFrom('hold' as const, 'reject' as const, 'clip' as const),
    });
    fc.assert(
      fc.property(cases, ({ price, anchor, qty, cash, ...chosen }) => {
        fc.pre(price * qty < 10n ** 28n); // a position must be worth what an amount can hold
        const ratio = { rebalance_ratio: '0.9', max_trade_pct_of_position: '100' } as const;
        const given = input('1', { ...chosen, ...ratio }, { price, anchor, qty, cash });
        const { action, qty: n } = decideRules(given);
        if (action === 'BUY') {
          const cost = notional(n, price);
          expect(cost + commission(given.commission_rate, cost)).toBeLessThanOrEqual(cash);
        }
        if (action === 'SELL') expect(n).toBeLessThanOrEqual(qty);
        expect(n % step).toBe(0n);
        expect(evaluateRules(given).qty).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe('the opening purchase', () => {
  const open = (stock_pct: string, price: string, commission_rate = '0.0001') =>
    openingPurchase({ stock_pct: a(stock_pct), cash: a('100000'), price: a(price), step, commission_rate: a(commission_rate) });

  it('puts the asked part of the cash into stock, commission on top, whatever the guardrails say', () => {
    expect(open('50', '29.125')).toBe(a('1716.738197'));
    expect(open('0', '29.125')).toBe(ZERO);
  });

  it('leaves cash for the commission where all of it is to be spent', () => {
    expect(open('100', '100', '0.01')).toBe(a('990.099009'));
  });
});
