/** One evaluation of one position: pure, so that the recorded event alone says the same decision again. */
import { type Amount, formatAmount, formatOptional, minus, negate, parseAmount, parseOptional, plus } from '../kernel/amount';
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
  const { position, settings, session } = input;
  const facts: Facts = {
    position: snapshotOf(input),
    session,
    quote: input.quote,
    historical: input.historical,
    evaluated_at: input.evaluated_at,
    quote_memory: input.memory,
  };
  const outcome = decide(facts, settings);
  return {
    position_id: input.position_id,
    portfolio_id: position.portfolio_id,
    instrument_id: position.instrument_id,
    symbol: position.symbol,
    tick_id: input.tick_id,
    trigger_kind: input.trigger_kind,
    calendar_version: input.calendar_version,
    day: input.day,
    ...facts,
    price_policy: settings.price_policy,
    settings: input.overrides,
    defaults_version: DEFAULTS_VERSION,
    config_version: input.config_version,
    order_id: null,
    ...outcome,
  };
}

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

function snapshotOf({ position, settings, version, own_order, day }: EvaluationInput): Snapshot {
  const today = position.day !== null && position.day.date === day ? position.day : null;
  const { qty, cash, dividend_receivable, anchor_price } = holdingsOf(position);
  return {
    status: position.status,
    version,
    quote_epoch: position.quote_epoch,
    order_pending: position.reservation !== null && !own_order,
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
  const verdict = judge(facts, settings);
  if (!verdict.usable) {
    const after = same(verdict.memory, facts.quote_memory as QuoteMemory | null) ? null : verdict.memory;
    return { ...hold(blocked ?? verdict.reason), quote_memory_after: after };
  }
  const priced: Decision = {
    ...hold(blocked ?? 'NO_TRIGGER'),
    price_source: verdict.price_source,
    price_effective: formatAmount(verdict.price),
    quote_memory_after: facts.historical || isGoodMemory(verdict.memory, verdict.price, facts.quote) ? null : verdict.memory,
  };
  return blocked ? priced : { ...priced, ...ruled(facts, settings, verdict.price) };
}

type Blocked = 'HALTED' | 'PAUSED' | 'CLOSED' | 'MARKET_CLOSED' | 'CALENDAR_UNKNOWN' | 'ORDER_PENDING';

function blockedBy({ position, session }: Facts, settings: RuleSettings): Blocked | null {
  if (position.status === 'HALTED') return 'HALTED';
  if (session === 'UNKNOWN') return position.status === 'PAUSED' ? 'PAUSED' : 'CALENDAR_UNKNOWN';
  if (position.status !== 'ACTIVE') return position.status;
  if (session === 'CLOSED' || (session === 'EXTENDED' && !settings.allow_after_hours)) return 'MARKET_CLOSED';
  return position.order_pending ? 'ORDER_PENDING' : null;
}

function judge(facts: Facts, settings: RuleSettings): QuoteVerdict {
  const { quote, historical, evaluated_at: now } = facts;
  const memory = facts.quote_memory as QuoteMemory | null;
  if (!historical) return judgeQuote({ quote, now, settings, memory, explained: false });
  const price =
    quote &&
    pickPrice(settings.price_policy, { bid: parseOptional(quote.bid), ask: parseOptional(quote.ask), last: parseOptional(quote.last) });
  if (!price) return { usable: false, reason: 'NO_QUOTE', halt: false, memory: NO_MEMORY };
  return { usable: true, price: price.price, price_source: price.source, memory: NO_MEMORY };
}

const hold = (reason: string): Decision => ({
  price_source: null,
  price_effective: null,
  quote_memory_after: null,
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

function ruled({ position }: Facts, settings: RuleSettings, price: Amount): Partial<Decision> {
  const anchor = parseOptional(position.anchor_price);
  if (anchor !== null && decideTrigger(price, anchor, settings).decision === 'NONE') return {}; // the usual case, decided cheaply
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

const isGoodMemory = (memory: QuoteMemory, price: Amount, quote: EvaluationQuote | null): boolean =>
  quote !== null &&
  memory.last_good_ts === quote.ts &&
  memory.last_good_price === formatAmount(price) &&
  memory.price_before_action === null &&
  memory.candidate_price === null;

const same = (a: QuoteMemory, b: QuoteMemory | null): boolean => JSON.stringify(a) === JSON.stringify(b ?? NO_MEMORY);

/** What the gate remembers after a recorded evaluation. */
export function memoryAfter(data: EvaluationData): QuoteMemory | null {
  if (data.quote_memory_after !== null) return data.quote_memory_after as QuoteMemory;
  if (data.historical || data.price_effective === null || data.quote === null) return data.quote_memory as QuoteMemory | null;
  return goodMemory(data.price_effective, data.quote.ts);
}

/** True where the quote gate says that no later quote can confirm this price: the position must halt. */
export function mustHalt(data: EvaluationData): boolean {
  if (data.reason !== 'PRICE_JUMP') return false;
  const verdict = judge(data, settingsOf(data.settings));
  return !verdict.usable && verdict.halt;
}
