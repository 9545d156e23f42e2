/** Whether a trade is so far from every guardrail that none can bind: seen with doubles, and only where no rounding could change the answer. */
import type { Amount } from '../kernel/amount';
import type { Exact } from '../kernel/exact';
import type { GuardrailInput } from './guardrails';
import type { Side } from './trigger';

/** A million times the error of the few roundings below, of which each is at most 2^-53 of the largest number in it. */
const MARGIN = 1e-9;
/** Units of 1e-8: more than notional and commission lose when they are rounded. */
const ROUNDED = 4;
/** In units, and below the largest amount there is: beyond it the exact way says what does not fit. */
const LARGEST = 9e19;

/**
 * True: `limitQuantity` would leave a wanted quantity of at least `units` and less than `units + step` as it is, with no cap binding. False says
 * nothing; the limits have to be computed.
 */
export function isClearOfLimits(units: bigint, side: Side, input: Omit<GuardrailInput, 'side' | 'value'>, value: Exact): boolean {
  const { settings, day } = input;
  const n = Number(units) + Number(input.step);
  const held = Number(input.qty);
  if (settings.max_orders_per_day !== null && day.orders >= settings.max_orders_per_day) return false;
  const price = Number(input.price) / 1e8;
  const cost = n * price;
  if (n + Math.abs(held) > LARGEST || cost > LARGEST) return false;
  const wealth = (Number(value.n) / Number(value.d)) * 1e8;
  const slack = MARGIN * (Math.abs(held) * price + cost + Math.abs(wealth)) + ROUNDED;
  if (cost + slack > fraction(settings.max_trade_pct_of_position) * wealth) return false;
  if (settings.max_daily_notional !== null && cost + slack > Number(settings.max_daily_notional - day.notional)) return false;
  const fee = (cost * Number(input.commission_rate)) / 1e8;
  if (side === 'BUY') {
    const most = fraction(settings.max_stock_pct);
    return cost + fee + slack <= Number(input.cash) && held * price + cost + most * fee + slack <= most * wealth;
  }
  if (!settings.short_selling && n > held * (1 - MARGIN)) return false;
  const least =
    settings.min_stock_pct > 0n || !settings.short_selling ? fraction(settings.min_stock_pct) : -fraction(settings.max_stock_pct);
  return (held - n) * price - Math.abs(least) * fee - slack >= least * wealth;
}

const fraction = (pct: Amount): number => Number(pct) / 1e10;
