/** The HTTP client of the test: takes a dead server for an answer that never came, and keeps count of those. */
import { OWNER_KEY } from './server-process';

export interface Answer {
  readonly status: number;
  readonly isReplay: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

export class Client {
  private readonly lost = new Map<string, number>();

  constructor(readonly url: string) {}

  /** Requests that were in flight when the server died. */
  get unanswered(): number {
    return [...this.lost.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Such as `deposits 3, ticks 1`. */
  describeUnanswered(): string {
    return [...this.lost].map(([name, count]) => `${name} ${count}`).join(', ');
  }

  /** Null where the server died before it had answered. */
  async send(method: string, path: string, body?: object, key?: string): Promise<Answer | null> {
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        body: body ? JSON.stringify(body) : undefined,
        headers: {
          authorization: `Bearer ${OWNER_KEY}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...(key ? { 'idempotency-key': key } : {}),
        },
      });
      const text = await response.text();
      const isReplay = response.headers.get('idempotency-hit') === 'true';
      return { status: response.status, isReplay, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
    } catch (error) {
      if (!isBroken(error)) throw error;
      const name = path.slice(path.lastIndexOf('/') + 1);
      this.lost.set(name, (this.lost.get(name) ?? 0) + 1);
      return null;
    }
  }
}

/** What fetch throws where the connection broke; it comes from outside the test's realm, so its name must do. */
const isBroken = (error: unknown): boolean => typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';
