/** One request per key at a time: a duplicate waits for the first one's answer, but not forever. */
import type { Timer } from '../time/timer.port';

export class InFlight {
  private readonly running = new Map<string, Promise<void>>();

  constructor(private readonly timer: Timer) {}

  /** Takes the key once nobody holds it; the returned function frees it. Null where it was still held after `patienceMs`. */
  async take(key: string, patienceMs: number): Promise<(() => void) | null> {
    const patience = this.deadline(patienceMs);
    try {
      for (let running = this.running.get(key); running; running = this.running.get(key)) {
        if (!(await Promise.race([running.then(() => true), patience.passed]))) return null;
      }
    } finally {
      patience.cancel();
    }
    return this.hold(key);
  }

  private hold(key: string): () => void {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.running.set(key, held);
    return () => {
      this.running.delete(key);
      release();
    };
  }

  private deadline(ms: number): { readonly passed: Promise<false>; readonly cancel: () => void } {
    let cancel = (): void => undefined;
    const passed = new Promise<false>((resolve) => {
      cancel = this.timer.after(ms, () => resolve(false));
    });
    return { passed, cancel };
  }
}
