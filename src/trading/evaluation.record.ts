/** How an evaluation is stored: what is as usual is left out, so that the event of a HOLD stays small. Nothing is lost. */
import type { EventSubject } from '../kernel/decider';
import type { EvaluationData, RecordedEvaluation } from '../contracts/evaluation';
import { NO_MEMORY, type QuoteMemory } from '../rules/quote-gate-jump';

const USUAL_POSITION = {
  status: 'ACTIVE',
  quote_epoch: 0,
  order_pending: false,
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

/** Stored whatever they are. */
const ALWAYS = ['evaluated_at', 'calendar_version', 'reason'] as const;
const ALWAYS_OF_POSITION = ['version', 'qty', 'cash', 'anchor_price', 'qty_step'] as const;
const SUBJECT = ['portfolio_id', 'position_id', 'instrument_id', 'symbol'] as const;

type Fields = Readonly<Record<string, unknown>>;

const USUAL_FIELDS = Object.entries(USUAL);
const USUAL_POSITION_FIELDS = Object.entries(USUAL_POSITION);
const MEMORY_FIELDS = Object.keys(NO_MEMORY) as readonly (keyof QuoteMemory)[];

/** The ids are in the event's header already; the signal repeats action and reason. */
export function compactEvaluation(data: EvaluationData): RecordedEvaluation {
  const recorded = unusual(data, USUAL_FIELDS, ALWAYS);
  recorded['position'] = unusual(data.position, USUAL_POSITION_FIELDS, ALWAYS_OF_POSITION);
  if (Object.keys(data.settings).length > 0) recorded['settings'] = data.settings;
  if (data.quote_memory !== null) recorded['quote_memory'] = compactMemory(data.quote_memory as QuoteMemory);
  if (data.quote_memory_after !== null) recorded['quote_memory_after'] = compactMemory(data.quote_memory_after as QuoteMemory);
  return recorded as unknown as RecordedEvaluation;
}

function unusual(fields: object, usual: readonly (readonly [string, unknown])[], always: readonly string[]): Record<string, unknown> {
  const all = fields as Fields;
  const kept: Record<string, unknown> = {};
  for (const name of always) kept[name] = all[name];
  for (const [name, expected] of usual) if (all[name] !== expected) kept[name] = all[name];
  return kept;
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
