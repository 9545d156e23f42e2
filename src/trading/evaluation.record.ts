/** How an evaluation is stored: what is as usual is left out, so that the event of a HOLD stays small. Nothing is lost. */
import type { EventSubject } from '../kernel/decider';
import type { EvaluationData, RecordedEvaluation } from '../contracts/evaluation';
import { NO_MEMORY } from '../rules/quote-gate-jump';

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
  settings: {},
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

type Fields = Readonly<Record<string, unknown>>;

const SUBJECT = ['portfolio_id', 'position_id', 'instrument_id', 'symbol'] as const;

/** The ids are in the event's header already; the signal repeats action and reason. */
export function compactEvaluation(data: EvaluationData): RecordedEvaluation {
  const { portfolio_id: _portfolio, position_id: _position, instrument_id: _instrument, symbol: _symbol, signal: _signal, ...rest } = data;
  return {
    ...unusual(rest, USUAL),
    position: unusual(data.position, USUAL_POSITION),
    ...compactMemory('quote_memory', data.quote_memory),
    ...compactMemory('quote_memory_after', data.quote_memory_after),
  } as RecordedEvaluation;
}

const compactMemory = (name: string, memory: object | null): Fields => (memory === null ? {} : { [name]: unusual(memory, NO_MEMORY) });

function unusual(fields: object, usual: object): Fields {
  const expected = usual as Fields;
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => !isSame(value, expected[name])));
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && JSON.stringify(a) === JSON.stringify(b));

/** The whole evaluation from an event: its data and what its header says it is about. */
export function expandEvaluation(recorded: RecordedEvaluation, subject: EventSubject): EvaluationData {
  const about = Object.fromEntries(SUBJECT.map((name) => [name, subject[name] ?? null]));
  const data = { ...about, ...USUAL, ...recorded } as unknown as EvaluationData;
  const { quote_memory, quote_memory_after, trigger_decision, reason } = data;
  return {
    ...data,
    position: { ...USUAL_POSITION, ...data.position },
    quote_memory: quote_memory && { ...NO_MEMORY, ...quote_memory },
    quote_memory_after: quote_memory_after && { ...NO_MEMORY, ...quote_memory_after },
    signal: { side: trigger_decision === 'BUY' || trigger_decision === 'SELL' ? trigger_decision : 'HOLD', reason },
  };
}
