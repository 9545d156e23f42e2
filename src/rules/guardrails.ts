/** The limits on one trade: band of stock, cash, shares, size of one trade, and the day's budget. */
import { abs, type Amount, LARGEST, minus, SCALE, ZERO } from '../kernel/amount';
import {
  add,
  atLeastZero,
  compare,
  cutToStep,
  divide,
  type Exact,
  exact,
  multiply,
  NOTHING,
  ONE,
  percent,
  subtract,
} from '../kernel/exact';
import { commission, notional } from './commission';
import { type Limit, limitQuantity, type LimitedQuantity } from './quantity-limit';
import type { Side } from './trigger';

export type CapName =
  | 'max_stock_pct'
  | 'cash'
  | 'min_stock_pct'
  | 'shares'
  | 'max_trade_pct_of_position'
  | 'max_daily_notional'
  | 'max_orders_per_day'
  | 'largest_quantity';

export interface GuardrailSettings {
  readonly min_stock_pct: Amount;
  readonly max_stock_pct: Amount;
  readonly max_trade_pct_of_position: Amount;
  readonly max_orders_per_day: number | null;
  readonly max_daily_notional: Amount | null;
  readonly short_selling: boolean;
}

/** Fills plus live orders of the exchange-local day, the order being judged not among them. */
export interface DayCounts {
  readonly orders: number;
  readonly notional: Amount;
}

export interface GuardrailInput {
  readonly side: Side;
  /** Positive. */
  readonly price: Amount;
  /** Signed shares, free of reservations. */
  readonly qty: Amount;
  /** Free of reservations, without receivables. */
  readonly cash: Amount;
  /** V before the trade. */
  readonly value: Exact;
  /** Fraction, `0 <= c < 1`. */
  readonly commission_rate: Amount;
  readonly step: Amount;
  readonly settings: GuardrailSettings;
  readonly day: DayCounts;
}

/** Every limit that applies. Of several that are equally tight the first is named: what is there before what is wished for. */
export function guardrailLimits(input: GuardrailInput): readonly Limit<CapName>[] {
  const { side, settings } = input;
  const limits = [...(side === 'BUY' ? [cashLimit(input), maxStock(input)] : sellLimits(input)), maxTrade(input), ...dayLimits(input)];
  if (settings.max_orders_per_day !== null && input.day.orders >= settings.max_orders_per_day) {
    limits.push({ name: 'max_orders_per_day', cap: NOTHING, holds: always });
  }
  const room = exact(minus(LARGEST, abs(input.qty)));
  return limits.some(({ cap }) => compare(cap, room) <= 0n) ? limits : [...limits, { name: 'largest_quantity', cap: room, holds: always }];
}

/** The quantity that the guardrails leave of a wanted one, and the cap that binds. Zero means blocked. */
export const limitByGuardrails = (wanted: Exact, input: GuardrailInput): LimitedQuantity<CapName> =>
  limitQuantity(wanted, guardrailLimits(input), input.step);

/** For the worker before it sends: what of an order's remaining quantity the guardrails allow at the fresh price in `input`. */
export const capAtFreshPrice = (orderQty: Amount, input: GuardrailInput): LimitedQuantity<CapName> =>
  limitByGuardrails(exact(orderQty), input);

/** BUY: `N + f <= C`, with the closed form `n <= C / (P(1 + c))`. A receivable cannot be spent. */
export function cashLimit({ cash, price, commission_rate }: Pick<GuardrailInput, 'cash' | 'price' | 'commission_rate'>): Limit<'cash'> {
  return {
    name: 'cash',
    cap: ratio(exact(cash), multiply(exact(price), add(ONE, exact(commission_rate)))),
    holds: (n) => {
      const cost = notional(n, price);
      return cost + commission(commission_rate, cost) <= cash;
    },
  };
}

/** BUY: `(q + n)P <= g_max(V - f)`, with the closed form `n <= (g_max·V - qP) / (P(1 + c·g_max))`. */
function maxStock({ price, qty, value, commission_rate, settings }: GuardrailInput): Limit<'max_stock_pct'> {
  const most = percent(settings.max_stock_pct);
  const room = subtract(multiply(most, value), product(qty, price));
  return {
    name: 'max_stock_pct',
    cap: ratio(room, multiply(exact(price), add(ONE, multiply(exact(commission_rate), most)))),
    holds: (n) => compare(add(product(n, price), multiply(most, fee(n, price, commission_rate))), room) <= 0n,
  };
}

/**
 * With short selling the shares held are no limit, and a band that starts at zero reaches down to `-max_stock_pct`:
 * the short side is bounded as the long side is. A `min_stock_pct` above zero still asks for stock, so it keeps any short out.
 */
function sellLimits(input: GuardrailInput): Limit<CapName>[] {
  const { min_stock_pct, max_stock_pct, short_selling } = input.settings;
  if (!short_selling) return [sharesLimit(input.qty), minStock(input, percent(min_stock_pct))];
  const least = percent(min_stock_pct);
  return [minStock(input, min_stock_pct > 0n ? least : subtract(NOTHING, percent(max_stock_pct)))];
}

/** SELL: `(q - n)P >= g_min(V - f)`, with the closed form `n <= (qP - g_min·V) / (P(1 - c·g_min))`. */
function minStock({ price, qty, value, commission_rate, step }: GuardrailInput, least: Exact): Limit<'min_stock_pct'> {
  const room = subtract(product(qty, price), multiply(least, value));
  const roomWith = (n: Amount): Exact => add(room, multiply(least, fee(n, price, commission_rate)));
  const limit: Limit<'min_stock_pct'> = {
    name: 'min_stock_pct',
    cap: ratio(room, multiply(exact(price), subtract(ONE, multiply(exact(commission_rate), least)))),
    holds: (n) => compare(product(n, price), roomWith(n)) <= 0n,
  };
  // A fee gives room here, so one step less can lose more room than it frees. Whatever lies between a refused quantity
  // and the room at its fee has no larger fee, so no more room, and is refused too.
  return least.n > 0n ? { ...limit, below: (refused) => cutToStep(ratio(roomWith(refused), exact(price)), step) } : limit;
}

const sharesLimit = (qty: Amount): Limit<'shares'> => ({ name: 'shares', cap: atLeastZero(exact(qty)), holds: always });

/** `nP <= m·V`: exact, so that nothing is left to check. */
function maxTrade({ price, value, settings }: GuardrailInput): Limit<CapName> {
  const most = multiply(percent(settings.max_trade_pct_of_position), value);
  return { name: 'max_trade_pct_of_position', cap: ratio(most, exact(price)), holds: always };
}

function dayLimits({ price, settings, day }: GuardrailInput): Limit<CapName>[] {
  if (settings.max_daily_notional === null) return [];
  const left = minus(settings.max_daily_notional, day.notional);
  return [{ name: 'max_daily_notional', cap: ratio(exact(left), exact(price)), holds: always }];
}

const always = (): boolean => true;
const product = (a: Amount, b: Amount): Exact => ({ n: a * b, d: SCALE * SCALE });
const ratio = (room: Exact, unit: Exact): Exact => (room.n <= 0n ? NOTHING : divide(room, unit));
const fee = (n: Amount, price: Amount, rate: Amount): Exact => (rate === ZERO ? NOTHING : exact(commission(rate, notional(n, price))));
