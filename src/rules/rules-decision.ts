/** One evaluation: trigger, sizing, guardrails, order policy. The same function decides live, in replays and in simulations. */
import { type Amount, formatAmount, ofUnits, ZERO } from '../kernel/amount';
import { InputError } from '../kernel/errors';
import type { Exact } from '../kernel/exact';
import { answerSurely, type CertainAnswer, certainRules } from './certain-quantity';
import { type CapName, type DayCounts, guardrailLimits, type GuardrailSettings } from './guardrails';
import { applyOrderPolicy, type OrderPolicyDecision, type OrderPolicySettings } from './order-policy';
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
  /** Like `limits` also `null` where nothing had to be computed exactly, since the quantity was certain: `rawOf` and `limitsOf` give them. */
  readonly raw: Exact | null;
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
  const value = input.value ?? positionValue(input, input.price);
  const answer: CertainAnswer = { qty: 0, binding: null };
  return asksDoubles(answer, input, anchor, side, value)
    ? decideSurely(trigger, side, ofUnits(BigInt(answer.qty)), answer.binding)
    : decideExactly(input, anchor, trigger, side, value);
}

function asksDoubles(answer: CertainAnswer, input: RulesInput, anchor: Amount, side: Side, value: Exact): boolean {
  const { price, qty, cash, day, settings, step, commission_rate } = input;
  const rules = certainRules(settings, step, commission_rate);
  if (!rules) return false;
  const counts = { dayOrders: day.orders, dayNotional: Number(day.notional) };
  const holding = { ...counts, qty: Number(qty), cash: Number(cash), anchor: Number(anchor) };
  return answerSurely(answer, side, Number(price), (Number(value.n) / Number(value.d)) * 1e8, holding, rules);
}

function decideSurely(trigger: TriggerDecision, side: Side, qty: Amount, binding: CapName | null): RulesDecision {
  const limited = { qty, binding };
  if (qty === ZERO) return { ...hold(trigger), limited, reason: `GUARDRAIL:${binding as CapName}` };
  const policy = { decision: 'place', qty, refused_by: null } as const;
  return { action: side, qty, reason: trigger.reason, trigger, raw: null, limits: null, limited, policy };
}

/** The same in exact fractions, with every limit computed. */
function decideExactly(input: RulesInput, anchor: Amount, trigger: TriggerDecision, side: Side, value: Exact): RulesDecision {
  const { settings, price, qty, cash, step } = input;
  const raw = rawQuantity({ side, price, anchor, qty, cash, value }, settings);
  if (raw.n === 0n) return { ...hold(trigger), raw, reason: 'NOTHING_TO_TRADE' };
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

/** The raw quantity of a decision that got as far as it, null where it did not. */
export function rawOf({ trigger, limited, raw }: RulesDecision, input: RulesInput): Exact | null {
  const { anchor, price, settings } = input;
  if (raw || !limited || trigger.decision === 'NONE' || anchor === null) return raw;
  return rawQuantity({ ...input, anchor, side: trigger.decision, value: input.value ?? positionValue(input, price) }, settings);
}

/** The limits of a decision that got as far as them; none where it did not. */
export function limitsOf({ trigger, limited, limits }: RulesDecision, input: RulesInput): readonly Limit<CapName>[] {
  if (limits || !limited || trigger.decision === 'NONE') return limits ?? [];
  return guardrailLimits({ ...input, side: trigger.decision, value: input.value ?? positionValue(input, input.price) });
}
