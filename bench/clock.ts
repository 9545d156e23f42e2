/** One instant for ever: reading the machine's clock is no part of what is measured. */
import { Clock } from '../src/kernel/clock';

export class BenchClock extends Clock {
  now(): string {
    return '2026-11-20T14:35:00.000Z';
  }
}
