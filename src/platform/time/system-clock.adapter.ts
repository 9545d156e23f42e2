import { Clock, type Instant } from '../../kernel/clock';

/** The machine's clock. It may jump; what must not go back (`recorded_at`) is guarded where it is written. */
export class SystemClock extends Clock {
  now(): Instant {
    return new Date().toISOString();
  }
}
