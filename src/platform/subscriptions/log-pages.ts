/** Pages of the logs, read once for all partitions that are at the same place. */
import type { EventStore, RecordedEvent } from '../event-store/event-store.port';

type Page = readonly RecordedEvent[];

export const PAGE = 500;
/** Partitions that fall behind the others by more read for themselves. */
const KEPT = 4;

export class LogPages {
  private readonly byLog = new Map<number, Map<number, Promise<Page>>>();
  private readonly full = new WeakSet<Promise<Page>>();

  constructor(private readonly store: EventStore) {}

  /** The next events after a position. A page that was not full is read again once the log has changed. */
  read(log: number, after: number): Promise<Page> {
    const pages = this.byLog.get(log) ?? new Map<number, Promise<Page>>();
    this.byLog.set(log, pages);
    const known = pages.get(after);
    if (known) return known;
    const page = this.store.readAll({ log, after, limit: PAGE });
    pages.set(after, page);
    page.then(
      (events) => (events.length === PAGE ? this.full.add(page) : dropBefore(pages, after)),
      () => pages.get(after) === page && pages.delete(after), // whoever asked is told of it
    );
    for (const oldest of pages.keys()) {
      if (pages.size <= KEPT) break;
      pages.delete(oldest);
    }
    return page;
  }

  changedAll(): void {
    for (const log of this.byLog.keys()) this.changed(log);
  }

  /** Events may have come: what was read to the end of the log, or is being read, may lack them. */
  changed(log: number): void {
    const pages = this.byLog.get(log);
    if (!pages) return;
    for (const [after, page] of pages) if (!this.full.has(page)) pages.delete(after);
  }
}

/** At the end of the log the history before it is of use to nobody who is up to date. */
function dropBefore(pages: Map<number, Promise<Page>>, position: number): void {
  for (const after of pages.keys()) if (after < position) pages.delete(after);
}
