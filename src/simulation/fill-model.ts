/** When and at what price a simulated order fills. */
import { type Amount, max, SCALE, ZERO } from '../kernel/amount';
import { add, type Exact, exact, integer, multiply, ONE, roundHalfEven, subtract } from '../kernel/exact';
import { capAtFreshPrice, type GuardrailSettings } from '../rules/guardrails';
import { midPrice } from '../rules/price-policy';
import { positionValue } from '../rules/position-value';
import type { Side } from '../rules/trigger';
import type { RunBook } from './run-book';
import { priceAt } from './price-column';
import type { Tape } from './tape';

/** `close`: at the price it was decided on. `next_open`, `next_mid` (halfway between high and low): at the next bar that trades. */
export const FILL_MODELS = ['close', 'next_open', 'next_mid'] as const;
export type FillModel = (typeof FILL_MODELS)[number];

/** Whether a run reads more of its bars than their closes. */
export const needsRanges = (model: FillModel): boolean => model !== 'close';

export interface FillCosts {
  readonly slippage_bps: Amount;
  /** Bid to ask, of which an order pays half; for data without quotes. */
  readonly spread_bps: Amount;
}

export const NO_COSTS: FillCosts = { slippage_bps: ZERO, spread_bps: ZERO };

/** Slippage and half the spread as a fraction of the price. */
const costFraction = ({ slippage_bps, spread_bps }: FillCosts): Exact => ({ n: 2n * slippage_bps + spread_bps, d: SCALE * 20_000n });

export const isFree = ({ slippage_bps, spread_bps }: FillCosts): boolean => slippage_bps === ZERO && spread_bps === ZERO;

/** Half-even at 8 places, and never nothing. */
export function fillPrice(side: Side, price: Amount, costs: FillCosts): Amount {
  if (isFree(costs)) return price;
  const factor = side === 'BUY' ? add(ONE, costFraction(costs)) : subtract(ONE, costFraction(costs));
  return max(1n as Amount, roundHalfEven(multiply(exact(price), factor)));
}

export function nextPrice(model: Exclude<FillModel, 'close'>, tape: Tape, bar: number): Amount {
  const { open, high, low } = tape;
  if (!open || !high || !low) throw new Error(`a run that fills at ${model} was given closes only`);
  return model === 'next_open' ? priceAt(open, bar) : midPrice(priceAt(low, bar), priceAt(high, bar));
}

export interface CappedOrder {
  readonly side: Side;
  readonly qty: Amount;
  readonly price: Amount;
  readonly day: number;
}

/**
 * An order's quantity cut to the caps at the price at which it is sent, as the order worker does it: what a BUY can pay for is
 * judged at the price with its costs, rounded up.
 */
export function cappedQuantity(
  order: CappedOrder,
  book: RunBook,
  settings: GuardrailSettings,
  rate: Amount,
  step: Amount,
  costs: FillCosts,
): Amount {
  const price = order.side === 'BUY' ? roundedUp(multiply(exact(order.price), add(integer(1n), costFraction(costs)))) : order.price;
  return capAtFreshPrice(order.qty, {
    side: order.side,
    price,
    qty: book.qty,
    cash: book.cash,
    value: positionValue(book, price),
    commission_rate: rate,
    step,
    settings,
    day: book.countsOf(order.day),
  }).qty;
}

const roundedUp = ({ n, d }: Exact): Amount => ((n * SCALE + d - 1n) / d) as Amount;
