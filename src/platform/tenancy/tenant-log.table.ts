/** The log of each tenant, from the table of tenants: read once per tenant, since it never changes. */
import { createHash } from 'node:crypto';
import { SYSTEM_TENANT } from '../../kernel/context';
import { NotFoundError } from '../../kernel/errors';
import type { Sql } from '../database/sql';
import { SYSTEM_LOG } from '../event-store/event-store.port';
import { TenantLogs } from '../event-store/tenant-logs';
import { DIRECTORY_TENANT } from './tenancy.projections';

/** Spreads new tenants evenly over so many logs, from 1. */
export const chooseLog = (tenantId: string, logs: number): number =>
  1 + (createHash('sha256').update(tenantId, 'utf8').digest().readUInt32BE(0) % logs);

export class TenantLogTable extends TenantLogs {
  private readonly known = new Map<string, number>([[SYSTEM_TENANT, SYSTEM_LOG]]);

  constructor(private readonly sql: Sql) {
    super();
  }

  async of(tenantId: string): Promise<number> {
    const known = this.known.get(tenantId);
    if (known !== undefined) return known;
    const [row] = await this.sql.read('SELECT tenant_log FROM tenants WHERE log = ? AND tenant_id = ? AND id = ?', [
      SYSTEM_LOG,
      DIRECTORY_TENANT,
      tenantId,
    ]);
    if (!row) throw new NotFoundError('tenant');
    const log = Number(row['tenant_log']);
    this.known.set(tenantId, log);
    return log;
  }

  async all(): Promise<readonly number[]> {
    const rows = await this.sql.read('SELECT DISTINCT tenant_log FROM tenants WHERE log = ? AND tenant_id = ?', [
      SYSTEM_LOG,
      DIRECTORY_TENANT,
    ]);
    return [...new Set([SYSTEM_LOG, ...rows.map((row) => Number(row['tenant_log']))])].sort((a, b) => a - b);
  }
}
