import fc from 'fast-check';
import { type Amount, ofUnits, parseAmount } from '../kernel/amount';
import { cutUnits } from '../kernel/exact';
import { isClearOfLimits } from './clear-of-limits';
import { guardrailLimits } from './guardrails';
import { positionValue } from './position-value';
import { limitQuantity } from './quantity-limit';
import { HISTORICAL_SETTINGS_TEXT, parseSettings } from './settings';

const settings = parseSettings(HISTORICAL_SETTINGS_TEXT);
const pct = (min: number, max: number) => fc.integer({ min, max }).map((value) => parseAmount(String(value)));
const amount = (max: bigint) => fc.noBias(fc.bigInt({ min: 0n, max })).map(ofUnits);
/** Mostly of a usual size. */
const sized = (usual: bigint) =>
  fc.oneof({ weight: 9, arbitrary: amount(usual) }, { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 19n }).map(ofUnits) });
const cases = fc.record({
  side: fc.constantFrom('BUY', 'SELL' as const),
  price: fc.oneof(fc.noBias(fc.bigInt({ min: 10n ** 8n, max: 10n ** 11n })), fc.bigInt({ min: 1n, max: 10n ** 14n })).map(ofUnits),
  qty: sized(10n ** 11n),
  short: fc.integer({ min: 0, max: 3 }).map((die) => die === 0),
  cash: sized(10n ** 13n),
  receivable: amount(10n ** 10n),
  rate: fc.constantFrom('0', '0.0001', '0.5').map((text) => parseAmount(text)),
  step: fc.constantFrom('0.000001', '1', '0.00000001').map((text) => parseAmount(text)),
  band: fc.oneof(fc.tuple(pct(0, 100), pct(0, 100)), fc.tuple(pct(0, 30), pct(70, 100))),
  maxTrade: fc.constantFrom('5', '50', '100').map((text) => parseAmount(text)),
  daily: fc.option(amount(10n ** 13n), { nil: null, freq: 2 }),
  orders: fc.integer({ min: 0, max: 3 }),
  maxOrders: fc.constantFrom(null, null, 2),
});

describe('a trade that is clear of all limits', () => {
  it('is left as it is by every one of them, wherever it lies between nothing and the tightest', () => {
    let clear = 0;
    fc.assert(
      fc.property(
        cases,
        fc.integer({ min: 0, max: 1_300 }).map((thousandths) => thousandths / 1_000),
        (one, part) => {
          const { side, price, step, band, short, daily: max_daily_notional, maxOrders: max_orders_per_day } = one;
          const holding = { qty: (short ? -one.qty : one.qty) as Amount, cash: one.cash, receivable: one.receivable };
          const value = positionValue(holding, price);
          const [min_stock_pct, max_stock_pct] = band[0] < band[1] ? band : [band[1], band[0]];
          const limited = { min_stock_pct, max_stock_pct, max_trade_pct_of_position: one.maxTrade, max_daily_notional, max_orders_per_day };
          const input = {
            ...holding,
            price,
            step,
            value,
            side,
            commission_rate: one.rate,
            settings: { ...settings, ...limited, short_selling: short },
            day: { orders: one.orders, notional: 1_000_000n as Amount },
          };
          const limits = guardrailLimits(input);
          const tightest = limits.reduce((least, { cap }) => Math.min(least, Number(cap.n) / Number(cap.d)), Infinity);
          // up to and beyond the tightest limit, most of them close to it
          const raw = {
            n: BigInt(Math.floor(Math.min(tightest, 1e11) * (1 - Math.sign(1 - part) * (1 - part) ** 4) * 1e8)),
            d: 100_000_000n,
          };
          const units = cutUnits(raw, step);
          if (units <= 0n || !isClearOfLimits(units, side, input, value)) return;
          clear++;
          expect(limitQuantity(raw, limits, step)).toEqual({ qty: units, binding: null });
        },
      ),
      { numRuns: 3_000 },
    );
    expect(clear).toBeGreaterThan(100);
  });
});
