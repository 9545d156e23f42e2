/** A PostgreSQL server of the run's own, with fsync on, and databases with our tables in it. */
import { connectAndMigrate, createDataSource } from '../src/platform/database/data-source';
import { parseDatabaseUrl, type PostgresUrl } from '../src/platform/database/database-url';
import { openEventStore } from '../src/platform/event-store/open-event-store';
import type { OpenedPostgres } from '../src/platform/event-store/opened-store';
import { type Cluster, startCluster } from '../test/support/postgres-cluster';
import { databaseUrl, onServer } from '../test/support/postgres-databases';
import { BenchClock } from './clock';
import { fileSystem, fsyncMicros } from './measure';
import { print } from './report';
import { DATA_BYTES } from './sample';

export class BenchServer {
  private databases = 0;

  constructor(private readonly cluster: Cluster) {}

  /** A new database with all tables, where nothing is yet. */
  async database(): Promise<string> {
    const url = await this.emptyDatabase();
    const dataSource = createDataSource(postgresUrl(url));
    await connectAndMigrate(dataSource);
    await dataSource.destroy();
    return url;
  }

  async emptyDatabase(): Promise<string> {
    const name = `bench_${++this.databases}`;
    await onServer(this.cluster.url(), `CREATE DATABASE ${name}`);
    return databaseUrl(this.cluster.url(), name);
  }

  async describe(): Promise<void> {
    const [row] = await onServer(
      this.cluster.url(),
      `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync`,
    );
    const { folder } = this.cluster;
    print(
      `PostgreSQL ${String(row?.['version'])}, fsync ${String(row?.['fsync'])}, on ${fileSystem(folder)}; ` +
        `one fsync ${fsyncMicros(folder).toFixed(0)} µs; ${DATA_BYTES} bytes of data per event`,
    );
  }
}

export async function withServer(work: (server: BenchServer) => Promise<void>): Promise<void> {
  const cluster = await startCluster({ fsync: true });
  try {
    const server = new BenchServer(cluster);
    await server.describe();
    await work(server);
  } finally {
    await cluster.dispose();
  }
}

export function postgresUrl(url: string): PostgresUrl {
  const parsed = parseDatabaseUrl(url);
  if (parsed.kind !== 'postgres') throw new Error(`${url} names no PostgreSQL database`);
  return parsed;
}

export const openPostgres = (url: string): Promise<OpenedPostgres> =>
  openEventStore({ ...postgresUrl(url), clock: new BenchClock(), onListenerError: rethrow });

function rethrow(error: unknown): void {
  throw error;
}
