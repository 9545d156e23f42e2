/** The newest evaluation of each position: what the quote gate remembers, and the answer to «what did it last decide». */
import type { RecordedEvaluation } from '../contracts/evaluation';
import type { Row } from '../platform/event-store/row-write';
import { type EventProjection, readTable } from '../platform/projections/projection';
import type { QuoteMemory } from '../rules/quote-gate-jump';
import { memoryAfter } from './evaluation';
import { expandEvaluation } from './evaluation.record';

export const latestEvaluationsTable = readTable(
  'latest_evaluations',
  ['position_id'],
  ['tick_id', 'event_id', 'ts', 'action', 'reason', 'price_effective', 'quote_epoch', 'quote_memory'],
);

export const latestEvaluationProjection: EventProjection = {
  kind: 'event',
  name: 'latest_evaluations',
  version: 1,
  category: 'evaluations',
  table: latestEvaluationsTable,
  rows(event) {
    if (event.type !== 'EvaluationRecorded') return [];
    const { event_id, ts } = event;
    const data = expandEvaluation(event.body as unknown as RecordedEvaluation, event);
    const memory = memoryAfter(data);
    const { position_id, tick_id, action, reason, price_effective } = data;
    return [
      {
        op: 'upsert',
        row: {
          position_id,
          tick_id,
          event_id,
          ts,
          action,
          reason,
          price_effective,
          quote_epoch: data.position.quote_epoch,
          quote_memory: memory && JSON.stringify(memory),
        },
      },
    ];
  },
};

/** What the gate remembers for a position of this epoch; null where it starts afresh. */
export function rememberedQuote(row: Row | undefined, quoteEpoch: number): QuoteMemory | null {
  const memory = row?.['quote_memory'];
  return typeof memory === 'string' && row?.['quote_epoch'] === quoteEpoch ? (JSON.parse(memory) as QuoteMemory) : null;
}
