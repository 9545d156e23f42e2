/** The newest pushed quote of each tenant and instrument; those of the reserved tenant hold for everybody. */
import type { Clock } from '../kernel/clock';
import { SYSTEM_TENANT } from '../kernel/context';
import type { Sql } from '../platform/database/sql';
import { DEFAULT_LOG } from '../platform/event-store/event-store.port';
import type { Row } from '../platform/event-store/row-write';
import type { Quote } from '../rules/price-policy';
import { PushedQuotes } from './push.adapter';

const UPSERT = `INSERT INTO pushed_quotes (log, tenant_id, instrument_id, ts, bid, ask, last, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (log, tenant_id, instrument_id) DO UPDATE SET ts = excluded.ts, bid = excluded.bid, ask = excluded.ask,
    last = excluded.last, received_at = excluded.received_at
  WHERE excluded.ts >= pushed_quotes.ts RETURNING ts`;

export class PushedQuoteTable extends PushedQuotes {
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** False where a quote with a later source time is known. Durable when it returns. */
  async store(tenantId: string, instrumentId: string, quote: Omit<Quote, 'source'>): Promise<boolean> {
    const values = [DEFAULT_LOG, tenantId, instrumentId, quote.ts, quote.bid, quote.ask, quote.last, this.clock.now()];
    return (await this.sql.write(UPSERT, values)).length > 0;
  }

  /** The newer of the tenant's own quote and the one that holds for all; the tenant's own where they are as old. */
  async latest(tenantId: string, instrumentId: string): Promise<Quote | null> {
    const rows = await this.sql.read('SELECT * FROM pushed_quotes WHERE log = ? AND instrument_id = ? AND tenant_id IN (?, ?)', [
      DEFAULT_LOG,
      instrumentId,
      tenantId,
      SYSTEM_TENANT,
    ]);
    const newest = [...rows].sort((a, b) => Number(a['tenant_id'] === SYSTEM_TENANT) - Number(b['tenant_id'] === SYSTEM_TENANT));
    newest.sort((a, b) => (String(a['ts']) < String(b['ts']) ? 1 : String(a['ts']) > String(b['ts']) ? -1 : 0));
    return newest[0] ? quoteOf(newest[0]) : null;
  }
}

function quoteOf(row: Row): Quote {
  const text = (name: string): string | null => (row[name] === null || row[name] === undefined ? null : String(row[name]));
  return { ts: String(row['ts']), bid: text('bid'), ask: text('ask'), last: text('last'), source: 'push' };
}
