/** What happens to a quantity below the minimum: no order, a rejected order for the audit, or a larger order. Applied once, after the caps. */
import { type Amount, SCALE, ZERO } from '../kernel/amount';
import { compare, divide, type Exact, exact, raiseToStep } from '../kernel/exact';
import { brokenLimit, type Limit, refusedBy } from './quantity-limit';

export type BelowMinimumAction = 'hold' | 'reject' | 'clip';

export interface OrderPolicySettings {
  readonly min_qty: Amount;
  /** In the position's currency. */
  readonly min_notional: Amount;
  readonly action_below_min: BelowMinimumAction;
}

export interface OrderPolicyDecision<Name extends string> {
  readonly decision: 'place' | 'hold' | 'reject' | 'clip';
  /** What to order; the refused quantity under `reject`; zero under `hold`. */
  readonly qty: Amount;
  /** The cap that forbids the raised quantity, where `clip` ends in `hold`. */
  readonly refused_by: Name | null;
}

/** `qty` is positive and within the limits; `price` is positive. */
export function applyOrderPolicy<Name extends string>(
  qty: Amount,
  price: Amount,
  step: Amount,
  settings: OrderPolicySettings,
  limits: readonly Limit<Name>[],
): OrderPolicyDecision<Name> {
  if (isEnough(qty, price, settings)) return { decision: 'place', qty, refused_by: null };
  switch (settings.action_below_min) {
    case 'hold':
      return { decision: 'hold', qty: ZERO, refused_by: null };
    case 'reject':
      return { decision: 'reject', qty, refused_by: null };
    case 'clip':
      return raise(minimum(price, settings), step, limits);
  }
}

export const isEnough = (qty: Amount, price: Amount, { min_qty, min_notional }: OrderPolicySettings): boolean =>
  qty >= min_qty && (min_notional === ZERO || qty * price >= min_notional * SCALE);

/** The larger of `min_qty` and `min_notional / P`, exact. */
function minimum(price: Amount, { min_qty, min_notional }: OrderPolicySettings): Exact {
  const byNotional = divide(exact(min_notional), exact(price));
  return compare(exact(min_qty), byNotional) >= 0n ? exact(min_qty) : byNotional;
}

/** Up to the step where every cap allows it, else nothing: an order is never cut and raised at once. */
function raise<Name extends string>(least: Exact, step: Amount, limits: readonly Limit<Name>[]): OrderPolicyDecision<Name> {
  const hopeless = brokenLimit(least, limits); // before rounding up, which could leave the range of amounts
  if (hopeless !== null) return { decision: 'hold', qty: ZERO, refused_by: hopeless };
  const qty = raiseToStep(least, step);
  const refusing = refusedBy(qty, limits);
  return refusing === null ? { decision: 'clip', qty, refused_by: null } : { decision: 'hold', qty: ZERO, refused_by: refusing };
}
