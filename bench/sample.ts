/** Events of 600 bytes of data, the size of an evaluation, spread over streams in turn. */
import type { NewEvent } from '../src/platform/event-store/event-store.port';

export interface BenchEvent {
  readonly tenantId: string;
  readonly stream: string;
  readonly version: number;
  readonly event: NewEvent;
}

export const DATA_BYTES = 600;

const PAYLOAD = {
  session: 'REGULAR',
  price_policy: 'MID',
  price_effective: '151.25',
  quote: { bid: '151.24', ask: '151.26', last: '151.25', source_ts: '2026-11-20T14:34:58.120Z' },
  trigger_decision: { side: 'SELL', anchor: '146.5', threshold: '150.895' },
  guardrail_decision: { cap: '13.402117', binding: 'max_trade_pct_of_position' },
  action: 'HOLD',
  reason: 'ORDER_PENDING',
};

/** `count` events over `streams` streams, where `written` of the same sequence are there already. A writer's names are its own. */
export function sampleEvents(count: number, streams: number, written: number, writer = '0'): readonly BenchEvent[] {
  const base = JSON.stringify({ ...PAYLOAD, filler: '' });
  const data = JSON.stringify({ ...PAYLOAD, filler: 'x'.repeat(DATA_BYTES - base.length) });
  return Array.from({ length: count }, (_, index) => {
    const number = written + index;
    const stream = number % streams;
    return {
      tenantId: 'demo',
      stream: `evaluations-${writer}${String(stream).padStart(7, '0')}`,
      version: Math.floor(number / streams) + 1,
      event: sampleEvent(number, stream, writer, data),
    };
  });
}

const sampleEvent = (number: number, stream: number, writer: string, data: string): NewEvent => ({
  event_id: `0193-${writer}${String(number).padStart(30, '0')}`,
  type: 'EvaluationRecorded',
  schema_version: 1,
  ts: '2026-11-20T14:35:00.000Z',
  portfolio_id: 'portfolio-000000000001',
  position_id: `position-${writer}${String(stream).padStart(7, '0')}`,
  instrument_id: 'instrument-000000000001',
  symbol: 'KO',
  correlation_id: '2026-11-20T14:35:00.000Z',
  causation_id: null,
  actor: 'system:tick',
  unique_key: `2026-11-20T14:35:00.000Z:${writer}:${number}`,
  data,
});
