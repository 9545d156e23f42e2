/** One evaluation of one position: pure, so that the recorded event alone says the same decision again. */
import {
  type Amount,
  type AmountText,
  formatAmount,
  formatOptional,
  minus,
  negate,
  parseAmount,
  parseOptional,
  plus,
} from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import { commission, notional } from '../rules/commission';
import { evaluateRules, type RulesOutcome } from '../rules/evaluation';
import { pickPrice } from '../rules/price-policy';
import { judgeQuote, type QuoteVerdict } from '../rules/quote-gate';
import { NO_MEMORY, type QuoteMemory } from '../rules/quote-gate-jump';
import { decideTrigger } from '../rules/trigger';
import { DEFAULT_SETTINGS_TEXT, parseSettings, type RuleSettings, type SettingsText } from '../rules/settings';
import type { EvaluationData, EvaluationQuote, Session, SettingValues, TriggerKind } from '../contracts/evaluation';
import type { OpenPositionState } from './position.state';

/** Raise it when a default of the product changes: recorded evaluations name the defaults they were made with. */
export const DEFAULTS_VERSION = 1;

export interface EvaluationInput {
  readonly position_id: string;
  readonly position: OpenPositionState;
  readonly version: number;
  /** The live order of the position is the one that is being evaluated again. */
  readonly own_order: boolean;
  /** Why the position holds until a corporate action is applied; null where none waits. */
  readonly action_pending: string | null;
  readonly tick_id: string | null;
  readonly trigger_kind: TriggerKind;
  readonly evaluated_at: Instant;
  readonly session: Session;
  readonly calendar_version: string;
  readonly day: string | null;
  readonly quote: EvaluationQuote | null;
  readonly historical: boolean;
  readonly memory: QuoteMemory | null;
  readonly overrides: SettingValues;
  readonly settings: RuleSettings;
  readonly config_version: string;
}

type Facts = Pick<EvaluationData, 'position' | 'session' | 'quote' | 'historical' | 'evaluated_at' | 'quote_memory'>;

/** Settings from what differs from the defaults. */
export const settingsOf = (overrides: SettingValues): RuleSettings =>
  parseSettings({ ...DEFAULT_SETTINGS_TEXT, ...overrides } as SettingsText);

/** Decides; `order_id` is left to whoever places the order. */
export function evaluate(input: EvaluationInput): EvaluationData {
  const facts: Facts = {
    position: snapshotOf(input),
    session: input.session,
    quote: input.quote,
    historical: input.historical,
    evaluated_at: input.evaluated_at,
    quote_memory: input.memory,
  };
  return evaluationOf(input, facts, decide(facts, input.settings));
}

/** Field by field: spreading three objects per evaluation costs more than deciding it. */
const evaluationOf = (input: EvaluationInput, facts: Facts, decision: Decision): EvaluationData => ({
  position_id: input.position_id,
  portfolio_id: input.position.portfolio_id,
  instrument_id: input.position.instrument_id,
  symbol: input.position.symbol,
  tick_id: input.tick_id,
  trigger_kind: input.trigger_kind,
  calendar_version: input.calendar_version,
  day: input.day,
  position: facts.position,
  session: facts.session,
  quote: facts.quote,
  historical: facts.historical,
  evaluated_at: facts.evaluated_at,
  quote_memory: facts.quote_memory,
  price_policy: input.settings.price_policy,
  settings: input.overrides,
  defaults_version: DEFAULTS_VERSION,
  config_version: input.config_version,
  order_id: null,
  price_source: decision.price_source,
  price_effective: decision.price_effective,
  quote_memory_after: decision.quote_memory_after,
  trigger_decision: decision.trigger_decision,
  action: decision.action,
  reason: decision.reason,
  qty: decision.qty,
  sizing: decision.sizing,
  guardrail_decision: decision.guardrail_decision,
  order_policy: decision.order_policy,
  signal: decision.signal,
  deltas: decision.deltas,
});

type Snapshot = EvaluationData['position'];
type Holdings = Pick<Snapshot, 'qty' | 'cash' | 'dividend_receivable' | 'anchor_price'>;

/** The texts of a state's amounts, made once per state: a position that only holds has the same ones for many ticks. */
const holdingsOfState = new WeakMap<OpenPositionState, Holdings>();

