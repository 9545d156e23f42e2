/** Recomputes the log's hashes page by page, in bounded memory, and lets the process breathe between pages. */
import type { SqliteConnection } from '../database/sqlite-driver';
import type { Defer } from './defer';
import { type ChainedEvent, type Checked, faultOf } from './event-chain';
import { genesis } from './event-hash';
import type { VerifyReport } from './event-store.port';
import { EVENT_COLUMNS } from './event-columns';

const PAGE = 1_000;

const PAGE_SQL = `SELECT ${EVENT_COLUMNS}, salt, leaf, chain,
  (SELECT b.position FROM events b
   WHERE b.log = e.log AND b.tenant_id = e.tenant_id AND b.stream = e.stream AND b.version = e.version - 1) AS before
  FROM events e WHERE log = ? AND position > ? AND position <= ? ORDER BY position LIMIT ${PAGE}`;

/** Below every position, so that a row smuggled in before the first is seen too. */
const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

/** Verifies the events that are there when it begins. */
export async function verifyLog(
  reader: SqliteConnection,
  log: number,
  defer: Defer,
  onProgress: (events: number) => void = () => undefined,
): Promise<VerifyReport> {
  const page = reader.prepare<unknown[]>(PAGE_SQL);
  const end = reader.prepare<unknown[]>('SELECT max(position) FROM events WHERE log = ?').pluck().get(log) as number | null;
  let last: Checked = { position: 0, chain: genesis(log), recordedAt: '' };
  let events = 0;
  for (let after = BEFORE_ALL; ;) {
    const rows = page.all(log, after, end ?? 0) as readonly ChainedEvent[];
    for (const row of rows) {
      const reason = faultOf(row, last);
      if (reason) return { events, head: last.chain, firstBad: { position: Math.min(row.position, last.position + 1), reason } };
      last = { position: row.position, chain: row.chain, recordedAt: row.recorded_at };
      events += 1;
    }
    onProgress(events);
    if (rows.length < PAGE) return { events, head: last.chain, firstBad: null };
    after = last.position;
    await new Promise<void>((resolve) => defer(resolve));
  }
}
