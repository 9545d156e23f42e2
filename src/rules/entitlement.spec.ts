import { formatAmount, parseAmount } from '../kernel/amount';
import { heldBefore, type PastSplit } from './entitlement';
import { parseRatio } from './split';

const CUTOFF = '2026-06-12T00:00:00.000Z';
const step = parseAmount('0.000001');
const change = (at: string, qty: string) => ({ at, qty: parseAmount(qty) });
const held = (changes: readonly ReturnType<typeof change>[], splits: readonly PastSplit[] = []): string =>
  formatAmount(heldBefore(changes, splits, { before: CUTOFF, exDate: '2026-06-12', step }));
const split = (ex_date: string, ratio: string): PastSplit => ({ ex_date, ex_open: `${ex_date}T08:00:00.000Z`, ratio: parseRatio(ratio) });

describe('the entitled holding', () => {
  it('case 3: counts what was executed before the cutoff, not at it and not after it', () => {
    expect(held([change('2026-06-11T23:59:59.999Z', '10')])).toBe('10');
    expect(held([change('2026-06-12T00:00:00.000Z', '10')])).toBe('0');
    expect(held([change('2026-06-12T00:00:00.001Z', '10')])).toBe('0');
  });
  it('case 4: neither counts what was bought on the ex-date nor misses what was sold on it', () =>
    expect(
      held([
        change('2026-06-01T15:00:00.000Z', '100'),
        change('2026-06-12T15:00:00.000Z', '50'),
        change('2026-06-12T16:00:00.000Z', '-150'),
      ]),
    ).toBe('100'));
  it('case 6: does not care in which order fills were recorded', () =>
    expect(held([change('2026-06-10T15:00:00.000Z', '-30'), change('2026-06-01T15:00:00.000Z', '100')])).toBe('70'));
  it('case 7: counts only those fills of an order that came before the cutoff', () =>
    expect(held([change('2026-06-11T19:59:00.000Z', '40'), change('2026-06-12T13:31:00.000Z', '60')])).toBe('40'));
  it('case 8: is negative for a short holding', () => expect(held([change('2026-06-01T15:00:00.000Z', '-70')])).toBe('-70'));
  it('case 23: restates fills of before an earlier split, and those alone', () =>
    expect(held([change('2026-06-01T15:00:00.000Z', '10'), change('2026-06-09T15:00:00.000Z', '5')], [split('2026-06-09', '7:1')])).toBe(
      '75',
    ));
  it('case 26: leaves a split of the same date to the dividend, which is per new share', () =>
    expect(held([change('2026-06-01T15:00:00.000Z', '10')], [split('2026-06-12', '2:1')])).toBe('10'));
});
