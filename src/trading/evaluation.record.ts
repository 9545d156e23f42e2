/** How an evaluation is stored: what is as usual is left out, so that the event of a HOLD stays small. Nothing is lost. */
import type { EventSubject } from '../kernel/decider';
import type { EvaluationData, RecordedEvaluation } from '../contracts/evaluation';
import { NO_MEMORY, type QuoteMemory } from '../rules/quote-gate-jump';

const USUAL_POSITION = {
  status: 'ACTIVE',
  quote_epoch: 0,
  order_pending: false,
  action_pending: null,
  dividend_receivable: '0',
  anchor_from_first_price: false,
  day_orders: 0,
  day_notional: '0',
};

const USUAL = {
  tick_id: null,
  trigger_kind: 'tick',
  session: 'REGULAR',
  day: null,
  quote: null,
  historical: false,
  quote_memory: null,
  quote_memory_after: null,
  price_policy: 'MID',
  price_source: null,
  price_effective: null,
  config_version: 'default',
  defaults_version: 1,
  trigger_decision: 'NONE',
  action: 'HOLD',
  qty: null,
  sizing: null,
  guardrail_decision: null,
  order_policy: null,
  order_id: null,
  deltas: null,
};

const SUBJECT = ['portfolio_id', 'position_id', 'instrument_id', 'symbol'] as const;

const MEMORY_FIELDS = Object.keys(NO_MEMORY) as readonly (keyof QuoteMemory)[];

/**
 * The ids are in the event's header already; the signal repeats action and reason. What is left out is `undefined`, which JSON
 * does not write. One literal in the order of the stored text: this is the hot path.
 */
export function compactEvaluation(data: EvaluationData): RecordedEvaluation {
  return {
    evaluated_at: data.evaluated_at,
    calendar_version: data.calendar_version,
    reason: data.reason,
    tick_id: unless(USUAL.tick_id, data.tick_id),
    trigger_kind: unless(USUAL.trigger_kind, data.trigger_kind),
    session: unless(USUAL.session, data.session),
    day: unless(USUAL.day, data.day),
    quote: unless(USUAL.quote, data.quote),
    historical: unless(USUAL.historical, data.historical),
    quote_memory: data.quote_memory === null ? undefined : compactMemory(data.quote_memory),
    quote_memory_after: data.quote_memory_after === null ? undefined : compactMemory(data.quote_memory_after),
    price_policy: unless(USUAL.price_policy, data.price_policy),
    price_source: unless(USUAL.price_source, data.price_source),
    price_effective: unless(USUAL.price_effective, data.price_effective),
    config_version: unless(USUAL.config_version, data.config_version),
    defaults_version: unless(USUAL.defaults_version, data.defaults_version),
    trigger_decision: unless(USUAL.trigger_decision, data.trigger_decision),
    action: unless(USUAL.action, data.action),
    qty: unless(USUAL.qty, data.qty),
    sizing: unless(USUAL.sizing, data.sizing),
    guardrail_decision: unless(USUAL.guardrail_decision, data.guardrail_decision),
    order_policy: unless(USUAL.order_policy, data.order_policy),
    order_id: unless(USUAL.order_id, data.order_id),
    deltas: unless(USUAL.deltas, data.deltas),
    position: compactPosition(data.position),
    settings: isEmpty(data.settings) ? undefined : data.settings,
  };
}

const compactPosition = (position: EvaluationData['position']): RecordedEvaluation['position'] => ({
  version: position.version,
  qty: position.qty,
  cash: position.cash,
  anchor_price: position.anchor_price,
  qty_step: position.qty_step,
  status: unless(USUAL_POSITION.status, position.status),
  quote_epoch: unless(USUAL_POSITION.quote_epoch, position.quote_epoch),
  order_pending: unless(USUAL_POSITION.order_pending, position.order_pending),
  action_pending: unless(USUAL_POSITION.action_pending, position.action_pending),
  dividend_receivable: unless(USUAL_POSITION.dividend_receivable, position.dividend_receivable),
  anchor_from_first_price: unless(USUAL_POSITION.anchor_from_first_price, position.anchor_from_first_price),
  day_orders: unless(USUAL_POSITION.day_orders, position.day_orders),
  day_notional: unless(USUAL_POSITION.day_notional, position.day_notional),
});

const unless = <Value>(usual: unknown, value: Value): Value | undefined => (value === usual ? undefined : value);

function isEmpty(fields: object): boolean {
  for (const name in fields) if (Object.hasOwn(fields, name)) return false;
  return true;
}

/** Without the fields that are as in an empty memory. */
export function compactMemory(memory: QuoteMemory): Partial<QuoteMemory> {
  const kept: Record<string, unknown> = {};
  for (const name of MEMORY_FIELDS) {
    const value = memory[name];
    if (value !== null && (typeof value === 'string' || value.length > 0)) kept[name] = value;
  }
  return kept;
}

export const expandMemory = (memory: Partial<QuoteMemory>): QuoteMemory => ({ ...NO_MEMORY, ...memory });

/** The whole evaluation from an event: its data and what its header says it is about. */
export function expandEvaluation(recorded: RecordedEvaluation, subject: EventSubject): EvaluationData {
  const about = Object.fromEntries(SUBJECT.map((name) => [name, subject[name] ?? null]));
  const data = { ...about, ...USUAL, settings: {}, ...recorded } as unknown as EvaluationData;
  const { quote_memory, quote_memory_after, trigger_decision, reason } = data;
  return {
    ...data,
    position: { ...USUAL_POSITION, ...data.position },
    quote_memory: quote_memory && expandMemory(quote_memory),
    quote_memory_after: quote_memory_after && expandMemory(quote_memory_after),
    signal: { side: trigger_decision === 'BUY' || trigger_decision === 'SELL' ? trigger_decision : 'HOLD', reason },
  };
}
