/** The event store on PostgreSQL: appends by group commit on a connection of its own, reads on the readers' pool. */
import type { Clock } from '../../kernel/clock';
import type { PgDatabase } from '../database/postgres-database';
import { PgSql } from '../database/postgres-sql';
import { checkCall, submitChecked } from './append-checks';
import { AsyncGroupCommit } from './async-group-commit';
import { CommitListeners, type CommitListener } from './commit-listeners';
import { type CrashPoints, NoCrashPoints } from './crash-points';
import type { Defer } from './defer';
import { EVENT_COLUMNS } from './event-columns';
import { type TenantPage, tenantQuery } from './event-query';
import {
  type AppendCall,
  type AppendResult,
  type EventFilter,
  EventStore,
  type ReadRange,
  type RecordedEvent,
  type TenantScope,
  type VerifyReport,
} from './event-store.port';
import { PgAppender } from './postgres-appender';
import { PgConnection } from './postgres-connection';
import { verifyPgLog } from './postgres-verify';
import type { Cell } from './row-write';
import { PgWakeUps, type WakeUpListener } from './postgres-wake-ups';
import type { Salts } from './salts';
import type { Timer } from '../time/timer.port';

export interface PgEventStoreOptions {
  readonly database: PgDatabase;
  readonly clock: Clock;
  readonly salts: Salts;
  readonly defer: Defer;
  readonly onListenerError: (error: unknown) => void;
  readonly crashPoints?: CrashPoints;
  readonly timer: Timer;
  readonly onConnectionError?: (error: unknown) => void;
}

const FROM = `SELECT ${EVENT_COLUMNS} FROM events WHERE log = ?`;

export class PgEventStore extends EventStore {
  private readonly listeners: CommitListeners;
  private readonly connection: PgConnection;
  private readonly group: AsyncGroupCommit;
  private readonly sql: PgSql;
  private readonly wakeUps: PgWakeUps;

  /** The tables must be there: run the migrations first. */
  constructor(options: PgEventStoreOptions) {
    super();
    const { database, clock, salts, defer, timer, onListenerError, onConnectionError = () => undefined } = options;
    const { crashPoints = new NoCrashPoints() } = options;
    this.sql = new PgSql(database);
    this.listeners = new CommitListeners(onListenerError);
    this.connection = new PgConnection(database);
    this.wakeUps = new PgWakeUps(database, timer, onConnectionError);
    const isWatched = (): boolean => this.listeners.any;
    const onFlushed = (log: number, position: number): void => this.wakeUps.tell(log, position);
    const appender = new PgAppender({ connection: this.connection, clock, salts, crashPoints, isWatched, onFlushed });
    this.group = new AsyncGroupCommit(appender.commit, (events) => this.listeners.tell(events), defer);
  }

  append(call: AppendCall): Promise<AppendResult> {
    try {
      checkCall(call);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.group.submit(call);
  }

  appendEach(calls: readonly AppendCall[]): Promise<readonly unknown[]> {
    return submitChecked(calls, (checked) => this.group.submitEach(checked));
  }

  readStream({ log, tenantId }: TenantScope, stream: string, afterVersion = 0): Promise<readonly RecordedEvent[]> {
    return this.events(`${FROM} AND tenant_id = ? AND stream = ? AND version > ? ORDER BY version`, [log, tenantId, stream, afterVersion]);
  }

  async readLast({ log, tenantId }: TenantScope, stream: string): Promise<RecordedEvent | null> {
    const rows = await this.events(`${FROM} AND tenant_id = ? AND stream = ? ORDER BY version DESC LIMIT 1`, [log, tenantId, stream]);
    return rows[0] ?? null;
  }

  readAll({ log, after = 0, upTo = Number.MAX_SAFE_INTEGER, limit }: ReadRange): Promise<readonly RecordedEvent[]> {
    return this.events(`${FROM} AND position > ? AND position <= ? ORDER BY position LIMIT ?`, [log, after, upTo, limit]);
  }

  readTenant(scope: TenantScope, filter: EventFilter, page: TenantPage): Promise<readonly RecordedEvent[]> {
    const { sql, params } = tenantQuery(EVENT_COLUMNS, scope, filter, page);
    return this.events(sql, params);
  }

  async head(log: number): Promise<number> {
    const rows = await this.sql.read('SELECT position FROM log_tails WHERE log = ?', [log]);
    return Number(rows[0]?.['position'] ?? 0);
  }

  async logs(): Promise<readonly number[]> {
    return (await this.sql.read('SELECT log FROM log_tails WHERE position > 0 ORDER BY log')).map(({ log }) => Number(log));
  }

  verify(log: number, onProgress?: (events: number) => void): Promise<VerifyReport> {
    return verifyPgLog(this.sql, log, onProgress);
  }

  onCommitted(listener: CommitListener): () => void {
    return this.listeners.add(listener);
  }

  override onWakeUp(listener: WakeUpListener): () => void {
    return this.wakeUps.add(listener);
  }

  async close(): Promise<void> {
    await this.group.close();
    await this.wakeUps.close();
    await this.connection.close();
  }

  /** Rows of exactly these columns are events. */
  private async events(sql: string, params: readonly Cell[]): Promise<readonly RecordedEvent[]> {
    return (await this.sql.read(sql, params)) as readonly unknown[] as readonly RecordedEvent[];
  }
}
