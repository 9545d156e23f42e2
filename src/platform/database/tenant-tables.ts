/** Read tables of one tenant: every statement begins its conditions with `log = ? AND tenant_id = ?`, which are filled in here. */
import type { TenantLogs } from '../event-store/tenant-logs';
import type { Cell, Row } from '../event-store/row-write';
import type { Sql } from './sql';

const SCOPED = /\blog = \? AND (?:\w+\.)?tenant_id = \?/;

export class TenantTables {
  constructor(
    private readonly sql: Sql,
    private readonly logs: TenantLogs,
  ) {}

  /** Rows as the last commit left them; `params` follow those of the scope. */
  async read(tenantId: string, sql: string, params: readonly Cell[] = []): Promise<readonly Row[]> {
    return this.sql.read(scopedText(sql), [await this.logs.of(tenantId), tenantId, ...params]);
  }
}

/** A statement that forgets its tenant would read everybody's rows. */
function scopedText(sql: string): string {
  if (!SCOPED.test(sql)) throw new Error(`a tenant's statement must ask for its log and tenant first: ${sql}`);
  return sql;
}
