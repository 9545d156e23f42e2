/** Writes a group of calls in one transaction; who loses is rejected alone and leaves no trace. */
import type { Clock, Instant } from '../../kernel/clock';
import type { SqliteConnection, SqliteStatement } from '../database/sqlite-driver';
import { storageFailure } from '../database/sqlite-errors';
import type { CrashPoints } from './crash-points';
import { canonicalText, chainHash, contentHash, genesis, leafHash } from './event-hash';
import { DuplicateKey, VersionConflict } from './event-store.errors';
import type { AppendCall, NewEvent, RecordedEvent } from './event-store.port';
import type { QueuedCall } from './call-queue';
import type { HeadWitness, LogHead } from './head-witness';
import { HeadVersions } from './head-versions';
import { notBefore, recordedEvent } from './recorded-event';
import type { Salts } from './salts';
import { INSERT_EVENT, isConstraint, RowWriter } from './sqlite-statements';

/** Where the log ends. */
interface Tail {
  position: number;
  chain: string;
  recordedAt: Instant;
}

export interface AppenderParts {
  readonly connection: SqliteConnection;
  readonly clock: Clock;
  readonly salts: Salts;
  readonly crashPoints: CrashPoints;
  /** Whether anybody wants to be given what was committed. */
  readonly isWatched: () => boolean;
  readonly witness: HeadWitness;
}

const HEADS_KEPT = 50_000;

export class SqliteAppender {
  private readonly statements: Statements;
  private readonly rows: RowWriter;
  private readonly heads = new HeadVersions(HEADS_KEPT);
  /** Streams whose cached version is ahead of the last commit. */
  private touched: string[] = [];
  /** Of each log written to. Empty until read, and again after anything went wrong: then the file says where they end. */
  private tails = new Map<number, Tail>();
  /** Logs that the flush has put events into. */
  private readonly moved = new Set<number>();
  private committed: RecordedEvent[] = [];

  constructor(private readonly parts: AppenderParts) {
    this.statements = prepareStatements(parts.connection);
    this.rows = new RowWriter(parts.connection);
  }

  /** Sets position or error of each entry. First all together; where a statement fails, again with a savepoint for each call. */
  readonly commit = (group: readonly QueuedCall[]): readonly RecordedEvent[] => {
    try {
      return this.inTransaction(group, (entry, tail, watched) => this.applyTrusting(entry, tail, watched));
    } catch (error) {
      const failure = storageFailure(error);
      if (failure) throw failure;
    }
    for (const entry of group) entry.error = undefined;
    try {
      return this.inTransaction(group, (entry, tail, watched) => this.applyGuarded(entry, tail, watched));
    } catch (error) {
      throw storageFailure(error) ?? error;
    }
  };

  private inTransaction(
    group: readonly QueuedCall[],
    apply: (entry: QueuedCall, tail: Tail, watched: boolean) => void,
  ): readonly RecordedEvent[] {
    const { crashPoints, clock, isWatched } = this.parts;
    const half = group.length >> 1;
    const watched = isWatched();
    this.committed = [];
    this.moved.clear();
    try {
      this.statements.begin.run();
      const now = clock.now();
      crashPoints.hit('flush:begin');
      let index = 0;
      for (const entry of group) {
        apply(entry, this.tailOf(entry.call.log, now), watched);
        if (index === half) crashPoints.hit('flush:mid');
        index += 1;
      }
      crashPoints.hit('flush:before-commit');
      this.statements.commit.run();
    } catch (error) {
      this.rollBack();
      throw error;
    }
    crashPoints.hit('flush:after-commit');
    this.touched.length = 0;
    if (this.moved.size > 0) this.parts.witness.saw(this.movedHeads());
    return this.committed;
  }

  private movedHeads(): readonly LogHead[] {
    const heads: LogHead[] = [];
    for (const log of this.moved) {
      const tail = this.tails.get(log);
      if (tail) heads.push({ log, ...tail });
    }
    return heads;
  }

  private rollBack(): void {
    if (this.parts.connection.inTransaction) this.statements.rollback.run();
    this.heads.forget(this.touched);
    this.touched.length = 0;
    this.tails.clear();
  }

  /** A stream said to be new is taken for new where its version is not at hand: the unique index objects if it is not. */
  private applyTrusting(entry: QueuedCall, tail: Tail, watched: boolean): void {
    const starts = this.reserve(entry, true);
    if (starts) this.write(entry, starts, tail, watched);
  }

  private applyGuarded(entry: QueuedCall, tail: Tail, watched: boolean): void {
    const { savepoint, rollbackTo, release } = this.statements;
    const before = { ...tail };
    const marks = { touched: this.touched.length, committed: this.committed.length };
    const starts = this.reserve(entry, false);
    if (!starts) return;
    savepoint.run();
    try {
      this.write(entry, starts, tail, watched);
    } catch (error) {
      if (storageFailure(error) || !this.parts.connection.inTransaction) throw error;
      rollbackTo.run();
      Object.assign(tail, before);
      this.heads.forget(this.touched.slice(marks.touched));
      this.committed.length = marks.committed;
      entry.error = error;
    }
    release.run();
  }

