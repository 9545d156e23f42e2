/** The event store on one SQLite file: appends by group commit on the writer connection, reads on the reader. */
import type { Clock } from '../../kernel/clock';
import type { SqliteDatabase } from '../database/sqlite-database';
import type { SqliteStatement } from '../database/sqlite-driver';
import { storageFailure } from '../database/sqlite-errors';
import { checkCall, submitChecked } from './append-checks';
import { CommitListeners, type CommitListener } from './commit-listeners';
import { type CrashPoints, NoCrashPoints } from './crash-points';
import type { Defer } from './defer';
import { type TenantPage, tenantQuery } from './event-query';
import {
  type AppendCall,
  type AppendResult,
  type ChainedEvent,
  type EventFilter,
  EventStore,
  type ReadRange,
  type RecordedEvent,
  type TenantScope,
  type VerifyReport,
  type WitnessedHead,
} from './event-store.port';
import { GroupCommit } from './group-commit';
import type { HeadWitness } from './head-witness';
import type { Salts } from './salts';
import { SqliteAppender } from './sqlite-appender';
import { type LinkRow, linkOf, type LogLink } from './event-chain';
import { CHAINED_COLUMNS, EVENT_COLUMNS, linkColumns } from './event-columns';
import type { StreamVersion } from './stream-versions';
import { verifyLog } from './verify-log';

export interface SqliteEventStoreOptions {
  readonly database: SqliteDatabase;
  readonly clock: Clock;
  readonly salts: Salts;
  readonly defer: Defer;
  readonly onListenerError: (error: unknown) => void;
  readonly crashPoints?: CrashPoints;
  readonly witness: HeadWitness;
}

/** From log to log by the index, however many events lie between. */
const LOGS = `WITH RECURSIVE found (log) AS (
    SELECT min(log) FROM events UNION ALL SELECT (SELECT min(log) FROM events WHERE log > found.log) FROM found WHERE log IS NOT NULL)
  SELECT log FROM found WHERE log IS NOT NULL ORDER BY log`;

const LINKS = linkColumns('char(31)', 'char(30)');
const FROM = `SELECT ${EVENT_COLUMNS} FROM events WHERE log = ?`;

export class SqliteEventStore extends EventStore {
  private readonly listeners: CommitListeners;
  private readonly group: GroupCommit;
  private readonly stream: SqliteStatement;
  private readonly last: SqliteStatement;
  private readonly range: SqliteStatement;
  private readonly newest: SqliteStatement;
  private readonly known: SqliteStatement;
  private readonly chained: SqliteStatement;
  private readonly links: SqliteStatement;
  private readonly place: SqliteStatement;

  /** The tables must be there: run the migrations first. */
  constructor(private readonly options: SqliteEventStoreOptions) {
    super();
    const { database, clock, salts, defer, onListenerError, crashPoints = new NoCrashPoints(), witness } = options;
    this.listeners = new CommitListeners(onListenerError);
    const isWatched = (): boolean => this.listeners.any;
    const appender = new SqliteAppender({ connection: database.writer, clock, salts, crashPoints, isWatched, witness });
    this.group = new GroupCommit(appender.commit, (events) => this.listeners.tell(events), defer);
    const prepare = (sql: string): SqliteStatement => database.reader.prepare<unknown[]>(sql);
    this.stream = prepare(`${FROM} AND tenant_id = ? AND stream = ? AND version > ? ORDER BY version`);
    this.last = prepare(`${FROM} AND tenant_id = ? AND stream = ? ORDER BY version DESC LIMIT 1`);
    this.range = prepare(`${FROM} AND position > ? AND position <= ? ORDER BY position LIMIT ?`);
    this.newest = prepare('SELECT position FROM events WHERE log = ? ORDER BY position DESC LIMIT 1').pluck();
    this.known = prepare(LOGS).pluck();
    this.chained = prepare(
      `SELECT ${CHAINED_COLUMNS} FROM events WHERE log = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?`,
    );
    this.links = prepare(`SELECT ${LINKS} FROM events WHERE log = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?`).raw();
    this.place = prepare('SELECT position FROM events WHERE log = ? AND tenant_id = ? AND stream = ? AND version = ?').pluck();
  }

  append(call: AppendCall): Promise<AppendResult> {
    try {
      checkCall(call);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.group.calls.submit(call);
  }

  appendEach(calls: readonly AppendCall[]): Promise<readonly unknown[]> {
    return submitChecked(calls, (checked) => this.group.calls.submitEach(checked));
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
    return (reading(() => this.newest.get(log)) as number | undefined) ?? 0;
  }

  async logs(): Promise<readonly number[]> {
    return reading(() => this.known.all()) as number[];
  }

  async readChained({ log, after = 0, upTo = Number.MAX_SAFE_INTEGER, limit }: ReadRange): Promise<readonly ChainedEvent[]> {
    return reading(() => this.chained.all(log, after, upTo, limit)) as ChainedEvent[];
  }

  async readLinks({ log, after, upTo, limit }: Required<ReadRange>): Promise<readonly LogLink[]> {
    return (reading(() => this.links.all(log, after, upTo, limit)) as LinkRow[]).map(linkOf);
  }

  async positionsOf(log: number, versions: readonly StreamVersion[]): Promise<readonly (number | null)[]> {
    const place = ({ tenantId, stream, version }: StreamVersion): unknown => this.place.get(log, tenantId, stream, version) ?? null;
    return reading(() => versions.map(place)) as (number | null)[];
  }

  async ends(log: number): Promise<{ readonly position: number; readonly tail: null }> {
    return { position: await this.head(log), tail: null };
  }

  verify(log: number, onProgress?: (events: number) => void, witnessed?: readonly WitnessedHead[]): Promise<VerifyReport> {
    return verifyLog(this, log, this.options.defer, onProgress, witnessed);
  }

  onCommitted(listener: CommitListener): () => void {
    return this.listeners.add(listener);
  }

  async close(): Promise<void> {
    this.group.close();
  }
}

/** A damaged file is named as such, whoever reads it. */
function reading<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw storageFailure(error) ?? error;
  }
}
