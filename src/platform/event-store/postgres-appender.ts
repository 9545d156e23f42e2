/** Writes a group of calls with one statement per log; who loses is rejected alone and leaves no trace. */
import type { Clock } from '../../kernel/clock';
import { messageOf, UnavailableError } from '../../kernel/errors';
import {
  isConnectionLost,
  isTransient,
  isUniqueViolation,
  postgresCode,
  serverFailure,
  violatedConstraint,
  violatedTable,
} from '../database/postgres-errors';
import type { CrashPoints } from './crash-points';
import { DuplicateKey } from './event-store.errors';
import type { RecordedEvent } from './event-store.port';
import { type FlushPlan, type Known, NOTHING, planFlush } from './flush-plan';
import type { QueuedCall } from './call-queue';
import type { LogHead } from './head-witness';
import type { PgConnection } from './postgres-connection';
import { appendStatement, type FlushOutcome, readOutcome, recordedEvents } from './postgres-flush';
import { TableTypes } from './postgres-column-types';
import { lookFor } from './postgres-look';
import { rowStatements, StatementNames } from './postgres-rows';
import type { Salts } from './salts';

export interface PgAppenderParts {
  readonly connection: PgConnection;
  readonly clock: Clock;
  readonly salts: Salts;
  readonly crashPoints: CrashPoints;
  /** Whether anybody wants to be given what was committed. */
  readonly isWatched: () => boolean;
  /** Told of each flush that added events, after its commit. */
  readonly onFlushed: (head: LogHead) => void;
}

/** A stream moved on (VB001), a guarded row changed (VB003), a key exists (23505): look, and plan again. */
const REFUSED: ReadonlySet<string> = new Set(['VB001', 'VB003', '23505']);
/** Other processes may be faster again and again, but each time one of them has written. */
const MOST_ROUNDS = 100;
/** Of a flush that ends in a deadlock or with its connection, each time without a trace. */
const MOST_TRIES = 10;

/** Of a flush whose answer was lost: not written, and it never will be. */
const FENCE = `INSERT INTO appenders AS a (log, appender, flush) VALUES ($1, $2, $3)
  ON CONFLICT (log, appender) DO UPDATE SET flush = excluded.flush, outcome = NULL WHERE a.flush < excluded.flush RETURNING flush`;
const OUTCOME = 'SELECT outcome FROM appenders WHERE log = $1 AND appender = $2 AND flush = $3';

export class PgAppender {
  private readonly appender: string;
  private readonly names = new StatementNames();
  private readonly types: TableTypes;
  private flushes = 0;

  constructor(private readonly parts: PgAppenderParts) {
    this.appender = parts.salts.next();
    this.types = new TableTypes((statements) => parts.connection.run(statements));
  }

  /** Sets position or error of each entry, log by log. */
  readonly commit = async (group: readonly QueuedCall[]): Promise<readonly RecordedEvent[]> => {
    const logs = new Set(group.map(({ call }) => call.log));
    const committed: RecordedEvent[] = [];
    for (const log of logs) {
      const entries = logs.size === 1 ? group : group.filter(({ call }) => call.log === log);
      for (const event of await this.commitLog(log, entries)) committed.push(event);
    }
    return committed;
  };

  /** A statement that fails for another reason than the server's fails for one call's: then each goes alone. */
  private async commitLog(log: number, entries: readonly QueuedCall[]): Promise<readonly RecordedEvent[]> {
    try {
      return await this.flushUntilDone(log, entries);
    } catch (error) {
      const failure = serverFailure(error);
      if (failure === null && entries.length > 1) return this.commitOneByOne(log, entries);
      for (const entry of entries) entry.error = failure ?? explained(error);
      return [];
    }
  }

  private async commitOneByOne(log: number, entries: readonly QueuedCall[]): Promise<readonly RecordedEvent[]> {
    const committed: RecordedEvent[] = [];
    for (const entry of entries) committed.push(...(await this.commitLog(log, [entry])));
    return committed;
  }

