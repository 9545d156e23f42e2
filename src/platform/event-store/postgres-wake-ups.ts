/**
 * Tells other processes that a log has grown, and hears it from them: one NOTIFY per flush, after its commit and outside
 * its transaction. A message may be lost with the connection, so whoever must miss nothing looks now and then anyway.
 */
import type { Client } from 'pg';
import type { Timer } from '../time/timer.port';
import { endWithin, type PgDatabase } from '../database/postgres-database';

const CHANNEL = 'vb_events';
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

export type WakeUpListener = (log: number) => void;

export class PgWakeUps {
  private readonly listeners = new Set<WakeUpListener>();
  /** What is to be told, the newest of each log. */
  private readonly outgoing = new Map<number, number>();
  private client: Client | null = null;
  private isSending = false;
  private isClosed = false;
  private waitMs = FIRST_WAIT_MS;
  private cancelRetry: () => void = () => undefined;
  private starting: Promise<void> | null = null;

  constructor(
    private readonly database: PgDatabase,
    private readonly timer: Timer,
    private readonly onError: (error: unknown) => void,
  ) {}

  add(listener: WakeUpListener): () => void {
    this.listeners.add(listener);
    this.start();
    return () => void this.listeners.delete(listener);
  }

  /** Returns at once. */
  tell(log: number, position: number): void {
    this.outgoing.set(log, position);
    if (this.client) void this.send(this.client);
    else this.start();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelRetry();
    await this.starting;
    const { client } = this;
    this.client = null;
    if (client) await endWithin(client, this.timer);
  }

  private start(): void {
    if (this.starting || this.client || this.isClosed) return;
    this.starting = this.connect()
      .catch((error: unknown) => this.retryLater(error))
      .finally(() => (this.starting = null));
  }

  private async connect(): Promise<void> {
    const client = await this.database.connect();
    try {
      await this.listen(client);
    } catch (error) {
      await endWithin(client, this.timer);
      throw error;
    }
    this.client = client;
    this.waitMs = FIRST_WAIT_MS;
    void this.send(client);
  }

  /** Nothing is lost with an unflushed NOTIFY, so none waits for the disk. */
  private async listen(client: Client): Promise<void> {
    client.once('end', () => this.lost(client));
    await client.query('SET synchronous_commit = off');
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    client.on('notification', ({ processId, payload = '' }) => {
      if (processId !== rows[0]?.pid) this.hear(payload);
    });
    await client.query(`LISTEN ${CHANNEL}`);
  }

  private hear(payload: string): void {
    const log = Number(payload.split(':')[0]);
    if (!Number.isSafeInteger(log)) return;
    for (const listener of this.listeners) {
      try {
        listener(log);
      } catch (error) {
        this.onError(error);
      }
    }
  }

  /** While one message is on its way the next ones gather, so that a fast log is not told more often than it can be heard. */
  private async send(client: Client): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (this.outgoing.size > 0 && this.client === client) {
        const payloads = [...this.outgoing].map(([log, position]) => `${log}:${position}`);
        this.outgoing.clear();
        const calls = payloads.map((_, index) => `pg_notify('${CHANNEL}', $${index + 1})`);
        await client.query(`SELECT ${calls.join(', ')}`, payloads);
      }
    } catch (error) {
      this.onError(error); // the listeners look anyway
    } finally {
      this.isSending = false;
    }
  }

  private lost(client: Client): void {
    if (this.client !== client) return;
    this.client = null;
    if (!this.isClosed) this.retryLater(new Error('the connection that listens for other processes was lost'));
  }

  private retryLater(error: unknown): void {
    if (this.isClosed) return;
    this.onError(error);
    this.cancelRetry = this.timer.after(this.waitMs, () => this.start());
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
  }
}
