/** One PostgreSQL database: connections for reads, which cannot write, for single writes, and single ones for whoever needs its own. */
import { Client, type ClientConfig, Pool, types } from 'pg';
import { messageOf } from '../../kernel/errors';
import type { Timer } from '../time/timer.port';
import type { PostgresUrl } from './database-url';
import { PgStatements } from './postgres-statements';
import { CONNECT_TIMEOUT_MS } from './postgres-timeouts';

export interface PgOptions extends PostgresUrl {
  /** Told of connections that broke while nobody used them. */
  readonly onConnectionError?: (error: unknown) => void;
}

/** With the appender's connection and the one that listens: ten per process, while it is busy. */
const READERS = 6;
const WRITERS = 2;
/** The server gives up first, as long as it can be reached. */
const STATEMENT_MS = 25_000;
const ANSWER_MS = 30_000;
const END_MS = 1_000;

/** Whole numbers as numbers: positions and counts stay far below 2^53. */
const INT8 = 20;
type Parser = (text: string) => unknown;
const getTypeParser = (oid: number, format?: unknown): Parser =>
  oid === INT8 ? Number : (types.getTypeParser(oid, format as 'text') as Parser);

export class PgDatabase {
  readonly name: string;
  /** With its password. */
  readonly url: string;
  readonly reader: Pool;
  readonly writer: Pool;
  /** One register for all connections: a name means the same text everywhere. */
  readonly statements = new PgStatements();
  private readonly config: ClientConfig;

  constructor({ url, name, onConnectionError = () => undefined }: PgOptions) {
    this.name = name;
    this.url = url;
    this.config = {
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'volatility-balancing',
      types: { getTypeParser: getTypeParser as typeof types.getTypeParser },
    };
    const pooled = { ...this.config, statement_timeout: STATEMENT_MS, query_timeout: ANSWER_MS };
    this.reader = new Pool({ ...pooled, max: READERS, options: '-c default_transaction_read_only=on' });
    this.writer = new Pool({ ...pooled, max: WRITERS });
    for (const pool of [this.reader, this.writer]) pool.on('error', onConnectionError);
  }

  /** A connection of one's own. Throws what the driver throws. */
  connect(changes: ClientConfig = {}): Promise<Client> {
    return connectClient({ ...this.config, ...changes });
  }

  async close(): Promise<void> {
    await Promise.all([this.reader.end(), this.writer.end()]);
  }
}

/** Throws what the driver throws, and leaves no half-open connection behind as its pools do. */
export async function connectClient(config: ClientConfig): Promise<Client> {
  const client = new Client(config);
  client.on('error', () => undefined); // whoever holds it learns of the end by its next statement, or by 'end'
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch((ending: unknown) => {
      if (error instanceof Error) error.message += ` (${messageOf(ending)})`;
    });
    throw error;
  }
}

/** Takes leave of the server, without waiting for one that is out of reach. */
export async function endWithin(client: Client, timer: Timer): Promise<void> {
  const cancel = timer.after(END_MS, () => client.connection.stream.destroy());
  try {
    await client.end();
  } finally {
    cancel();
  }
}
