/** Recomputes a log's hashes page by page, in bounded memory, while others go on appending. */
import type { Sql } from '../database/sql';
import { type ChainedEvent, type Checked, faultOf } from './event-chain';
import { EVENT_COLUMNS } from './event-columns';
import { genesis } from './event-hash';
import type { VerifyReport } from './event-store.port';

const PAGE = 1_000;

const PAGE_SQL = `SELECT ${EVENT_COLUMNS}, salt, leaf, chain,
  (SELECT b.position FROM events b
   WHERE b.log = e.log AND b.tenant_id = e.tenant_id AND b.stream = e.stream AND b.version = e.version - 1) AS before
  FROM events e WHERE log = ? AND position > ? AND position <= ? ORDER BY position LIMIT ${PAGE}`;

/** Below every position, so that a row smuggled in before the first is seen too. */
const BEFORE_ALL = Number.MIN_SAFE_INTEGER;

/** Verifies the events that are there when it begins, and that the log's tail agrees with the last of them. */
export async function verifyPgLog(sql: Sql, log: number, onProgress: (events: number) => void = () => undefined): Promise<VerifyReport> {
  const [ends] = await sql.read('SELECT (SELECT max(position) FROM events WHERE log = ?) AS last', [log]);
  const end = Number(ends?.['last'] ?? 0);
  let last: Checked = { position: 0, chain: genesis(log), recordedAt: '' };
  let events = 0;
  for (let after = BEFORE_ALL; ;) {
    const rows = (await sql.read(PAGE_SQL, [log, after, end])) as readonly unknown[] as readonly ChainedEvent[];
    for (const row of rows) {
      const reason = faultOf(row, last);
      if (reason) return { events, head: last.chain, firstBad: { position: Math.min(row.position, last.position + 1), reason } };
      last = { position: row.position, chain: row.chain, recordedAt: row.recorded_at };
      events += 1;
    }
    onProgress(events);
    if (rows.length < PAGE) return { events, head: last.chain, firstBad: null };
    after = last.position;
  }
}
