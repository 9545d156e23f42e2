import { parseAmount } from '../kernel/amount';
import { answerSurely, type CertainAnswer, certainRules } from './certain-quantity';
import { certainLaw } from './certain-quantity.spec-support';
import { HISTORICAL_SETTINGS_TEXT, parseSettings } from './settings';

const settings = parseSettings(HISTORICAL_SETTINGS_TEXT);

describe('a quantity of which doubles are certain', () => {
  it('is what exact fractions, every limit and the order policy come to', () => certainLaw(10_000));

  it('is not given for another sizing, nor where the rounding is close', () => {
    expect(
      certainRules({ ...settings, order_sizing_strategy: 'target_allocation' }, settings.qty_step, settings.commission_rate),
    ).toBeNull();
    const rules = certainRules({ ...settings, rebalance_ratio: parseAmount('1') }, parseAmount('1'), parseAmount('0'));
    if (!rules) throw new Error('the usual sizing is proportional');
    const holding = { qty: 5e10, cash: 5e12, anchor: 1e10, dayOrders: 0, dayNotional: 0 };
    const answer: CertainAnswer = { qty: 0, binding: null };
    const asked = (price: number) => answerSurely(answer, 'SELL', price, (holding.qty * price) / 1e8 + holding.cash, holding, rules);
    expect(asked(1.25e10)).toBe(false); // 0.2 · 112,500 / 125 = 180 shares to the dot
    expect(asked(1.2501e10)).toBe(true);
    expect(answer).toEqual({ qty: 180e8, binding: null });
  });
});
