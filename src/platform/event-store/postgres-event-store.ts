/** The event store on PostgreSQL: appends by group commit on a connection of its own, reads on the readers' pool. */
import type { Clock } from '../../kernel/clock';
import type { PgDatabase } from '../database/postgres-database';
import { PgSql } from '../database/postgres-sql';
import { checkCall, submitChecked } from './append-checks';
import { AsyncGroupCommit } from './async-group-commit';
import { CommitListeners, type CommitListener } from './commit-listeners';
import { type CrashPoints, NoCrashPoints } from './crash-points';
import type { Defer } from './defer';
import { type LinkRow, linkOf, type LogLink } from './event-chain';
import { CHAINED_COLUMNS, EVENT_COLUMNS, linkColumns } from './event-columns';
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
import type { HeadWitness, LogHead } from './head-witness';
import { PgAppender } from './postgres-appender';
import { PgConnection } from './postgres-connection';
import type { Cell } from './row-write';
import { PgWakeUps, type WakeUpListener } from './postgres-wake-ups';
import type { Salts } from './salts';
import type { StreamVersion } from './stream-versions';
import { joined, joinedNumbers } from './text-columns';
import type { Timer } from '../time/timer.port';
import { verifyLog } from './verify-log';

export interface PgEventStoreOptions {
  readonly database: PgDatabase;
  readonly clock: Clock;
  readonly salts: Salts;
  readonly defer: Defer;
  readonly onListenerError: (error: unknown) => void;
  readonly crashPoints?: CrashPoints;
  readonly timer: Timer;
  readonly onConnectionError?: (error: unknown) => void;
  readonly witness: HeadWitness;
}

const FROM = `SELECT ${EVENT_COLUMNS} FROM events WHERE log = ?`;
const CHAINED = `SELECT ${CHAINED_COLUMNS} FROM events WHERE log = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?`;
const LINKS = `SELECT ${linkColumns("E'\\x1f'", "E'\\x1e'")} FROM events WHERE log = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?`;
/** Many at once: a round trip costs more than what it asks. */
const PLACES = `SELECT e.position FROM
    unnest(string_to_array(?, E'\\x1f'), string_to_array(?, E'\\x1f'), string_to_array(?, ',')::BIGINT[])
      WITH ORDINALITY AS w (tenant_id, stream, version, place)
  LEFT JOIN events e ON e.log = ? AND e.tenant_id = w.tenant_id AND e.stream = w.stream AND e.version = w.version
  WHERE w.version IS NOT NULL ORDER BY w.place`;
const ENDS = `SELECT (SELECT max(position) FROM events WHERE log = ?) AS last, t.position, t.chain
  FROM (SELECT 1) one LEFT JOIN log_tails t ON t.log = ?`;

export class PgEventStore extends EventStore {
  private readonly listeners: CommitListeners;
  private readonly connection: PgConnection;
  private readonly group: AsyncGroupCommit;
  private readonly sql: PgSql;
  private readonly wakeUps: PgWakeUps;

  /** The tables must be there: run the migrations first. */
  constructor(private readonly options: PgEventStoreOptions) {
    super();
    const { database, clock, salts, defer, timer, onListenerError, onConnectionError = () => undefined } = options;
    const { crashPoints = new NoCrashPoints(), witness } = options;
    this.sql = new PgSql(database);
    this.listeners = new CommitListeners(onListenerError);
    this.connection = new PgConnection(database, timer);
    this.wakeUps = new PgWakeUps(database, timer, onConnectionError);
    const isWatched = (): boolean => this.listeners.any;
    const onFlushed = (head: LogHead): void => {
      witness.saw([head]);
      this.wakeUps.tell(head.log, head.position);
    };
    const appender = new PgAppender({ connection: this.connection, clock, salts, crashPoints, isWatched, onFlushed });
    this.group = new AsyncGroupCommit(appender.commit, (events) => this.listeners.tell(events), defer);
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

  async readChained({ log, after = 0, upTo = Number.MAX_SAFE_INTEGER, limit }: ReadRange): Promise<readonly ChainedEvent[]> {
    return (await this.sql.read(CHAINED, [log, after, upTo, limit])) as readonly unknown[] as readonly ChainedEvent[];
  }

  async readLinks({ log, after, upTo, limit }: Required<ReadRange>): Promise<readonly LogLink[]> {
    return (await this.sql.readArrays<LinkRow>(LINKS, [log, after, upTo, limit])).map(linkOf);
  }

  async positionsOf(log: number, versions: readonly StreamVersion[]): Promise<readonly (number | null)[]> {
    const columns = [
      joined(versions, ({ tenantId }) => tenantId),
      joined(versions, ({ stream }) => stream),
      joinedNumbers(versions, ({ version }) => version),
    ];
    return (await this.sql.read(PLACES, [...columns, log])).map(({ position }) => position as number | null);
  }

  async ends(log: number): Promise<{ readonly position: number; readonly tail: WitnessedHead | null }> {
    const [row] = await this.sql.read(ENDS, [log, log]);
    const tail = typeof row?.['position'] === 'number' ? { position: row['position'], chain: String(row['chain']) } : null;
    return { position: Number(row?.['last'] ?? 0), tail };
  }

  verify(log: number, onProgress?: (events: number) => void, witnessed?: readonly WitnessedHead[]): Promise<VerifyReport> {
    return verifyLog(this, log, this.options.defer, onProgress, witnessed);
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
