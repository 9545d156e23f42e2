/** The baselines on PostgreSQL: the same tables, indexes, bytes and driver, without hashes, heads, tail, checks or promises. */
import { Client } from 'pg';
import { EVENT_COLUMNS } from '../src/platform/event-store/event-columns';
import { rawRows } from './raw';
import { sampleEvents } from './sample';

type Cell = string | number | null;
export interface RawQuery {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

const COLUMNS = `${EVENT_COLUMNS}, salt, leaf, chain`;
const NAMES = COLUMNS.split(',').map((name) => name.trim());
const NUMBERS = new Set(['log', 'position', 'version', 'schema_version']);
const typeOf = (name: string): string => (NUMBERS.has(name) ? 'bigint' : 'text');
const UNIT = '\u001f';
const NULL = '\u001e';

/** How a batch of rows becomes one statement. */
export type RawShape = (rows: readonly (readonly Cell[])[]) => RawQuery;

const turned = (rows: readonly (readonly Cell[])[]): Cell[][] => NAMES.map((_, column) => rows.map((row) => row[column] ?? null));

const driverArrays = NAMES.map((name, index) => `$${index + 1}::${typeOf(name)}[]`).join(', ');
export const unnestArrays: RawShape = (rows) => ({
  name: 'raw-arrays',
  text: `INSERT INTO events (${COLUMNS}) SELECT * FROM unnest(${driverArrays})`,
  values: turned(rows),
});

const joinedTexts = NAMES.map((name, index) => `string_to_array($${index + 1}, E'\\x1f', E'\\x1e')::${typeOf(name)}[]`).join(', ');
export const unnestTexts: RawShape = (rows) => ({
  name: 'raw-texts',
  text: `INSERT INTO events (${COLUMNS}) SELECT * FROM unnest(${joinedTexts})`,
  values: turned(rows).map((cells) => cells.map((cell) => cell ?? NULL).join(UNIT)),
});

export const multiRow: RawShape = (rows) => {
  const line = (row: number): string => `(${NAMES.map((_, column) => `$${row * NAMES.length + column + 1}`).join(', ')})`;
  return {
    name: `raw-values-${rows.length}`,
    text: `INSERT INTO events (${COLUMNS}) VALUES ${rows.map((_, row) => line(row)).join(', ')}`,
    values: rows.flat(),
  };
};

/** Without a tail nobody gives positions, so each writer has a range of its own. */
const POSITIONS_EACH = 1_000_000_000;

/** Statements for the next rows of one database, made before the clock starts. */
export class RawPostgres {
  private written = 0;

  private constructor(
    private readonly clients: readonly Client[],
    private readonly shape: RawShape,
    private readonly batch: number,
    private readonly streams: number,
    private readonly writer: number,
  ) {}

  static async connect(
    url: string,
    shape: RawShape,
    batch: number,
    { connections = 1, streams = batch, writer = 0 } = {},
  ): Promise<RawPostgres> {
    const clients = Array.from({ length: connections }, () => new Client({ connectionString: url }));
    for (const client of clients) await client.connect();
    return new RawPostgres(clients, shape, batch, streams, writer);
  }

  /** Writes `events` rows when it is called: each connection one statement, that is one transaction, after the other. */
  ready(events: number): () => Promise<void> {
    const samples = sampleEvents(events, this.streams, this.written, String(this.writer));
    const rows = rawRows(samples, this.writer * POSITIONS_EACH + this.written + 1);
    this.written += events;
    const queries: RawQuery[] = [];
    for (let start = 0; start < rows.length; start += this.batch) queries.push(this.shape(rows.slice(start, start + this.batch)));
    const { clients } = this;
    return async () => {
      const run = async (client: Client, first: number): Promise<void> => {
        for (let index = first; index < queries.length; index += clients.length) await client.query(queries[index] as RawQuery);
      };
      await Promise.all(clients.map(run));
    };
  }

  async close(): Promise<void> {
    for (const client of this.clients) await client.end();
  }
}