function holdingsOf(position: OpenPositionState): Holdings {
  const known = holdingsOfState.get(position);
  if (known) return known;
  const holdings = {
    qty: formatAmount(position.qty),
    cash: formatAmount(position.cash),
    dividend_receivable: formatAmount(position.dividend_receivable),
    anchor_price: formatOptional(position.anchor_price),
  };
  holdingsOfState.set(position, holdings);
  return holdings;
}

function snapshotOf({ position, settings, version, own_order, action_pending, day }: EvaluationInput): Snapshot {
  const today = position.day !== null && position.day.date === day ? position.day : null;
  const { qty, cash, dividend_receivable, anchor_price } = holdingsOf(position);
  return {
    status: position.status,
    version,
    quote_epoch: position.quote_epoch,
    order_pending: position.reservation !== null && !own_order,
    action_pending,
    qty,
    cash,
    dividend_receivable,
    anchor_price,
    anchor_from_first_price: position.anchor_from_first_price,
    qty_step: position.lot_size ?? formatAmount(settings.qty_step),
    day_orders: today?.orders ?? 0,
    day_notional: today ? formatAmount(today.notional) : '0',
  };
}

/** The decision of a recorded evaluation, computed again from the event's own data. */
export const redecide = (recorded: EvaluationData): Decision => decide(recorded, settingsOf(recorded.settings));

export type Decision = Pick<
  EvaluationData,
  | 'price_source'
  | 'price_effective'
  | 'quote_memory_after'
  | 'trigger_decision'
  | 'action'
  | 'reason'
  | 'qty'
  | 'sizing'
  | 'guardrail_decision'
  | 'order_policy'
  | 'signal'
  | 'deltas'
>;

function decide(facts: Facts, settings: RuleSettings): Decision {
  const blocked = blockedBy(facts, settings);
  if (blocked === 'HALTED' || blocked === 'MARKET_CLOSED' || blocked === 'CALENDAR_UNKNOWN') return hold(blocked);
  if (facts.position.action_pending !== null) return hold(blocked ?? facts.position.action_pending); // no price can be judged before it
  const verdict = judge(facts, settings);
  if (!verdict.usable) {
    const after = same(verdict.memory, facts.quote_memory) ? null : verdict.memory;
    return hold(blocked ?? verdict.reason, null, null, after);
  }
  const price = formatAmount(verdict.price);
  const after = facts.historical || isGoodMemory(verdict.memory, price, facts.quote) ? null : verdict.memory;
  const priced = hold(blocked ?? 'NO_TRIGGER', verdict.price_source, price, after);
  const ruling = blocked ? null : ruled(facts, settings, verdict.price);
  return ruling ? { ...priced, ...ruling } : priced;
}

type Blocked = 'HALTED' | 'PAUSED' | 'CLOSED' | 'MARKET_CLOSED' | 'CALENDAR_UNKNOWN' | 'ORDER_PENDING';

function blockedBy({ position, session }: Facts, settings: RuleSettings): Blocked | null {
  if (position.status === 'HALTED') return 'HALTED';
  if (session === 'UNKNOWN') return position.status === 'PAUSED' ? 'PAUSED' : 'CALENDAR_UNKNOWN';
  if (position.status !== 'ACTIVE') return position.status;
  if (session === 'CLOSED' || (session === 'EXTENDED' && !settings.allow_after_hours)) return 'MARKET_CLOSED';
  return position.order_pending ? 'ORDER_PENDING' : null;
}

/** The last verdict on each quote and what it was given: most positions of an instrument remember the same and have the same settings. */
const verdicts = new WeakMap<EvaluationQuote, { readonly facts: Facts; readonly settings: RuleSettings; readonly verdict: QuoteVerdict }>();

function judge(facts: Facts, settings: RuleSettings): QuoteVerdict {
  const { quote, historical, evaluated_at, quote_memory } = facts;
  const last = quote && verdicts.get(quote);
  if (
    last &&
    last.settings === settings &&
    last.facts.quote_memory === quote_memory &&
    last.facts.evaluated_at === evaluated_at &&
    last.facts.historical === historical
  ) {
    return last.verdict;
  }
  const verdict = judgeAnew(facts, settings);
  if (quote) verdicts.set(quote, { facts, settings, verdict });
  return verdict;
}

