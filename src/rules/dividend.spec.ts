import fc from 'fast-check';
import { type Amount, formatAmount, parseAmount } from '../kernel/amount';
import { exact } from '../kernel/exact';
import { anchorAtExDate, dividendAmounts, exceedsPrice } from './dividend';
import { minorUnitOf } from './minor-unit';
import { decideTrigger } from './trigger';

const pay = (qty: string, amount: string, pct = '0', currency = 'USD') => {
  const terms = { amount_per_share: parseAmount(amount), withholding_tax_pct: parseAmount(pct), minor_unit: minorUnitOf(currency) };
  const { gross, withheld, net } = dividendAmounts(parseAmount(qty), terms);
  return [formatAmount(gross), formatAmount(withheld), formatAmount(net)];
};
const anchor = (a: string, d: string, p: string | null): string | null => {
  const adjusted = anchorAtExDate(parseAmount(a), parseAmount(d), p === null ? null : exact(parseAmount(p)));
  return adjusted === null ? null : formatAmount(adjusted);
};

describe('a dividend', () => {
  it('case 1: pays the holding times the amount', () => expect(pay('100', '0.46')).toEqual(['46', '0', '46']));
  it('case 2: 1,400 × 0.09 is 126.00 gross, 18.90 withheld at 15 %, 107.10 net', () =>
    expect(pay('1400', '0.09', '15')).toEqual(['126', '18.9', '107.1']));
  it('case 8: is owed in full by a short holding: nothing is withheld from what it pays', () =>
    expect(pay('-1400', '0.09', '15')).toEqual(['-126', '0', '-126']));
  it('case 21: rounds gross and withholding half-up to cents, each once', () => {
    expect(pay('1', '0.005')).toEqual(['0.01', '0', '0.01']);
    expect(pay('3', '0.115', '26.375')).toEqual(['0.35', '0.09', '0.26']); // 0.345 -> 0.35; 0.0923125 -> 0.09
  });
  it('case 21: rounds to the unit of its currency: whole yen, thousandths of a dinar', () => {
    expect(pay('7', '10.5', '15.315', 'JPY')).toEqual(['74', '11', '63']);
    expect(pay('7', '0.0105', '0', 'KWD')).toEqual(['0.074', '0', '0.074']);
  });
  it('case 22: is proportional for a fraction of a share: 2 × 0.045 is 0.09', () => {
    expect(pay('2', '0.045')).toEqual(['0.09', '0', '0.09']);
    expect(pay('0.333333', '1')).toEqual(['0.33', '0', '0.33']);
  });
  it('splits gross into withheld and net without losing a cent', () =>
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 15n), fc.bigInt(1n, 10n ** 10n), fc.bigInt(0n, 10n ** 10n), (qty, amount, pct) => {
        const terms = { amount_per_share: amount as Amount, withholding_tax_pct: pct as Amount, minor_unit: minorUnitOf('USD') };
        const { gross, withheld, net } = dividendAmounts(qty as Amount, terms);
        expect(withheld + net).toBe(gross);
        expect(withheld >= 0n && net >= 0n).toBe(true);
      }),
    ));
});

describe('the anchor on an ex-date', () => {
  it('case 28: falls by the share of the price that the dividend is', () => {
    expect(anchor('100', '1', '50')).toBe('98');
    expect(anchor('61.46', '0.37', '97.12')).toBe('61.22585461'); // 61.46·96.75/97.12, one division
  });
  it('case 9: falls for a special dividend the same way', () => expect(anchor('120', '20', '100')).toBe('96'));
  it('falls by the dividend itself where no close before it is known', () => expect(anchor('100', '0.46', null)).toBe('99.54'));
  it('case 28: is refused where nothing would be left', () => {
    expect(anchor('100', '50', '50')).toBeNull();
    expect(anchor('0.4', '0.5', null)).toBeNull();
    expect(exceedsPrice(parseAmount('50'), exact(parseAmount('50')))).toBe(true);
    expect(exceedsPrice(parseAmount('49.99999999'), exact(parseAmount('50')))).toBe(false);
  });
  it('case 19: sums several dividends of one date over the same close', () => {
    expect(anchor('100', '3', '50')).toBe('94'); // not 98·(50 − 2)/50
    expect(anchor(anchor('100', '1', '50') ?? '', '2', '50')).toBe('94.08');
  });
  it('case 28: does not come nearer to a trigger by the dividend alone', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 100_000 }),
        fc.integer({ min: 1, max: 99 }),
        fc.integer({ min: -2, max: 2 }),
        (cents, pct, move) => {
          const close = (BigInt(cents) * 1_000_000n) as Amount;
          const dividend = ((close * BigInt(pct)) / 100n) as Amount;
          const before = ((close * BigInt(100 + move)) / 100n) as Amount;
          const after = anchorAtExDate(before, dividend, exact(close));
          const thresholds = { up_threshold_pct: parseAmount('3'), down_threshold_pct: parseAmount('3') };
          expect(after).not.toBeNull();
          expect(decideTrigger((close - dividend) as Amount, after ?? close, thresholds).decision).toBe(
            decideTrigger(close, before, thresholds).decision,
          );
        },
      ),
    ));
});
