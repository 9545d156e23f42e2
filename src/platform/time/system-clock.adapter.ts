import { Clock, type Instant, toInstant } from '../../kernel/clock';

/** The machine's clock. It may jump; what must not go back (`recorded_at`) is guarded where it is written. */
export class SystemClock extends Clock {
  private ms = Number.NaN;
  private instant: Instant = '';

  /** Within one millisecond the text is made once: a tick asks thousands of times. */
  now(): Instant {
    const ms = Date.now();
    if (ms !== this.ms) {
      this.ms = ms;
      this.instant = toInstant(ms);
    }
    return this.instant;
  }
}