function judgeAnew(facts: Facts, settings: RuleSettings): QuoteVerdict {
  const { quote, historical, evaluated_at: now } = facts;
  if (!historical) return judgeQuote({ quote, now, settings, memory: facts.quote_memory, explained: false });
  const price =
    quote &&
    pickPrice(settings.price_policy, { bid: parseOptional(quote.bid), ask: parseOptional(quote.ask), last: parseOptional(quote.last) });
  if (!price) return { usable: false, reason: 'NO_QUOTE', halt: false, memory: NO_MEMORY };
  return { usable: true, price: price.price, price_source: price.source, memory: NO_MEMORY };
}

const hold = (
  reason: string,
  price_source: Decision['price_source'] = null,
  price_effective: Decision['price_effective'] = null,
  quote_memory_after: Decision['quote_memory_after'] = null,
): Decision => ({
  price_source,
  price_effective,
  quote_memory_after,
  trigger_decision: 'NONE',
  action: 'HOLD',
  reason,
  qty: null,
  sizing: null,
  guardrail_decision: null,
  order_policy: null,
  signal: { side: 'HOLD', reason },
  deltas: null,
});

/** Null where there is no trigger. */
function ruled({ position }: Facts, settings: RuleSettings, price: Amount): Partial<Decision> | null {
  const anchor = parseOptional(position.anchor_price);
  if (anchor !== null && decideTrigger(price, anchor, settings).decision === 'NONE') return null; // the usual case, decided cheaply
  const outcome = evaluateRules({
    price,
    qty: parseAmount(position.qty),
    cash: parseAmount(position.cash),
    receivable: parseAmount(position.dividend_receivable),
    anchor,
    settings,
    step: parseAmount(position.qty_step),
    commission_rate: settings.commission_rate,
    day: { orders: position.day_orders, notional: parseAmount(position.day_notional) },
  });
  const decided = {
    trigger_decision: outcome.trigger.decision,
    action: outcome.action,
    reason: outcome.reason,
    sizing: outcome.sizing,
    guardrail_decision: outcome.guardrails,
    order_policy: outcome.order_policy,
    signal: { side: outcome.trigger.decision === 'NONE' ? ('HOLD' as const) : outcome.trigger.decision, reason: outcome.reason },
  };
  return outcome.action === 'HOLD' ? decided : { ...decided, qty: outcome.qty, deltas: deltasOf(outcome, price, settings) };
}

function deltasOf(outcome: RulesOutcome, price: Amount, settings: RuleSettings): EvaluationData['deltas'] {
  const qty = parseAmount(outcome.qty);
  const value = notional(qty, price);
  const fee = commission(settings.commission_rate, value);
  const buying = outcome.trigger.decision === 'BUY';
  return {
    qty: formatAmount(buying ? qty : negate(qty)),
    cash: formatAmount(buying ? negate(plus(value, fee)) : minus(value, fee)),
    commission: formatAmount(fee),
  };
}

/** The memory that a good quote leaves where nothing else is to be remembered: it need not be stored. */
const goodMemory = (price: string, ts: Instant): QuoteMemory => ({ ...NO_MEMORY, last_good_price: price, last_good_ts: ts });

const isGoodMemory = (memory: QuoteMemory, price: AmountText, quote: EvaluationQuote | null): boolean =>
  quote !== null &&
  memory.last_good_ts === quote.ts &&
  memory.last_good_price === price &&
  memory.price_before_action === null &&
  memory.restated_to === null &&
  memory.candidate_price === null;

const same = (a: QuoteMemory, b: QuoteMemory | null): boolean => JSON.stringify(a) === JSON.stringify(b ?? NO_MEMORY);

/** What the gate remembers after a recorded evaluation. */
export function memoryAfter(data: EvaluationData): QuoteMemory | null {
  if (data.quote_memory_after !== null) return data.quote_memory_after;
  if (data.historical || data.price_effective === null || data.quote === null) return data.quote_memory;
  return goodMemory(data.price_effective, data.quote.ts);
}

/** True where the quote gate says that no later quote can confirm this price: the position must halt. */
export function mustHalt(data: EvaluationData): boolean {
  if (data.reason !== 'PRICE_JUMP') return false;
  const verdict = judge(data, settingsOf(data.settings));
  return !verdict.usable && verdict.halt;
}
