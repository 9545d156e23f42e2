/** Whether this process should be given work, and if not, why. Whoever can be in the way registers a check. */
import { messageOf } from '../../kernel/errors';
import type { Timer } from '../time/timer.port';

/** Null where all is well, else a sentence that says what is wrong. */
export type ReadinessCheck = () => Promise<string | null> | string | null;

export interface Hindrance {
  readonly check: string;
  readonly reason: string;
}

const PATIENCE_MS = 2_000;

export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();

  constructor(private readonly timer: Timer) {}

  register(name: string, check: ReadinessCheck): void {
    if (this.checks.has(name)) throw new Error(`readiness check ${name} is registered twice`);
    this.checks.set(name, check);
  }

  /** What is in the way; a check that fails or takes longer than two seconds is in the way itself. */
  async hindrances(): Promise<readonly Hindrance[]> {
    const answers = await Promise.all([...this.checks].map(async ([check, ask]) => ({ check, reason: await this.ask(ask) })));
    return answers.filter((answer): answer is Hindrance => answer.reason !== null);
  }

  private ask(check: ReadinessCheck): Promise<string | null> {
    return new Promise((resolve) => {
      const cancel = this.timer.after(PATIENCE_MS, () => resolve(`no answer within ${PATIENCE_MS} ms`));
      const settle = (reason: string | null): void => {
        cancel();
        resolve(reason);
      };
      Promise.resolve()
        .then(check)
        .then(settle, (error: unknown) => settle(messageOf(error)));
    });
  }
}
