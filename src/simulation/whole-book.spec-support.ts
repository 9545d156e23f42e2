import fc from 'fast-check';
import { ofUnits, parseAmount } from '../kernel/amount';
import { LARGEST_WHOLE } from '../kernel/whole-units';
import { HISTORICAL_SETTINGS_TEXT, parseSettings } from '../rules/settings';
import { triggerBounds } from '../rules/trigger';
import { RunBook } from './run-book';
import { WholeBook } from './whole-book';

const rates = fc.constantFrom('0', '0.0001', '0.00333333', '0.5');
const fills = fc.array(
  fc.record({
    buying: fc.boolean(),
    /** Of what is held or can be paid for. */
    part: fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000),
    price: fc.oneof(
      fc.noBias(fc.integer({ min: 1, max: 2_000_000 })).map((cents) => cents * 1_000_000),
      fc.noBias(fc.integer({ min: 1, max: 10 ** 13 })),
    ),
    days: fc.integer({ min: 0, max: 1 }),
  }),
  { minLength: 1, maxLength: 40 },
);
const starts = fc.record({
  cash: fc.oneof(fc.noBias(fc.integer({ min: 0, max: 10 ** 14 })), fc.integer({ min: LARGEST_WHOLE / 2, max: 4 * LARGEST_WHOLE })),
  qty: fc.oneof(fc.constant(0), fc.noBias(fc.integer({ min: 1, max: 10 ** 12 })), fc.integer({ min: 1, max: LARGEST_WHOLE })),
});

/** Fill by fill, for as long as it is usable: a position in whole units comes to what the exact book comes to. */
export function wholeBookLaw(numRuns: number): void {
  let booked = 0;
  let grown = 0;
  fc.assert(
    fc.property(starts, rates, fills, ({ cash, qty }, rate, wanted) => {
      const settings = parseSettings({ ...HISTORICAL_SETTINGS_TEXT, commission_rate: rate });
      const { qty_step, commission_rate, withholding_tax_pct } = settings;
      const terms = { qty_step, commission_rate, withholding_tax_pct, minor_unit: ofUnits(1_000_000n) };
      const open = () => new RunBook({ ...terms, cash: ofUnits(BigInt(cash)), qty: ofUnits(BigInt(qty)) }, parseAmount('100'));
      const [exactly, moved] = [open(), open()];
      const whole = new WholeBook(moved, settings);
      whole.load();
      let day = 0;
      for (const { buying, part, price, days } of wanted) {
        if (!whole.usable) break;
        day += days;
        const most = buying ? (whole.cash / (price * (1 + Number(rate)))) * 1e8 * (1 - 1e-9) : whole.qty;
        const n = Math.floor(most * part);
        if (n === 0 || n > LARGEST_WHOLE) continue;
        const side = buying ? 'BUY' : 'SELL';
        whole.enterDay(day);
        if (!whole.fill(side, n, price)) break;
        const fill = exactly.fill(side, ofUnits(BigInt(n)), ofUnits(BigInt(price)), day);
        if (whole.usable) {
          expect(whole.lastTrade(side, n, 7, 'TRIGGER_BUY')).toEqual({ ...fill, bar: 7, decidedAt: 7, reason: 'TRIGGER_BUY' });
          const bounds = triggerBounds(exactly.anchor, settings);
          expect({ least_sell: BigInt(whole.sellAt), greatest_buy: BigInt(whole.buyAt) }).toEqual(bounds);
        } else grown++;
        booked++;
      }
      whole.settle();
      expect({ ...moved, counts: moved.countsOf(day) }).toEqual({
        ...exactly,
        countedDay: moved.countedDay,
        counts: exactly.countsOf(day),
      });
    }),
    { numRuns },
  );
  expect(booked).toBeGreaterThan(1_000);
  expect(grown).toBeGreaterThan(5);
}
