import { formatAmount, parseAmount, ZERO } from '../kernel/amount';
import { exact } from '../kernel/exact';
import { applyOrderPolicy, type OrderPolicySettings } from './order-policy';
import type { Limit } from './quantity-limit';

const a = parseAmount;
const step = a('0.01');
const atMost = (cap: string): Limit<'cash'> => ({ name: 'cash', cap: exact(a(cap)), holds: () => true });

function policy(qty: string, changes: Partial<OrderPolicySettings>, limits: readonly Limit<'cash'>[] = [atMost('1000')], price = '30') {
  const settings: OrderPolicySettings = { min_qty: ZERO, min_notional: a('100'), action_below_min: 'hold', ...changes };
  const decision = applyOrderPolicy(a(qty), a(price), step, settings, limits);
  return [decision.decision, formatAmount(decision.qty), decision.refused_by];
}

describe('the order policy', () => {
  it('places an order at the minimum and above', () => {
    expect(policy('5', {})).toEqual(['place', '5', null]);
    expect(policy('5', { min_notional: a('150') })).toEqual(['place', '5', null]);
    expect(policy('5', { min_notional: ZERO, min_qty: a('5') })).toEqual(['place', '5', null]);
  });

  it('sends no order too small to be worth its costs', () => {
    expect(policy('4.99', { min_notional: a('150') })).toEqual(['hold', '0', null]);
    expect(policy('4.99', { min_qty: a('5') })).toEqual(['hold', '0', null]);
  });

  it('keeps the small order for the audit where it is to be rejected', () => {
    expect(policy('1', { action_below_min: 'reject' })).toEqual(['reject', '1', null]);
  });

  describe('clip', () => {
    const clip = { action_below_min: 'clip' } as const;
    it('raises to the minimum in money, rounded up to the step', () => expect(policy('1', clip)).toEqual(['clip', '3.34', null]));
    it('raises to the minimum quantity where that is more', () =>
      expect(policy('1', { ...clip, min_qty: a('7.005') })).toEqual(['clip', '7.01', null]));
    it('leaves a minimum on the step as it is', () => expect(policy('1', { ...clip, min_notional: a('90') })).toEqual(['clip', '3', null]));
    it('holds where a cap forbids the larger order, and says which', () =>
      expect(policy('1', clip, [atMost('3')])).toEqual(['hold', '0', 'cash']));
    it('holds where only rounding up to the step breaks a cap', () =>
      expect(policy('1', clip, [atMost('3.335')])).toEqual(['hold', '0', 'cash']));
    it('holds where the minimum is more shares than an amount can count', () =>
      expect(policy('1', { ...clip, min_notional: a('1000000') }, [atMost('1000')], '0.00000001')).toEqual(['hold', '0', 'cash']));
    it('holds where the rounded commission of the larger order no longer fits', () =>
      expect(policy('1', clip, [{ ...atMost('4'), holds: (qty) => qty < a('3.34') }])).toEqual(['hold', '0', 'cash']));
  });
});