  private async flushUntilDone(log: number, entries: readonly QueuedCall[]): Promise<readonly RecordedEvent[]> {
    let known: Known = NOTHING;
    let wasDuplicate = false;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const plan = planFlush(entries, known);
      if (!plan.isUndecided) {
        if (plan.winners.length === 0) return this.settle(log, plan, null);
        const outcome = await this.flush(log, plan).catch(refusalOnly);
        if (!(outcome instanceof Refusal)) return this.settle(log, plan, outcome);
        const isDuplicate = isUniqueViolation(outcome.reason);
        if (isDuplicate && wasDuplicate) throw outcome.reason; // looking did not show why
        wasDuplicate = isDuplicate;
      }
      const look = lookFor(log, entries, this.names);
      known = look.read(await this.parts.connection.run(look.statements));
    }
    throw new UnavailableError('store.busy', 'Other processes write to the same streams without a pause; nothing was written: try again');
  }

  private settle(log: number, plan: FlushPlan, outcome: FlushOutcome | null): readonly RecordedEvent[] {
    for (const { entry, error } of plan.losers) entry.error = error;
    if (outcome === null) return [];
    const { before, chain, recordedAt } = outcome;
    if (plan.events.length > 0) this.parts.onFlushed({ log, position: before + plan.events.length, chain, recordedAt });
    for (const { entry, upTo } of plan.winners) entry.position = before + upTo;
    return this.parts.isWatched() ? recordedEvents(log, plan, outcome) : [];
  }

  /** Rejects with Refusal where somebody has to lose first. */
  private async flush(log: number, plan: FlushPlan, tries = 1): Promise<FlushOutcome> {
    const { connection, clock, salts, crashPoints } = this.parts;
    const flush = ++this.flushes;
    const place = { log, appender: this.appender, flush, now: clock.now() };
    crashPoints.hit('flush:begin');
    const learning = this.types.missing(plan.rows.tables());
    if (learning !== null) await learning;
    const rows = rowStatements(plan.rows, this.names, this.types);
    const statements = [...rows, appendStatement(place, plan, salts)];
    const answer = connection.run(statements);
    crashPoints.hit('flush:mid');
    for (const { table } of plan.rows.sorted()) crashPoints.hit(table.name);
    crashPoints.hit('flush:before-commit');
    try {
      const results = await answer;
      crashPoints.hit('flush:after-commit');
      return readOutcome(results.at(-1)?.[0]?.[0]);
    } catch (error) {
      if (REFUSED.has(postgresCode(error))) throw new Refusal(error);
      const known = isConnectionLost(error) ? await this.outcomeOf(log, flush, error) : null;
      if (known !== null) return known;
      if (tries < MOST_TRIES && (isTransient(error) || isConnectionLost(error))) return this.flush(log, plan, tries + 1);
      throw error;
    }
  }

  /** Whether a flush took effect whose answer was lost is asked of the database. Null: it did not, and from now on it cannot. */
  private async outcomeOf(log: number, flush: number, cause: unknown): Promise<FlushOutcome | null> {
    const values = [log, this.appender, flush];
    let results;
    try {
      results = await this.parts.connection.runPatiently([this.names.statement(FENCE, values), this.names.statement(OUTCOME, values)]);
    } catch (error) {
      throw unknownOutcome(cause, error);
    }
    const [fenced = [], outcome = []] = results;
    return fenced.length > 0 ? null : readOutcome(outcome[0]?.[0]);
  }
}

/** The database said no to a flush as a whole, and wrote nothing of it. */
class Refusal extends Error {
  constructor(readonly reason: unknown) {
    super(messageOf(reason));
  }
}

function refusalOnly(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

const explained = (error: unknown): unknown =>
  isUniqueViolation(error) ? new DuplicateKey(violatedTable(error), violatedConstraint(error)) : error;

const unknownOutcome = (cause: unknown, error: unknown): UnavailableError =>
  new UnavailableError(
    'store.unavailable',
    'PostgreSQL went away before it answered; whether this was written is not known yet: look before you repeat it',
    { cause: messageOf(cause), after: messageOf(error) },
  );
