/** The newest pushed quote of each tenant and instrument; those of the reserved tenant hold for everybody. */
import type { Clock } from '../kernel/clock';
import { SYSTEM_TENANT } from '../kernel/context';
import type { Sql } from '../platform/database/sql';
import type { TenantTables } from '../platform/database/tenant-tables';
import type { TenantLogs } from '../platform/event-store/tenant-logs';
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
    private readonly tables: TenantTables,
    private readonly logs: TenantLogs,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** False where a quote with a later source time is known. Durable when it returns. */
  async store(tenantId: string, instrumentId: string, quote: Omit<Quote, 'source'>): Promise<boolean> {
    const values = [await this.logs.of(tenantId), tenantId, instrumentId, quote.ts, quote.bid, quote.ask, quote.last, this.clock.now()];
    return (await this.sql.write(UPSERT, values)).length > 0;
  }

  /** The newer of the tenant's own quote and the one that holds for all; the tenant's own where they are as old. */
  async latest(tenantId: string, instrumentId: string): Promise<Quote | null> {
    const [own, shared] = await Promise.all([this.read(tenantId, instrumentId), this.read(SYSTEM_TENANT, instrumentId)]);
    const newest = own && shared ? (String(own['ts']) >= String(shared['ts']) ? own : shared) : (own ?? shared);
    return newest ? quoteOf(newest) : null;
  }

  private async read(tenantId: string, instrumentId: string): Promise<Row | null> {
    const sql = 'SELECT * FROM pushed_quotes WHERE log = ? AND tenant_id = ? AND instrument_id = ?';
    const [row] = await this.tables.read(tenantId, sql, [instrumentId]);
    return row ?? null;
  }
}

function quoteOf(row: Row): Quote {
  const text = (name: string): string | null => (row[name] === null || row[name] === undefined ? null : String(row[name]));
  return { ts: String(row['ts']), bid: text('bid'), ask: text('ask'), last: text('last'), source: 'push' };
}