  /** Takes the next versions of the call's streams; null, with VersionConflict on the entry, where one has moved on. */
  private reserve(entry: QueuedCall, trustNew: boolean): readonly number[] | null {
    const { log, tenantId, streams } = entry.call;
    const mark = this.touched.length;
    const starts: number[] = [];
    for (const { stream, expectedVersion, events } of streams) {
      const key = `${log}\u001f${tenantId}\u001f${stream}`;
      const isTrusted = trustNew && expectedVersion === 0 && events.length > 0;
      const actual = this.heads.get(key) ?? (isTrusted ? 0 : this.readVersion(log, tenantId, stream));
      if (expectedVersion !== 'any' && expectedVersion !== actual) {
        this.heads.forget(this.touched.slice(mark));
        entry.error = new VersionConflict(stream, expectedVersion, actual);
        return null;
      }
      this.heads.set(key, actual + events.length);
      this.touched.push(key);
      starts.push(actual);
    }
    return starts;
  }

  private write(entry: QueuedCall, starts: readonly number[], tail: Tail, watched: boolean): void {
    const { call } = entry;
    let index = 0;
    for (const { stream, events } of call.streams) {
      let version = starts[index] ?? 0;
      index += 1;
      for (const event of events) {
        version += 1;
        this.insert(call, stream, version, event, tail);
        if (watched) this.committed.push(recordedEvent(event, { log: call.log, tenantId: call.tenantId, stream, version, ...tail }));
      }
    }
    for (const write of call.writes) {
      this.rows.write(write);
      this.parts.crashPoints.hit(write.table.name);
    }
    entry.position = tail.position;
  }

  private insert({ log, tenantId }: AppendCall, stream: string, version: number, event: NewEvent, tail: Tail): void {
    const { recordedAt } = tail;
    const position = tail.position + 1;
    const salt = this.parts.salts.next();
    const leaf = leafHash(contentHash(canonicalText(tenantId, stream, event), salt), version, recordedAt);
    const chain = chainHash(tail.chain, position, leaf);
    const { event_id, type, schema_version, ts, portfolio_id, position_id, instrument_id, symbol } = event;
    const { correlation_id, causation_id, actor, unique_key, data } = event;
    // prettier-ignore
    try {
      this.statements.insertEvent.run(
        log, position, tenantId, stream, version, event_id, type, schema_version, ts, recordedAt, portfolio_id, position_id,
        instrument_id, symbol, correlation_id, causation_id, actor, unique_key, data, salt, leaf, chain,
      );
    } catch (error) {
      throw this.explained(error, log, tenantId, unique_key);
    }
    tail.position = position;
    tail.chain = chain;
    this.moved.add(log);
  }

  private explained(error: unknown, log: number, tenantId: string, key: string | null): unknown {
    if (key === null || !isConstraint(error)) return error;
    return this.statements.uniqueKey.get(log, tenantId, key) ? new DuplicateKey('unique_key', key) : error;
  }

  private readVersion(log: number, tenantId: string, stream: string): number {
    return (this.statements.version.get(log, tenantId, stream) as number | undefined) ?? 0;
  }

  private tailOf(log: number, now: Instant): Tail {
    const tail = this.tails.get(log) ?? this.readTail(log);
    tail.recordedAt = notBefore(now, tail.recordedAt);
    return tail;
  }

  private readTail(log: number): Tail {
    const last = this.statements.tail.get(log) as Tail | undefined;
    const tail = last ? { ...last } : { position: 0, chain: genesis(log), recordedAt: '' };
    this.tails.set(log, tail);
    return tail;
  }
}

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(connection: SqliteConnection) {
  const prepare = (sql: string): SqliteStatement => connection.prepare<unknown[]>(sql);
  return {
    begin: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    rollback: prepare('ROLLBACK'),
    savepoint: prepare('SAVEPOINT one_call'),
    rollbackTo: prepare('ROLLBACK TO one_call'),
    release: prepare('RELEASE one_call'),
    insertEvent: prepare(INSERT_EVENT),
    tail: prepare('SELECT position, chain, recorded_at AS recordedAt FROM events WHERE log = ? ORDER BY position DESC LIMIT 1'),
    version: prepare('SELECT version FROM events WHERE log = ? AND tenant_id = ? AND stream = ? ORDER BY version DESC LIMIT 1').pluck(),
    uniqueKey: prepare('SELECT 1 FROM events WHERE log = ? AND tenant_id = ? AND unique_key = ?').pluck(),
  };
}
