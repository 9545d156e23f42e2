/** One evaluation: trigger, sizing, guardrails, order policy. The same function decides live, in replays and in simulations. */
import { type Amount, formatAmount, ofUnits, ZERO } from '../kernel/amount';
import { InputError } from '../kernel/errors';
import { cutUnits, type Exact } from '../kernel/exact';
import { isClearOfLimits } from './clear-of-limits';
import { type CapName, type DayCounts, guardrailLimits, type GuardrailSettings } from './guardrails';
import { applyOrderPolicy, isEnough, type OrderPolicyDecision, type OrderPolicySettings } from './order-policy';
import { type Holding, positionValue } from './position-value';
import { type Limit, limitQuantity, type LimitedQuantity } from './quantity-limit';
import { rawQuantity, type SizingSettings } from './sizing';
import { decideTrigger, type Side, type TriggerDecision, type TriggerReason, type TriggerSettings } from './trigger';

export type DecisionSettings = TriggerSettings & SizingSettings & GuardrailSettings & OrderPolicySettings;

/** `qty` and `cash` are free of reservations. */
export interface RulesInput extends Holding {
  /** Positive: the effective price of the position's price policy. */
  readonly price: Amount;
  readonly anchor: Amount | null;
  readonly settings: DecisionSettings;
  /** The instrument's lot size, else the policy's `qty_step`. */
  readonly step: Amount;
  /** Fraction, `0 <= c < 1`. */
  readonly commission_rate: Amount;
  readonly day: DayCounts;
  /** V, where it is more than `qP + C + R` of what is free: shared cash, or something reserved. */
  readonly value?: Exact;
}

export type RulesAction = 'HOLD' | 'REJECT' | Side;

/** `GUARDRAIL:<cap>` names the cap that left nothing to trade. */
export type RulesReason = TriggerReason | 'NOTHING_TO_TRADE' | 'BELOW_STEP' | 'BELOW_MINIMUM' | `GUARDRAIL:${CapName}`;

/** Steps that were not reached are `null`. */
export interface RulesDecision {
  readonly action: RulesAction;
  /** What to order; the refused quantity under REJECT, whose side is the trigger's; zero under HOLD. */
  readonly qty: Amount;
  readonly reason: RulesReason;
  readonly trigger: TriggerDecision;
  readonly raw: Exact | null;
  /** Also `null` where the quantity was so far from all of them that none had to be computed: `limitsOf` gives them. */
  readonly limits: readonly Limit<CapName>[] | null;
  readonly limited: LimitedQuantity<CapName> | null;
  readonly policy: OrderPolicyDecision<CapName> | null;
}

const hold = (trigger: TriggerDecision): RulesDecision =>
  Object.freeze({ action: 'HOLD', qty: ZERO, reason: trigger.reason, trigger, raw: null, limits: null, limited: null, policy: null });

const HOLD_WITHOUT_ANCHOR = hold({ decision: 'NONE', reason: 'NO_ANCHOR' });
const HOLD_WITHOUT_TRIGGER = hold({ decision: 'NONE', reason: 'NO_TRIGGER' });

/** Decides, in exact numbers. Without a trigger it costs a few integer operations. Throws InputError where the price is not positive. */
export function decideRules(input: RulesInput): RulesDecision {
  const { price, anchor, settings } = input;
  if (price <= 0n) throw new InputError('evaluation.price', 'price', 'above zero', formatAmount(price));
  const trigger = decideTrigger(price, anchor, settings);
  if (anchor === null || trigger.reason === 'NO_ANCHOR') return HOLD_WITHOUT_ANCHOR;
  if (trigger.decision === 'NONE') return HOLD_WITHOUT_TRIGGER;
  return decideTrade(input, anchor, trigger, trigger.decision);
}

function decideTrade(input: RulesInput, anchor: Amount, trigger: TriggerDecision, side: Side): RulesDecision {
  const { settings, price, qty, cash, step } = input;
  const value = input.value ?? positionValue(input, price);
  const raw = rawQuantity({ side, price, anchor, qty, cash, value }, settings);
  if (raw.n === 0n) return { ...hold(trigger), raw, reason: 'NOTHING_TO_TRADE' };

  const wanted = cutUnits(raw, step);
  if (wanted > 0n && isClearOfLimits(wanted, side, input, value) && isEnough(ofUnits(wanted), price, settings)) {
    const placed = ofUnits(wanted);
    const policy = { decision: 'place', qty: placed, refused_by: null } as const;
    const limited = { qty: placed, binding: null };
    return { action: side, qty: placed, reason: trigger.reason, trigger, raw, limits: null, limited, policy };
  }
  return decideLimited(input, trigger, side, value, raw);
}

/** The same, with every limit computed. */
function decideLimited(input: RulesInput, trigger: TriggerDecision, side: Side, value: Exact, raw: Exact): RulesDecision {
  const { settings, price, step } = input;
  const limits = guardrailLimits({ ...input, side, value });
  const limited = limitQuantity(raw, limits, step);
  const capped = { ...hold(trigger), raw, limits, limited };
  if (limited.qty === ZERO) return { ...capped, reason: limited.binding === null ? 'BELOW_STEP' : `GUARDRAIL:${limited.binding}` };

  const policy = applyOrderPolicy(limited.qty, price, step, settings, limits);
  const decided = { ...capped, policy, qty: policy.qty };
  switch (policy.decision) {
    case 'place':
    case 'clip':
      return { ...decided, action: side, reason: trigger.reason };
    case 'hold':
      return { ...decided, reason: 'BELOW_MINIMUM' };
    case 'reject':
      return { ...decided, action: 'REJECT', reason: 'BELOW_MINIMUM' };
  }
}

/** The limits of a decision that got as far as them; none where it did not. */
export function limitsOf({ trigger, limited, limits }: RulesDecision, input: RulesInput): readonly Limit<CapName>[] {
  if (limits || !limited || trigger.decision === 'NONE') return limits ?? [];
  return guardrailLimits({ ...input, side: trigger.decision, value: input.value ?? positionValue(input, input.price) });
}
