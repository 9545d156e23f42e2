/** A decision as it is stored in an event and shown to a user: plain JSON, amounts as text, and no larger than a plain HOLD deserves. */
import { type AmountText, formatAmount, formatUnits } from '../kernel/amount';
import { formatExact } from '../kernel/exact';
import type { CapName } from './guardrails';
import type { OrderPolicyDecision } from './order-policy';
import { describeCaps } from './quantity-limit';
import { decideRules, limitsOf, rawOf, type RulesAction, type RulesDecision, type RulesInput, type RulesReason } from './rules-decision';
import type { SizingStrategyName } from './sizing';
import { type Side, triggerBounds } from './trigger';

/** Steps that were not reached are `null`. Exact quantities are rounded half-even to 8 places for reading only. */
export interface RulesOutcome {
  readonly action: RulesAction;
  /** What to order; the refused quantity under REJECT, whose side is the trigger's; zero under HOLD. */
  readonly qty: AmountText;
  readonly reason: RulesReason;
  /** `bound` is the least price that sells or the greatest that buys, `null` without a trigger. */
  readonly trigger: { readonly decision: 'NONE' | Side; readonly bound: AmountText | null };
  readonly sizing: SizingOutcome | null;
  readonly guardrails: GuardrailOutcome | null;
  readonly order_policy: OrderPolicyOutcome | null;
}

export interface SizingOutcome {
  readonly strategy: SizingStrategyName;
  /** Decimal text; may be larger than an amount. */
  readonly raw: string;
}

export interface GuardrailOutcome {
  readonly qty: AmountText;
  /** The cap that made the quantity smaller than wanted. */
  readonly binding: CapName | null;
  /** Decimal texts; may be larger than an amount. */
  readonly caps: Readonly<Partial<Record<CapName, string>>>;
}

export interface OrderPolicyOutcome {
  readonly decision: OrderPolicyDecision<CapName>['decision'];
  readonly qty: AmountText;
  /** The cap that forbids the raised quantity, where `clip` ends in `hold`. */
  readonly refused_by: CapName | null;
}

/** Decides and describes. Throws InputError where the price is not positive. */
export const evaluateRules = (input: RulesInput): RulesOutcome => describeDecision(decideRules(input), input);

/** The record of a decision made from `input`. */
export function describeDecision(decision: RulesDecision, input: RulesInput): RulesOutcome {
  if (decision.trigger.decision === 'NONE') return decision.reason === 'NO_ANCHOR' ? WITHOUT_ANCHOR : WITHOUT_TRIGGER;
  const { action, qty, reason, trigger, limited, policy } = decision;
  const raw = rawOf(decision, input);
  return {
    action,
    qty: formatAmount(qty),
    reason,
    trigger: { decision: trigger.decision, bound: boundOf(decision, input) },
    sizing: raw && { strategy: input.settings.order_sizing_strategy, raw: formatExact(raw) },
    guardrails: limited && { qty: formatAmount(limited.qty), binding: limited.binding, caps: describeCaps(limitsOf(decision, input)) },
    order_policy: policy && { decision: policy.decision, qty: formatAmount(policy.qty), refused_by: policy.refused_by },
  };
}

function boundOf({ trigger }: RulesDecision, { anchor, settings }: RulesInput): AmountText | null {
  if (anchor === null) return null;
  const bounds = triggerBounds(anchor, settings);
  return formatUnits(trigger.decision === 'SELL' ? bounds.least_sell : bounds.greatest_buy);
}

const withoutTrade = (reason: 'NO_ANCHOR' | 'NO_TRIGGER'): RulesOutcome =>
  Object.freeze({
    action: 'HOLD',
    qty: '0',
    reason,
    trigger: Object.freeze({ decision: 'NONE', bound: null }),
    sizing: null,
    guardrails: null,
    order_policy: null,
  });

const WITHOUT_ANCHOR = withoutTrade('NO_ANCHOR');
const WITHOUT_TRIGGER = withoutTrade('NO_TRIGGER');
