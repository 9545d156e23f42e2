/** What the quote gate remembers after the newest evaluation of each position. Each tick writes it, so it holds nothing that nobody reads. */
import type { RecordedEvaluation } from '../contracts/evaluation';
import type { Row } from '../platform/event-store/row-write';
import { type EventProjection, readTable } from '../platform/projections/projection';
import type { QuoteMemory } from '../rules/quote-gate-jump';
import { expandMemory } from './evaluation.record';

export const latestEvaluationsTable = readTable('latest_evaluations', ['position_id'], ['quote_epoch', 'quote_memory']);

export const latestEvaluationProjection: EventProjection = {
  kind: 'event',
  name: 'latest_evaluations',
  version: 1,
  category: 'evaluations',
  table: latestEvaluationsTable,
  rows({ type, body, position_id }) {
    if (type !== 'EvaluationRecorded') return [];
    const data = body as unknown as RecordedEvaluation;
    return [{ op: 'upsert', row: { position_id, quote_epoch: data.position.quote_epoch ?? 0, quote_memory: memoryJson(data) } }];
  },
};

/** What the gate remembers after this evaluation, as `memoryAfter` says it, in the compact form of the record. */
function memoryJson({ quote_memory_after, historical, price_effective, quote, quote_memory }: RecordedEvaluation): string | null {
  if (quote_memory_after) return JSON.stringify(quote_memory_after);
  if (!historical && price_effective && quote) return JSON.stringify({ last_good_price: price_effective, last_good_ts: quote.ts });
  return quote_memory ? JSON.stringify(quote_memory) : null;
}

/** What the gate remembers for a position of this epoch; null where it starts afresh. */
export function rememberedQuote(row: Row | undefined, quoteEpoch: number): QuoteMemory | null {
  const memory = row?.['quote_memory'];
  return typeof memory === 'string' && row?.['quote_epoch'] === quoteEpoch
    ? expandMemory(JSON.parse(memory) as Partial<QuoteMemory>)
    : null;
}
