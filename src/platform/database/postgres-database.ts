/** One PostgreSQL database: connections for reads, which cannot write, for single writes, and single ones for whoever needs its own. */
import { Client, type ClientConfig, Pool, types } from 'pg';
import { messageOf } from '../../kernel/errors';
import type { PostgresUrl } from './database-url';
import { PgStatements } from './postgres-statements';

export interface PgOptions extends PostgresUrl {
  /** Told of connections that broke while nobody used them. */
  readonly onConnectionError?: (error: unknown) => void;
  /** Connections for reads; a quarter as many for single writes. */
  readonly poolSize?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const POOL_SIZE = 12;

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

  constructor({ url, name, onConnectionError = () => undefined, poolSize = POOL_SIZE }: PgOptions) {
    this.name = name;
    this.url = url;
    this.config = {
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'volatility-balancing',
      types: { getTypeParser: getTypeParser as typeof types.getTypeParser },
    };
    this.reader = new Pool({ ...this.config, max: poolSize, options: '-c default_transaction_read_only=on' });
    this.writer = new Pool({ ...this.config, max: Math.max(2, poolSize >> 2) });
    for (const pool of [this.reader, this.writer]) pool.on('error', onConnectionError);
  }

  /** A connection of one's own. Throws what the driver throws. */
  async connect(changes: ClientConfig = {}): Promise<Client> {
    const client = new Client({ ...this.config, ...changes });
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

  async close(): Promise<void> {
    await Promise.all([this.reader.end(), this.writer.end()]);
  }
}
