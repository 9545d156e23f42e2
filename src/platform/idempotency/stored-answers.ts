/** Answers by idempotency key. A key belongs to its tenant: two tenants may use the same one. */
import type { Clock } from '../../kernel/clock';
import type { IdempotencyKey } from '../../kernel/context';
import type { Sql } from '../database/sql';
import type { EventStore } from '../event-store/event-store.port';
import type { TenantLogs } from '../event-store/tenant-logs';
import { idempotencyTable } from './idempotency.table';

export interface StoredAnswer {
  readonly fingerprint: string;
  readonly status: number;
  /** JSON text; `null` where the answer has no body. */
  readonly body: string;
}

export class StoredAnswers {
  constructor(
    private readonly sql: Sql,
    private readonly store: EventStore,
    private readonly logs: TenantLogs,
    private readonly clock: Clock,
  ) {}

  async find({ tenantId, key }: Pick<IdempotencyKey, 'tenantId' | 'key'>): Promise<StoredAnswer | null> {
    const [row] = await this.sql.read(
      'SELECT fingerprint, status, body FROM idempotency_keys WHERE log = ? AND tenant_id = ? AND key = ?',
      [await this.logs.of(tenantId), tenantId, key],
    );
    return row ? { fingerprint: String(row['fingerprint']), status: Number(row['status']), body: String(row['body']) } : null;
  }

  /** The answer alone, where a command changed nothing and so had no append to join. Throws DuplicateKey where it is there. */
  async save({ tenantId, key, fingerprint, status }: IdempotencyKey, body: string): Promise<void> {
    const log = await this.logs.of(tenantId);
    const row = { log, tenant_id: tenantId, key, fingerprint, status, body, recorded_at: this.clock.now() };
    await this.store.append({ log, tenantId, streams: [], writes: [{ op: 'insert', table: idempotencyTable, row }] });
  }
}
