/** Time that moves when it is told to: replays and tests run days in milliseconds and the same way every time. */
import { Clock, epochMs, type Instant, toInstant } from '../../kernel/clock';
import { checkWait, Timer } from './timer.port';

interface Due {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

export class VirtualClock extends Clock {
  private ms: number;
  private readonly waiting = new Set<Due>();
  private order = 0;
  private told = { ms: Number.NaN, instant: '' };

  constructor(start: Instant) {
    super();
    this.ms = epochMs(start);
  }

  now(): Instant {
    if (this.told.ms !== this.ms) this.told = { ms: this.ms, instant: toInstant(this.ms) };
    return this.told.instant;
  }

  /** Moves to an instant, forwards through everything that falls due on the way; backwards, as clocks do, nothing fires. */
  set(instant: Instant): void {
    const target = epochMs(instant);
    for (let due = this.nextDue(target); due; due = this.nextDue(target)) {
      this.waiting.delete(due);
      this.ms = Math.max(this.ms, due.at);
      due.callback();
    }
    this.ms = target;
  }

  advance(ms: number): void {
    this.set(toInstant(this.ms + ms));
  }

  /** Calls back when the clock is moved to or past `ms` from now; the returned function cancels. */
  wait(ms: number, callback: () => void): () => void {
    const due: Due = { at: this.ms + ms, order: this.order++, callback };
    this.waiting.add(due);
    return () => void this.waiting.delete(due);
  }

  /** How many callbacks are waiting: 0 where everything was cancelled or has fired. */
  get pending(): number {
    return this.waiting.size;
  }

  private nextDue(target: number): Due | undefined {
    let next: Due | undefined;
    for (const due of this.waiting) {
      if (due.at > target) continue;
      if (!next || due.at < next.at || (due.at === next.at && due.order < next.order)) next = due;
    }
    return next;
  }
}

/** Timers that fire when the virtual clock is moved past them. */
export class VirtualTimer extends Timer {
  constructor(private readonly clock: VirtualClock) {
    super();
  }

  after(ms: number, callback: () => void): () => void {
    return this.clock.wait(checkWait(ms, 0), callback);
  }

  every(ms: number, callback: () => void): () => void {
    const again = () => {
      cancel = this.clock.wait(ms, again);
      callback();
    };
    let cancel = this.clock.wait(checkWait(ms, 1), again);
    return () => cancel();
  }
}
