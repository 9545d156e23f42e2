/** Recomputes the log's hashes page by page, in bounded memory, and lets the process breathe between pages. */
import type { SqliteConnection } from '../database/sqlite-driver';
import type { Defer } from './defer';
import { canonicalText, chainHash, genesis, leafHash } from './event-hash';
import type { RecordedEvent, VerifyReport } from './event-store.port';
import { EVENT_COLUMNS } from './sqlite-statements';

export interface ChainedEvent extends RecordedEvent {
  readonly salt: string;
  readonly leaf: string;
  readonly chain: string;
  /** Position of the same stream's event one version before, or null. */
  readonly before: number | null;
}

interface Checked {
  readonly position: number;
  readonly chain: string;
  readonly recordedAt: string;
}

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

/** Why this event cannot follow `last`, or null. */
export function faultOf(event: ChainedEvent, last: Checked): string | null {
  if (event.position !== last.position + 1) return `gap: position ${last.position + 1} is missing, ${event.position} follows`;
  const canonical = canonicalText(event.tenant_id, event.stream, event.version, event.recorded_at, event);
  if (leafHash(canonical, event.salt) !== event.leaf) return 'hash: the event is not the one that was recorded';
  if (chainHash(last.chain, event.position, event.leaf) !== event.chain) return 'hash: the chain to the event before is broken';
  if (event.recorded_at < last.recordedAt) return `order: recorded at ${event.recorded_at}, before its predecessor at ${last.recordedAt}`;
  if (event.version > 1 ? event.before === null || event.before >= event.position : event.version !== 1) {
    return `stream: version ${event.version} of ${event.stream} does not follow version ${event.version - 1}`;
  }
  return null;
}
