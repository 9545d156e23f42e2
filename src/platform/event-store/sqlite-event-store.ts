/** The event store on one SQLite file: appends by group commit on the writer connection, reads on the reader. */
import type { Clock } from '../../kernel/clock';
import type { SqliteDatabase } from '../database/sqlite-database';
import type { SqliteStatement } from '../database/sqlite-driver';
import { checkCall, submitChecked } from './append-checks';
import { CommitListeners, type CommitListener } from './commit-listeners';
import { type CrashPoints, NoCrashPoints } from './crash-points';
import type { Defer } from './defer';
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
import { GroupCommit } from './group-commit';
import type { Salts } from './salts';
import { SqliteAppender } from './sqlite-appender';
import { EVENT_COLUMNS } from './event-columns';
import { verifyLog } from './sqlite-verify';

export interface SqliteEventStoreOptions {
  readonly database: SqliteDatabase;
  readonly clock: Clock;
  readonly salts: Salts;
  readonly defer: Defer;
  readonly onListenerError: (error: unknown) => void;
  readonly crashPoints?: CrashPoints;
}

/** From log to log by the index, however many events lie between. */
const LOGS = `WITH RECURSIVE found (log) AS (
    SELECT min(log) FROM events UNION ALL SELECT (SELECT min(log) FROM events WHERE log > found.log) FROM found WHERE log IS NOT NULL)
  SELECT log FROM found WHERE log IS NOT NULL ORDER BY log`;

const FROM = `SELECT ${EVENT_COLUMNS} FROM events WHERE log = ?`;

export class SqliteEventStore extends EventStore {
  private readonly listeners: CommitListeners;
  private readonly group: GroupCommit;
  private readonly stream: SqliteStatement;
  private readonly last: SqliteStatement;
  private readonly range: SqliteStatement;
  private readonly newest: SqliteStatement;
  private readonly known: SqliteStatement;

  /** The tables must be there: run the migrations first. */
  constructor(private readonly options: SqliteEventStoreOptions) {
    super();
    const { database, clock, salts, defer, onListenerError, crashPoints = new NoCrashPoints() } = options;
    this.listeners = new CommitListeners(onListenerError);
    const isWatched = (): boolean => this.listeners.any;
    const appender = new SqliteAppender({ connection: database.writer, clock, salts, crashPoints, isWatched });
    this.group = new GroupCommit(appender.commit, (events) => this.listeners.tell(events), defer);
    const prepare = (sql: string): SqliteStatement => database.reader.prepare<unknown[]>(sql);
    this.stream = prepare(`${FROM} AND tenant_id = ? AND stream = ? AND version > ? ORDER BY version`);
    this.last = prepare(`${FROM} AND tenant_id = ? AND stream = ? ORDER BY version DESC LIMIT 1`);
    this.range = prepare(`${FROM} AND position > ? AND position <= ? ORDER BY position LIMIT ?`);
    this.newest = prepare('SELECT position FROM events WHERE log = ? ORDER BY position DESC LIMIT 1').pluck();
    this.known = prepare(LOGS).pluck();
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

  async readStream({ log, tenantId }: TenantScope, stream: string, afterVersion = 0): Promise<readonly RecordedEvent[]> {
    return this.stream.all(log, tenantId, stream, afterVersion) as RecordedEvent[];
  }

  async readLast({ log, tenantId }: TenantScope, stream: string): Promise<RecordedEvent | null> {
    return (this.last.get(log, tenantId, stream) as RecordedEvent | undefined) ?? null;
  }

  async readAll({ log, after = 0, upTo = Number.MAX_SAFE_INTEGER, limit }: ReadRange): Promise<readonly RecordedEvent[]> {
    return this.range.all(log, after, upTo, limit) as RecordedEvent[];
  }

  async readTenant(scope: TenantScope, filter: EventFilter, page: TenantPage): Promise<readonly RecordedEvent[]> {
    const { sql, params } = tenantQuery(EVENT_COLUMNS, scope, filter, page);
    return this.options.database.reader.prepare<unknown[]>(sql).all(...params) as RecordedEvent[];
  }

  async head(log: number): Promise<number> {
    return (this.newest.get(log) as number | undefined) ?? 0;
  }

  async logs(): Promise<readonly number[]> {
    return this.known.all() as number[];
  }

  verify(log: number, onProgress?: (events: number) => void): Promise<VerifyReport> {
    return verifyLog(this.options.database.reader, log, this.options.defer, onProgress);
  }

  onCommitted(listener: CommitListener): () => void {
    return this.listeners.add(listener);
  }

  async close(): Promise<void> {
    this.group.close();
  }
}
