/** The purchase with which a replay or a simulation starts. */
import type { Amount } from '../kernel/amount';
import { divide, exact, multiply, percent } from '../kernel/exact';
import { cashLimit } from './guardrails';
import { limitQuantity } from './quantity-limit';

export interface OpeningPurchaseInput {
  /** Percent of the cash to put into stock, 0..100. */
  readonly stock_pct: Amount;
  readonly cash: Amount;
  /** Positive: the first bar's close. */
  readonly price: Amount;
  readonly step: Amount;
  readonly commission_rate: Amount;
}

/** `pct·cash/P` cut to the step, commission on top, cut further where cash would go below zero. No other guardrail applies. */
export function openingPurchase({ stock_pct, step, ...order }: OpeningPurchaseInput): Amount {
  const wanted = divide(multiply(percent(stock_pct), exact(order.cash)), exact(order.price));
  return limitQuantity(wanted, [cashLimit(order)], step).qty;
}
