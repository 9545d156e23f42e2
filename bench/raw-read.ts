/** The plain read of a whole log in pages of 1,000 rows by position, prepared, on the driver alone. */
import type { Client } from 'pg';
import type { OpenedStore } from '../src/platform/event-store/opened-store';
import { EVENT_COLUMNS } from '../src/platform/event-store/event-columns';

const PAGE = 1_000;

interface ReadRow {
  readonly position: number | string;
  readonly data: string;
}

/** Reads every row of log 1 and gives each to `see`; the columns are those of an event, with its hashes where they are wanted. */
export async function readLog(opened: OpenedStore, withHashes: boolean, see: (row: ReadRow) => void = () => undefined): Promise<number> {
  const columns = withHashes ? `${EVENT_COLUMNS}, salt, leaf, chain` : EVENT_COLUMNS;
  const page = await pages(opened, columns);
  let count = 0;
  for (let after = 0; ;) {
    const rows = await page.read(after);
    for (const row of rows) see(row);
    count += rows.length;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) break;
    after = Number(last.position);
  }
  await page.close();
  return count;
}

interface Pages {
  read(after: number): Promise<readonly ReadRow[]>;
  close(): Promise<void>;
}

async function pages(opened: OpenedStore, columns: string): Promise<Pages> {
  const from = `SELECT ${columns} FROM events WHERE log = 1 AND position >`;
  if (opened.kind === 'sqlite') {
    const statement = opened.database.reader.prepare<unknown[]>(`${from} ? ORDER BY position LIMIT ${PAGE}`);
    return { read: async (after) => statement.all(after) as readonly ReadRow[], close: async () => undefined };
  }
  const client: Client = await opened.database.connect();
  const text = `${from} $1 ORDER BY position LIMIT ${PAGE}`;
  return {
    read: async (after) => (await client.query<ReadRow>({ name: 'read-log', text, values: [after] })).rows,
    close: () => client.end(),
  };
}
