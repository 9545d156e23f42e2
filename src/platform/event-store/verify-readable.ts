/** Whether this release can read what the hashes say is whole: a hash proves that nobody changed an event, not that it makes sense. */
import type { Defer } from './defer';
import { faultIn } from './event-data';
import type { EventStore, VerifyReport } from './event-store.port';

const PAGE = 1_000;

/** The report of the log's hashes with the first event before their fault, if any, that cannot be read. */
export async function verifyReadable(
  store: Pick<EventStore, 'readAll'>,
  log: number,
  report: VerifyReport,
  defer: Defer,
): Promise<VerifyReport> {
  const upTo = (report.firstBad?.position ?? report.events + 1) - 1;
  for (let after = 0; after < upTo;) {
    const events = await store.readAll({ log, after, upTo, limit: PAGE });
    for (const event of events) {
      const fault = faultIn(event);
      if (fault !== null) return { ...report, firstBad: { position: event.position, reason: `unreadable: ${event.type}: ${fault}` } };
    }
    after = events.at(-1)?.position ?? upTo;
    await new Promise<void>(defer);
  }
  return report;
}
