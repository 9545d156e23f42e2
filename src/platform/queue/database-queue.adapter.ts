/** The queue as a table of the event store's own database: a message commits together with the event that caused it. */
import { type Clock, type Instant, later } from '../../kernel/clock';
import { NotFoundError } from '../../kernel/errors';
import type { Sql } from '../database/sql';
import type { TenantLogs } from '../event-store/tenant-logs';
import type { Cell, Row, RowWrite, TableDefinition } from '../event-store/row-write';
import { readTable } from '../projections/projection';
import { IntentQueue, type LeasedMessage, type MessageStatus, type NewMessage, type QueuedMessage, type QueueFilter } from './queue.port';

export const queueTable: TableDefinition = readTable(
  'queue_messages',
  ['queue', 'id'],
  ['payload', 'status', 'attempts', 'available_at', 'lease_until', 'lease_token', 'last_error', 'created_at'],
);

const ENQUEUE = `INSERT INTO queue_messages (${queueTable.columns.join(', ')})
  VALUES (${queueTable.columns.map(() => '?').join(', ')}) ON CONFLICT (${queueTable.key.join(', ')}) DO NOTHING`;

/**
 * Two looks at the claim index, each of them short: what is due in order of time, and the few leases that ran out. Where
 * several processes claim at once, each passes over what another is just claiming.
 */
function claimText(isShared: boolean): string {
  const lock = isShared ? 'FOR UPDATE SKIP LOCKED' : '';
  const look = (condition: string): string =>
    `SELECT tenant_id, id, available_at, created_at FROM queue_messages
     WHERE log = ? AND queue = ? AND ${condition} ORDER BY available_at, created_at LIMIT ? ${lock}`;
  return `WITH due AS (${look("status = 'READY' AND available_at <= ?")}), expired AS (${look("status = 'LEASED' AND lease_until <= ?")}),
    chosen AS (SELECT * FROM (SELECT * FROM due UNION ALL SELECT * FROM expired) AS candidates ORDER BY available_at, created_at LIMIT ?)
    UPDATE queue_messages SET status = 'LEASED', attempts = attempts + 1, lease_until = ?, lease_token = ?
    WHERE log = ? AND queue = ? AND (tenant_id, id) IN (SELECT tenant_id, id FROM chosen)
    RETURNING tenant_id, id, payload, attempts, lease_token, available_at, created_at`;
}

const FREE = 'lease_until = NULL, lease_token = NULL';
const HELD = "WHERE log = ? AND tenant_id = ? AND queue = ? AND id = ? AND status = 'LEASED' AND lease_token = ? RETURNING id";
const DEAD = "WHERE log = ? AND tenant_id = ? AND queue = ? AND id = ? AND status = 'DEAD' RETURNING id";

/** Long enough to say what went wrong, short enough for a list. */
const ERROR_LENGTH = 1_000;

export class DatabaseQueue extends IntentQueue {
  private readonly holder: string;
  private readonly claimText: string;
  private claims = 0;

