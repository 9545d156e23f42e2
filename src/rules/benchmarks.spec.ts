import { parseAmount } from '../kernel/amount';
import { buyAndHold, type BuyAndHoldTerms, type PastAction, priceHistory } from './benchmarks';

const closes = (...prices: readonly string[]) =>
  prices.map((close, index) => ({ day: `2026-01-${String(index * 3 + 1).padStart(2, '0')}`, close: parseAmount(close) }));
const dividend = (ex_date: string, amount: string): PastAction => ({ ex_date, type: 'dividend', amount: parseAmount(amount) });
const split = (ex_date: string, to: bigint, from: bigint): PastAction => ({ ex_date, type: 'split', ratio: { new: to, old: from } });
const terms = (changes: Partial<Record<keyof BuyAndHoldTerms, string>> = {}): BuyAndHoldTerms => ({
  cash: parseAmount(changes.cash ?? '1000'),
  qty: parseAmount(changes.qty ?? '0'),
  qty_step: parseAmount(changes.qty_step ?? '0.000001'),
  commission_rate: parseAmount(changes.commission_rate ?? '0'),
  withholding_tax_pct: parseAmount(changes.withholding_tax_pct ?? '0'),
  minor_unit: parseAmount(changes.minor_unit ?? '0.01'),
});
const held = (prices: readonly string[], actions: readonly PastAction[], changes: Parameters<typeof terms>[0] = {}): number[] => [
  ...buyAndHold(priceHistory(closes(...prices), actions), terms(changes)).daily,
];

describe('buy and hold', () => {
  it('puts all the wealth into the stock, shares held at the start included', () => {
    expect(held(['100', '110'], [], { qty: '5' })).toEqual([1500, 1650]);
  });

  it('pays the commission out of the wealth and keeps what a step cannot buy as cash', () => {
    // 9 shares cost 900 + 90; a tenth would not be paid for
    expect(held(['100', '200'], [], { qty_step: '1', commission_rate: '0.1' })).toEqual([910, 1810]);
  });

  it('spends nothing it does not have', () => {
    expect(held(['100', '200'], [], { cash: '0' })).toEqual([0, 0]);
    expect(held(['100', '200'], [], { cash: '50', qty_step: '1' })[1]).toBeCloseTo(50, 9);
  });

  it('keeps a dividend as cash, gross and tax each rounded to cents', () => {
    // 10 shares: gross 3.335 -> 3.34, tax 0.501 -> 0.50
    expect(held(['100', '100'], [dividend('2026-01-04', '0.3335')], { withholding_tax_pct: '15' })[1]).toBeCloseTo(1002.84, 9);
    expect(held(['100', '100'], [dividend('2026-01-04', '0.3335')], { minor_unit: '1' })[1]).toBeCloseTo(1003, 9);
  });

  it('drops the fraction that a split leaves below the step', () => {
    expect(held(['100', '300'], [split('2026-01-04', 1n, 3n)], { qty_step: '1' })).toEqual([1000, 900]);
  });

  it('splits before it pays the dividend of the same date, which is per new share', () => {
    const actions = [dividend('2026-01-04', '1'), split('2026-01-04', 2n, 1n)];
    expect(held(['100', '50'], actions)).toEqual([1000, 1020]);
  });

  it('meets an action at the first bar on or after its ex-date, and none on or before the first bar or after the last', () => {
    const prices = ['100', '100', '100'];
    const paid = (ex_date: string): number[] => held(prices, [dividend(ex_date, '1')]);
    expect(paid('2025-12-31')).toEqual([1000, 1000, 1000]);
    expect(paid('2026-01-01')).toEqual([1000, 1000, 1000]);
    expect(paid('2026-01-02')).toEqual([1000, 1010, 1010]);
    expect(paid('2026-01-04')).toEqual([1000, 1010, 1010]);
    expect(paid('2026-01-05')).toEqual([1000, 1000, 1010]);
    expect(paid('2026-01-08')).toEqual([1000, 1000, 1000]);
  });

  it('takes actions in the order of their dates, whatever the order of the file', () => {
    const actions = [dividend('2026-01-03', '1'), split('2026-01-02', 2n, 1n)];
    expect(held(['100', '50'], actions)).toEqual(held(['100', '50'], actions.toReversed()));
    expect(held(['100', '50'], actions)[1]).toBe(1020);
  });
});

it('a history without a bar is refused', () => expect(() => priceHistory([], [])).toThrow('at least one bar'));
