/** A filter as SQL: every value is a parameter. */
import type { EventFilter, TenantScope } from './event-store.port';
import type { Cell } from './row-write';

export interface TenantPage {
  readonly after: number | null;
  readonly limit: number;
  readonly descending: boolean;
}

export interface Query {
  readonly sql: string;
  readonly params: readonly Cell[];
}

/** One tenant's events in the order of the page. `from` is included, `to` is not; both mean business time. */
export function tenantQuery(columns: string, { log, tenantId }: TenantScope, filter: EventFilter, page: TenantPage): Query {
  const conditions = ['log = ?', 'tenant_id = ?'];
  const params: Cell[] = [log, tenantId];
  const where = (condition: string, value: Cell | null | undefined): void => {
    if (value === undefined || value === null) return;
    conditions.push(condition);
    params.push(value);
  };
  where('position_id = ?', filter.positionId);
  where('portfolio_id = ?', filter.portfolioId);
  where('type = ?', filter.type);
  where('correlation_id = ?', filter.correlationId);
  if (filter.streamPrefix !== undefined) {
    params.push([...filter.streamPrefix].length); // characters, as databases count them
    where('substr(stream, 1, ?) = ?', filter.streamPrefix);
  }
  where('ts >= ?', filter.from);
  where('ts < ?', filter.to);
  where(page.descending ? 'position < ?' : 'position > ?', page.after);
  const order = page.descending ? 'DESC' : 'ASC';
  params.push(page.limit);
  return { sql: `SELECT ${columns} FROM events WHERE ${conditions.join(' AND ')} ORDER BY position ${order} LIMIT ?`, params };
}