  /** `holder` names this process among those that share the database. */
  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly logs: TenantLogs,
    holder: string,
  ) {
    super();
    this.holder = `${holder}:`;
    this.claimText = claimText(sql.isShared);
  }

  enqueueWrite(log: number, message: NewMessage): RowWrite {
    return { op: 'insert', table: queueTable, row: rowOf(log, message, this.clock.now()) };
  }

  async enqueue(message: NewMessage): Promise<void> {
    const row = rowOf(await this.logs.of(message.tenantId), message, this.clock.now());
    await this.sql.write(
      ENQUEUE,
      queueTable.columns.map((column) => row[column] ?? null),
    );
  }

  async claim(queue: string, limit: number, leaseMs: number): Promise<readonly LeasedMessage[]> {
    const logs = await this.logs.all();
    const token = `${this.holder}${++this.claims}`;
    const turn = this.claims % logs.length;
    const inTurn = [...logs.slice(turn), ...logs.slice(0, turn)];
    const share = Math.ceil(limit / logs.length);
    const claimed: LeasedMessage[] = [];
    const richer: number[] = [];
    for (const log of inTurn) {
      const most = Math.min(share, limit - claimed.length);
      if (most === 0) break;
      const messages = await this.claimOf(log, queue, most, leaseMs, token);
      claimed.push(...messages);
      if (messages.length === share) richer.push(log);
    }
    for (const log of richer) {
      if (claimed.length < limit) claimed.push(...(await this.claimOf(log, queue, limit - claimed.length, leaseMs, token)));
    }
    return claimed;
  }

  ack(message: LeasedMessage): Promise<boolean> {
    return this.answer(`DELETE FROM queue_messages ${HELD}`, [], message);
  }

  retry(message: LeasedMessage, delayMs: number, error: string): Promise<boolean> {
    const changes = `status = 'READY', available_at = ?, last_error = ?, ${FREE}`;
    return this.answer(`UPDATE queue_messages SET ${changes} ${HELD}`, [later(this.clock.now(), delayMs), cut(error)], message);
  }

  bury(message: LeasedMessage, error: string): Promise<boolean> {
    return this.answer(`UPDATE queue_messages SET status = 'DEAD', last_error = ?, ${FREE} ${HELD}`, [cut(error)], message);
  }

  async list({ tenantId, queue, status, limit }: QueueFilter): Promise<readonly QueuedMessage[]> {
    const asked = Object.entries({ tenant_id: tenantId ?? undefined, queue, status }).filter(([, value]) => value !== undefined);
    const among = tenantId === null ? await this.logs.all() : [await this.logs.of(tenantId)];
    const conditions = [`log IN (${among.map(() => '?').join(', ')})`, ...asked.map(([column]) => `${column} = ?`)];
    const rows = await this.sql.read(
      `SELECT * FROM queue_messages WHERE ${conditions.join(' AND ')} ORDER BY created_at, tenant_id, queue, id LIMIT ?`,
      [...among, ...asked.map(([, value]) => value ?? null), limit],
    );
    return rows.map(messageOf);
  }

  async redrive(tenantId: string, queue: string, id: string): Promise<void> {
    const changes = `status = 'READY', attempts = 0, available_at = ?`;
    await this.onDead(`UPDATE queue_messages SET ${changes} ${DEAD}`, [this.clock.now()], tenantId, queue, id);
  }

  async discard(tenantId: string, queue: string, id: string): Promise<void> {
    await this.onDead(`DELETE FROM queue_messages ${DEAD}`, [], tenantId, queue, id);
  }

  async releaseHeld(): Promise<void> {
    for (const log of await this.logs.all()) {
      await this.sql.write(
        `UPDATE queue_messages SET status = 'READY', attempts = attempts - 1, ${FREE}
         WHERE log = ? AND status = 'LEASED' AND substr(lease_token, 1, ?) = ?`,
        [log, this.holder.length, this.holder],
      );
    }
  }

  async reclaim(): Promise<void> {
    if (this.sql.isShared) return; // other processes have it open too: only time ends their leases
    for (const log of await this.logs.all()) {
      await this.sql.write(`UPDATE queue_messages SET status = 'READY', ${FREE} WHERE log = ? AND status = 'LEASED'`, [log]);
    }
  }

  private async claimOf(log: number, queue: string, limit: number, leaseMs: number, token: string): Promise<readonly LeasedMessage[]> {
    const now = this.clock.now();
    const look: readonly Cell[] = [log, queue, now, limit];
    const rows = await this.sql.write(this.claimText, [...look, ...look, limit, later(now, leaseMs), token, log, queue]);
    return [...rows].sort(byDue).map((row) => ({
      log,
      tenantId: String(row['tenant_id']),
      queue,
      id: String(row['id']),
      payload: String(row['payload']),
      attempts: Number(row['attempts']),
      leaseToken: token,
    }));
  }

  private async answer(sql: string, changes: readonly Cell[], message: LeasedMessage): Promise<boolean> {
    const { log, tenantId, queue, id, leaseToken } = message;
    const rows = await this.sql.write(sql, [...changes, log, tenantId, queue, id, leaseToken]);
    return rows.length > 0;
  }

  private async onDead(sql: string, changes: readonly Cell[], tenantId: string, queue: string, id: string): Promise<void> {
    const rows = await this.sql.write(sql, [...changes, await this.logs.of(tenantId), tenantId, queue, id]);
    if (rows.length === 0) throw new NotFoundError('dead message');
  }
}

const rowOf = (log: number, message: NewMessage, now: Instant): Row => ({
  log,
  tenant_id: message.tenantId,
  queue: message.queue,
  id: message.id,
  payload: message.payload,
  status: 'READY',
  attempts: 0,
  available_at: message.availableAt ?? now,
  lease_until: null,
  lease_token: null,
  last_error: null,
  created_at: now,
});

const messageOf = (row: Row): QueuedMessage => ({
  log: Number(row['log']),
  tenantId: String(row['tenant_id']),
  queue: String(row['queue']),
  id: String(row['id']),
  payload: String(row['payload']),
  status: row['status'] as MessageStatus,
  attempts: Number(row['attempts']),
  availableAt: String(row['available_at']),
  leaseUntil: textOrNull(row['lease_until']),
  lastError: textOrNull(row['last_error']),
  createdAt: String(row['created_at']),
});

const textOrNull = (cell: Cell | undefined): string | null => (cell === undefined || cell === null ? null : String(cell));
const cut = (error: string): string => (error.length > ERROR_LENGTH ? `${error.slice(0, ERROR_LENGTH - 3)}...` : error);
const dueKey = (row: Row): string => [row['available_at'], row['created_at'], row['tenant_id'], row['id']].join(' ');
const byDue = (a: Row, b: Row): number => (dueKey(a) < dueKey(b) ? -1 : 1);
