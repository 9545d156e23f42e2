import * as fc from 'fast-check';
import { type Amount, formatAmount, minus, parseAmount, plus, ZERO } from '../kernel/amount';
import { applyFill, type CostBasis } from './cost-basis';
import type { Side } from './trigger';

const a = parseAmount;
const flat: CostBasis = { qty: ZERO, avg_cost: ZERO, realized_pnl: ZERO };

type Fill = readonly [Side, string, string];
const after = (...fills: readonly Fill[]) => {
  const { qty, avg_cost, realized_pnl } = fills.reduce((basis, [side, n, price]) => applyFill(basis, side, a(n), a(price)), flat);
  return [formatAmount(qty), formatAmount(avg_cost), formatAmount(realized_pnl)];
};

describe('average cost and realized profit', () => {
  it('averages what was paid', () => expect(after(['BUY', '10', '100'], ['BUY', '30', '104'])).toEqual(['40', '103', '0']));

  it('realizes against the average, which a sale leaves alone', () =>
    expect(after(['BUY', '10', '100'], ['SELL', '4', '110'])).toEqual(['6', '100', '40']));

  it('counts a loss as a loss', () => expect(after(['BUY', '10', '100'], ['SELL', '4', '90'])).toEqual(['6', '100', '-40']));

  it('forgets the cost of what is no longer held', () =>
    expect(after(['BUY', '10', '100'], ['SELL', '10', '101'])).toEqual(['0', '0', '10']));

  it('does the same for a short holding, with the opposite sign', () => {
    expect(after(['SELL', '10', '100'], ['SELL', '10', '110'])).toEqual(['-20', '105', '0']);
    expect(after(['SELL', '10', '100'], ['BUY', '4', '90'])).toEqual(['-6', '100', '40']);
    expect(after(['SELL', '10', '100'], ['BUY', '4', '120'])).toEqual(['-6', '100', '-80']);
  });

  it('closes the old side and opens the rest at the price of a fill that crosses zero', () => {
    expect(after(['BUY', '10', '100'], ['SELL', '15', '110'])).toEqual(['-5', '110', '100']);
    expect(after(['SELL', '10', '100'], ['BUY', '15', '90'])).toEqual(['5', '90', '100']);
  });

  it('rounds what it stores half-even to 8 places', () => {
    expect(after(['BUY', '2', '1'], ['BUY', '1', '2'])).toEqual(['3', '1.33333333', '0']);
    expect(after(['BUY', '1', '0.00000001'], ['BUY', '1', '0.00000002'])[1]).toBe('0.00000002');
    expect(after(['BUY', '1', '1'], ['SELL', '0.5', '1.00000001'])[2]).toBe('0');
    expect(after(['BUY', '1', '1'], ['SELL', '0.5', '1.00000003'])[2]).toBe('0.00000002');
  });

  it('refuses a fill of nothing or for nothing', () => {
    expect(() => applyFill(flat, 'BUY', ZERO, a('1'))).toThrow('qty must be above zero');
    expect(() => applyFill(flat, 'BUY', a('1'), ZERO)).toThrow('price must be above zero');
  });

  it('creates and loses no money: cash paid equals cost held less profit, however trades cross zero', () => {
    const whole = (most: number) => fc.integer({ min: 1, max: most }).map((n) => a(String(n)));
    const fills = fc.array(fc.tuple(fc.constantFrom<Side>('BUY', 'SELL'), whole(50), whole(500)), { maxLength: 30 });
    fc.assert(
      fc.property(fills, (list) => {
        let basis = flat;
        let paid: Amount = ZERO;
        for (const [side, n, price] of list) {
          basis = applyFill(basis, side, n, price);
          const money = a(String(BigInt(formatAmount(n)) * BigInt(formatAmount(price))));
          paid = side === 'BUY' ? plus(paid, money) : minus(paid, money);
        }
        const held = (Number(basis.qty) / 1e8) * (Number(basis.avg_cost) / 1e8);
        expect(held - Number(basis.realized_pnl) / 1e8).toBeCloseTo(Number(paid) / 1e8, 3);
      }),
    );
  });
});
