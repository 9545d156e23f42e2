/** Prices at which a decision that found no room repeats itself: a run of such bars costs a comparison each, not a decision. */
import { type Amount, SCALE } from '../kernel/amount';
import type { CapName } from './guardrails';
import { decideRules, limitsOf, type RulesDecision, type RulesInput } from './rules-decision';
import { triggerBounds } from './trigger';

/** Both ends included, in units of 1e-8. */
export interface PriceZone {
  readonly from: bigint;
  readonly to: bigint;
}

const LARGEST_PRICE = 10n ** 20n - 1n;
const HUNDRED_PERCENT = 100n * SCALE;

/**
 * Prices, the decision's own among them, at which `decideRules` gives the same HOLD for the same reason as long as nothing but the price
 * changes; null where no such range is known. It relies on how caps depend on the price: cash, shares, the size of a trade and the day's
 * budget are zero at every price or at none, and the band of stock has no room on one side of the price at which the share of stock
 * is at its limit. But for cash that does not pay for a step, only caps of exactly zero count, so no rounding comes into it.
 */
export function blockedZone(decision: RulesDecision, input: RulesInput): PriceZone | null {
  const { trigger, limited, raw } = decision;
  const { anchor, settings } = input;
  if (trigger.decision === 'NONE' || anchor === null || settings.short_selling || input.value) return null;
  const effective = input.cash + input.receivable;
  if (input.qty < 0n || effective <= 0n || settings.order_sizing_strategy === 'target_allocation') return null;
  const bounds = triggerBounds(anchor, settings);
  const side: PriceZone =
    trigger.decision === 'SELL' ? { from: bounds.least_sell, to: LARGEST_PRICE } : { from: 1n, to: bounds.greatest_buy };
  // `fixed_percentage` finds nothing to trade where there is no cash or no share, whatever the price.
  if (decision.reason === 'NOTHING_TO_TRADE' && raw?.n === 0n) return side;
  if (limited?.qty !== 0n) return null;
  if (limited.binding === 'cash' && input.cash > 0n) return withoutCashForAStep(side, decision, input);
  const limits = limitsOf(decision, input);
  const zero = limits.filter(({ cap }) => cap.n === 0n).map(({ name }) => name);
  const [binding] = zero;
  if (binding === undefined || binding !== limited.binding) return null;
  return withinBand(side, trigger.decision === 'SELL', binding, zero, input, effective);
}

/**
 * Cash that does not pay for a step. At the price at which it does and at all below it the answer is another; what else decides (the raw
 * quantity, the band and the size of a trade, each times the price, against the cash) crosses the cash at one price at most. So if the
 * decision is the same at both ends of a range, it is the same in between.
 */
function withoutCashForAStep(side: PriceZone, decision: RulesDecision, input: RulesInput): PriceZone {
  const pays = (input.cash * SCALE * SCALE) / (input.step * (SCALE + input.commission_rate));
  const same = (units: bigint): boolean => {
    const { action, reason } = decideRules({ ...input, price: units as Amount });
    return action === decision.action && reason === decision.reason;
  };
  return {
    from: same(pays + 1n) ? pays + 1n : input.price,
    to: same(side.to) ? side.to : input.price,
  };
}

/** The part of one side's prices at which the band of stock has as much room as it has now: none, or some. */
function withinBand(
  side: PriceZone,
  selling: boolean,
  binding: CapName,
  zero: readonly CapName[],
  input: RulesInput,
  effective: bigint,
): PriceZone | null {
  const band: CapName = selling ? 'min_stock_pct' : 'max_stock_pct';
  const first: CapName = selling ? 'shares' : 'cash';
  if (binding === first) return side; // named before the band is asked
  const limit = selling ? input.settings.min_stock_pct : input.settings.max_stock_pct;
  const held = input.qty * (HUNDRED_PERCENT - limit);
  const rest = limit * effective;
  if (held <= 0n) return zero.includes(band) ? null : side; // no price has another answer than this one
  // Stock is at its limit where `held · P = rest · SCALE`: a SELL has no room at that price and below, a BUY at that price and above.
  if (selling) {
    const most = (rest * SCALE) / held;
    return zero.includes(band) ? cut(side, 1n, most) : cut(side, most + 1n, LARGEST_PRICE);
  }
  const least = (rest * SCALE + held - 1n) / held;
  return zero.includes(band) ? cut(side, least, LARGEST_PRICE) : cut(side, 1n, least - 1n);
}

const cut = ({ from, to }: PriceZone, low: bigint, high: bigint): PriceZone => ({
  from: from > low ? from : low,
  to: to < high ? to : high,
});
