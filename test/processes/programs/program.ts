/** What the programs of these tests have in common: a store on the database of the first argument, and lines of JSON on stdout. */
import { parseDatabaseUrl } from '../../../src/platform/database/database-url';
import { crashPointsFrom } from '../../../src/platform/event-store/crash-points.adapter';
import { openEventStore } from '../../../src/platform/event-store/open-event-store';
import type { OpenedStore } from '../../../src/platform/event-store/opened-store';
import { SystemClock } from '../../../src/platform/time/system-clock.adapter';

export const TENANT = 'demo';

export const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

export function openStore(): Promise<OpenedStore> {
  return openEventStore({
    ...parseDatabaseUrl(process.argv[2] ?? ''),
    clock: new SystemClock(),
    crashPoints: crashPointsFrom(process.env['CRASH_AT']),
    onListenerError: (error) => say({ error: String(error) }),
  });
}

/** The number that is the n-th argument, from 0 after the database. */
export const numberAt = (index: number): number => Number(process.argv[3 + index]);

/** Runs and ends with 0, or says what went wrong and ends with 1. */
export function main(work: () => Promise<void>): void {
  work().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`, () => process.exit(1));
    },
  );
}
