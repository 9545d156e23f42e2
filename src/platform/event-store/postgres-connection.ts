/**
 * The appender's own connection: opened when it is needed, and again after it broke, after growing pauses in which whoever
 * asks is told so at once. No answer is waited for without end.
 */
import type { Client } from 'pg';
import { DomainError, messageOf, UnavailableError } from '../../kernel/errors';
import { type Answer, type BatchStatement, runBatch } from '../database/postgres-batch';
import { endWithin, type PgDatabase } from '../database/postgres-database';
import { isConnectionLost, noAnswer, openFailure, serverFailure } from '../database/postgres-errors';
import type { Timer } from '../time/timer.port';

/** The server gives up before this process does, as long as it can be reached: first the wait for a lock, then the statement. */
const LOCK_MS = 8_000;
const STATEMENT_MS = 12_000;
const ANSWER_MS = 15_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
/** How long `runPatiently` goes on trying: a server whose processes were killed is back within. */
const PATIENCE_MS = 3_000;

interface Pause {
  readonly reason: UnavailableError;
  readonly over: Promise<void>;
}

export class PgConnection {
  private opening: Promise<Client> | null = null;
  private pause: Pause | null = null;
  private pauseMs = FIRST_PAUSE_MS;
  private endPause: () => void = () => undefined;

  constructor(
    private readonly database: PgDatabase,
    private readonly timer: Timer,
  ) {}

  /**
   * Rejects with UnavailableError where there is no connection, so that nothing was sent; else with what the driver throws. A
   * broken connection is forgotten, so that the next call opens another.
   */
  async run(statements: readonly BatchStatement[]): Promise<Answer> {
    const opening = this.open();
    const client = await opening;
    const cancel = this.timer.after(ANSWER_MS, () => client.connection.stream.destroy(noAnswer(ANSWER_MS)));
    try {
      return await runBatch(client, statements);
    } catch (error) {
      if (isConnectionLost(error)) {
        this.forget(opening); // a dying connection says so before it ends
        client.connection.stream.destroy();
      }
      throw error;
    } finally {
      cancel();
    }
  }

  /** For statements that may be run twice: goes on trying for some seconds where the server or its connection is gone. */
  async runPatiently(statements: readonly BatchStatement[]): Promise<Answer> {
    const patience = { isOver: false };
    const cancel = this.timer.after(PATIENCE_MS, () => (patience.isOver = true));
    try {
      for (;;) {
        try {
          return await this.run(statements);
        } catch (error) {
          if (patience.isOver || !(error instanceof UnavailableError || isConnectionLost(error))) throw error;
          await this.pause?.over;
        }
      }
    } finally {
      cancel();
    }
  }

  async close(): Promise<void> {
    const { opening } = this;
    this.opening = null;
    this.endPause();
    const client = await opening?.catch(() => null);
    if (client) await endWithin(client, this.timer);
  }

  private open(): Promise<Client> {
    if (this.opening) return this.opening;
    if (this.pause) return Promise.reject(this.pause.reason);
    const opening = this.connect();
    const forget = (): void => this.forget(opening);
    this.opening = opening;
    opening.then((client) => void client.once('end', forget).once('error', forget), forget);
    return opening;
  }

  private async connect(): Promise<Client> {
    try {
      const client = await this.database.connect({ lock_timeout: LOCK_MS, statement_timeout: STATEMENT_MS });
      this.pauseMs = FIRST_PAUSE_MS;
      return client;
    } catch (error) {
      throw this.rest(unavailable(error, this.database.name));
    }
  }

  private forget(opening: Promise<Client>): void {
    if (this.opening === opening) this.opening = null;
  }

  private rest(reason: UnavailableError): UnavailableError {
    const over = new Promise<void>((resolve) => {
      const end = (): void => {
        this.pause = null;
        resolve();
      };
      const cancel = this.timer.after(this.pauseMs, end);
      this.endPause = () => {
        cancel();
        end();
      };
    });
    this.pause = { reason, over };
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
    return reason;
  }
}

/** What stopped a start may also come later: another password, a database that is gone. */
function unavailable(error: unknown, name: string): UnavailableError {
  const failure = serverFailure(error);
  if (failure) return failure;
  const reason = openFailure(error, name);
  const sentence = reason instanceof DomainError ? reason.message : `PostgreSQL refuses a connection to ${name}: ${messageOf(error)}`;
  return new UnavailableError('store.unavailable', sentence, { cause: messageOf(error) });
}
