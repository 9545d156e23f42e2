import fc from 'fast-check';
import { type Amount, ofUnits, parseAmount } from '../kernel/amount';
import { add, exact } from '../kernel/exact';
import { answerSurely, type CertainAnswer, certainRules } from './certain-quantity';
import { guardrailLimits } from './guardrails';
import { applyOrderPolicy } from './order-policy';
import { positionValue } from './position-value';
import { limitQuantity } from './quantity-limit';
import { HISTORICAL_SETTINGS_TEXT, parseSettings } from './settings';
import { rawQuantity } from './sizing';

const settings = parseSettings(HISTORICAL_SETTINGS_TEXT);
const pct = (min: number, max: number) => fc.integer({ min, max }).map((value) => parseAmount(String(value)));
const amount = (max: bigint) => fc.noBias(fc.bigInt({ min: 0n, max })).map(ofUnits);
/** Mostly of a usual size. */
const sized = (usual: bigint) =>
  fc.oneof({ weight: 9, arbitrary: amount(usual) }, { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 19n }).map(ofUnits) });
const cents = fc.integer({ min: 100, max: 100_000 }).map((value) => BigInt(value) * 1_000_000n);
const cases = fc.record({
  side: fc.constantFrom('BUY', 'SELL' as const),
  price: fc
    .oneof({ weight: 4, arbitrary: cents }, { weight: 1, arbitrary: fc.noBias(fc.bigInt({ min: 1n, max: 10n ** 14n })) })
    .map(ofUnits),
  /** In ten-thousandths of the price; a wide one wants more than any limit leaves. */
  away: fc.oneof(fc.integer({ min: 1, max: 600 }), fc.integer({ min: 1, max: 6_000 })),
  qty: sized(10n ** 11n),
  short: fc.integer({ min: 0, max: 9 }).map((die) => die === 0),
  cash: sized(10n ** 13n),
  receivable: amount(10n ** 10n),
  /** Wealth beside what is free: shared cash, or something reserved. */
  beside: fc.oneof(fc.constant(0n), fc.constant(0n), fc.bigInt({ min: 0n, max: 10n ** 13n })),
  ratio: fc.constantFrom('1.6667', '0.5', '2', '0.00000001').map((text) => parseAmount(text)),
  rate: fc.constantFrom('0', '0.0001', '0.5').map((text) => parseAmount(text)),
  step: fc.constantFrom('0.000001', '1', '0.00000001').map((text) => parseAmount(text)),
  band: fc.oneof(fc.tuple(pct(0, 100), pct(0, 100)), fc.tuple(pct(0, 30), pct(70, 100))),
  maxTrade: fc.constantFrom('5', '50', '100').map((text) => parseAmount(text)),
  daily: fc.option(amount(10n ** 13n), { nil: null, freq: 2 }),
  orders: fc.integer({ min: 0, max: 3 }),
  maxOrders: fc.constantFrom(null, null, 2),
  /** Stock or the day's budget as near to what decides as a few units. */
  near: fc.constantFrom(null, null, 'least', 'most', 'budget' as const),
  off: fc.integer({ min: -6, max: 6 }).map(BigInt),
  minQty: fc.constantFrom('0', '0', '1').map((text) => parseAmount(text)),
  minNotional: fc.constantFrom('0', '0', '100').map((text) => parseAmount(text)),
});

const EVERY_KIND = [
  'null',
  'cash',
  'max_stock_pct',
  'shares',
  'min_stock_pct',
  'min_stock_pct: nothing',
  'max_trade_pct_of_position',
  'max_daily_notional',
  'max_orders_per_day: nothing',
];

/** On random positions, near every limit and at it: what doubles are certain of is what exact fractions, every limit and the order policy come to. */
export function certainLaw(numRuns: number): void {
  const kinds = new Map<string, number>();
  fc.assert(
    fc.property(cases, (one) => {
      const { side, price, step, rate, band, short, minQty: min_qty, minNotional: min_notional } = one;
      const distance = (price * BigInt(one.away)) / 10_000n;
      const anchor = ofUnits(side === 'SELL' ? price - distance : price + distance);
      const [min_stock_pct, max_stock_pct] = band[0] < band[1] ? band : [band[1], band[0]];
      const bound = one.near === 'least' ? min_stock_pct : max_stock_pct;
      const rest = bound === 0n ? 0n : (one.qty * price * (10_000_000_000n - bound)) / (bound * 100_000_000n) - one.receivable + one.off;
      const atBound = (one.near === 'least' || one.near === 'most') && rest > 0n && rest < 10n ** 19n;
      const holding = {
        qty: (short ? -one.qty : one.qty) as Amount,
        cash: atBound ? ofUnits(rest) : one.cash,
        receivable: one.receivable,
      };
      const free = positionValue(holding, price);
      const value = add(free, exact(ofUnits(one.beside)));
      const wanted = rawQuantity({ ...holding, side, price, anchor, value }, { ...settings, rebalance_ratio: one.ratio });
      const spent = (wanted.n * price) / wanted.d + 1_000_000n + one.off;
      const daily = one.near === 'budget' && spent > 0n && spent < 10n ** 19n ? ofUnits(spent) : one.daily;
      const limiting = { max_daily_notional: daily, max_orders_per_day: one.maxOrders, max_trade_pct_of_position: one.maxTrade };
      const rules = { ...settings, ...limiting, min_stock_pct, max_stock_pct, short_selling: short, min_qty, min_notional };
      const sizing = { ...rules, rebalance_ratio: one.ratio };
      const day = { orders: one.orders, notional: parseAmount('0.01') };
      const doubles = { qty: Number(holding.qty), cash: Number(holding.cash), anchor: Number(anchor) };
      const counts = { dayOrders: day.orders, dayNotional: Number(day.notional) };
      const known = certainRules(sizing, step, rate);
      if (!known) throw new Error('the usual sizing is proportional');
      const answer: CertainAnswer = { qty: 0, binding: null };
      const wealth = (Number(value.n) / Number(value.d)) * 1e8;
      if (!answerSurely(answer, side, Number(price), wealth, { ...doubles, ...counts }, known)) return;
      const qty = ofUnits(BigInt(answer.qty));
      kinds.set(`${answer.binding}${qty > 0n ? '' : ': nothing'}`, 1 + (kinds.get(`${answer.binding}${qty > 0n ? '' : ': nothing'}`) ?? 0));
      const raw = rawQuantity({ ...holding, side, price, anchor, value }, sizing);
      const limits = guardrailLimits({ ...holding, side, price, step, value, commission_rate: rate, settings: sizing, day });
      expect(limitQuantity(raw, limits, step)).toEqual({ qty, binding: answer.binding });
      if (qty > 0n) expect(applyOrderPolicy(qty, price, step, sizing, limits)).toEqual({ decision: 'place', qty, refused_by: null });
    }),
    { numRuns },
  );
  expect([...kinds.keys()]).toEqual(expect.arrayContaining(EVERY_KIND));
}
