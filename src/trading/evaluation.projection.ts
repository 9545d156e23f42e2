/** What the quote gate remembers after the newest evaluation of each position. Each tick writes it, so it holds nothing that nobody reads. */
import type { RecordedEvaluation } from '../contracts/evaluation';
import type { Row } from '../platform/event-store/row-write';
import { eventProjection, readTable } from '../platform/projections/projection';
import type { QuoteMemory } from '../rules/quote-gate-jump';
import { expandMemory } from './evaluation.record';

export const latestEvaluationsTable = readTable('latest_evaluations', ['position_id'], ['quote_epoch', 'quote_memory']);

export const latestEvaluationProjection = eventProjection({
  kind: 'event',
  name: 'latest_evaluations',
  version: 1,
  category: 'evaluations',
  table: latestEvaluationsTable,
  reads: ['position_id'],
  rows({ type, body, position_id }) {
    if (type !== 'EvaluationRecorded') return [];
    const data = body as unknown as RecordedEvaluation;
    return [{ op: 'upsert', row: { position_id, quote_epoch: data.position.quote_epoch ?? 0, quote_memory: memoryJson(data) } }];
  },
});

/** What the gate remembers after this evaluation, as `memoryAfter` says it, in the compact form of the record. */
function memoryJson({ quote_memory_after, historical, price_effective, quote, quote_memory }: RecordedEvaluation): string | null {
  if (quote_memory_after) return JSON.stringify(quote_memory_after);
  if (!historical && price_effective && quote) return JSON.stringify({ last_good_price: price_effective, last_good_ts: quote.ts });
  return quote_memory ? JSON.stringify(quote_memory) : null;
}

/** Memories read from rows: positions of one instrument mostly remember the same, which is parsed once and shared. */
export class QuoteMemories {
  private readonly parsed = new Map<string, QuoteMemory>();

  /** What the gate remembers for a position of this epoch; null where it starts afresh. */
  of(row: Row, quoteEpoch: number): QuoteMemory | null {
    const text = row['quote_memory'];
    if (typeof text !== 'string' || row['quote_epoch'] !== quoteEpoch) return null;
    const known = this.parsed.get(text);
    if (known) return known;
    const memory = expandMemory(JSON.parse(text) as Partial<QuoteMemory>);
    this.parsed.set(text, memory);
    return memory;
  }
}
