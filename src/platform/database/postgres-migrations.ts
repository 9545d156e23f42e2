/** Brings a PostgreSQL database up to date, once however many processes start, and only where it is ours. */
import type { DataSource, QueryRunner } from 'typeorm';
import { DomainError } from '../../kernel/errors';
import { openFailure } from './postgres-errors';
import { parseDatabaseUrl } from './database-url';
import { connectClient } from './postgres-database';
import { CONNECT_TIMEOUT_MS } from './postgres-timeouts';
import { MIGRATIONS_TABLE, refuseNewerSchema } from './schema-version';

/** Any number will do, as long as every version of the program uses the same. */
const MIGRATION_LOCK = 1_795_132_800;
const OLDEST_SERVER = 150_000;

/** Throws DomainError `store.…`: unreachable, access_denied, no_such_database, no_permission, read_only, not_ours, newer_schema and others. */
export async function migratePostgres(dataSource: DataSource): Promise<void> {
  const name = nameOf(dataSource);
  try {
    if (!dataSource.isInitialized) await initialize(dataSource);
    await refuseUnfit(dataSource, name);
    await oneAtATime(dataSource, async (runner) => {
      if (await isOurs(runner, name)) await refuseNewerSchema(dataSource, name);
      if (await dataSource.showMigrations()) await dataSource.runMigrations({ transaction: 'each' });
    });
  } catch (error) {
    throw openFailure(error, name);
  }
}

/** A pool that cannot connect may leave a connection half open, so it is tried without one first. */
async function initialize(dataSource: DataSource): Promise<void> {
  const { options } = dataSource;
  const url = 'url' in options ? options.url : undefined;
  const client = await connectClient({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.end();
  await dataSource.initialize();
}

function nameOf({ options }: DataSource): string {
  const url = 'url' in options && options.url ? parseDatabaseUrl(options.url) : null;
  return url?.kind === 'postgres' ? url.name : String(options.database);
}

async function refuseUnfit(dataSource: DataSource, name: string): Promise<void> {
  const [server]: { readonly version: string; readonly shown: string; readonly encoding: string; readonly read_only: string }[] =
    await dataSource.query(
      `SELECT current_setting('server_version_num') AS version, current_setting('server_version') AS shown,
       current_setting('server_encoding') AS encoding, current_setting('transaction_read_only') AS read_only`,
    );
  if (Number(server?.version) < OLDEST_SERVER) {
    throw new DomainError('store.server_too_old', `${name} runs PostgreSQL ${server?.shown}; this program needs 15 or newer`);
  }
  if (server?.encoding !== 'UTF8') {
    throw new DomainError('store.encoding', `${name} keeps text as ${server?.encoding}; create the database with ENCODING 'UTF8'`);
  }
  if (server.read_only === 'on') {
    throw new DomainError(
      'store.read_only',
      `${name} takes no writes (it is a standby, or set read-only); name the primary in DATABASE_URL`,
    );
  }
}

/** The lock belongs to the session, so it ends with this process whatever happens. */
async function oneAtATime(dataSource: DataSource, work: (runner: QueryRunner) => Promise<void>): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await work(runner);
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    await runner.release();
  }
}

/** Whether our tables are there; throws where somebody else's are. */
async function isOurs(runner: QueryRunner, name: string): Promise<boolean> {
  const tables = (await runner.query(
    `SELECT c.relname AS name, (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('timestamp', 'name'))::int AS marks
     FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname`,
  )) as readonly { readonly name: string; readonly marks: number }[];
  const ours = tables.find((table) => table.name === MIGRATIONS_TABLE);
  if (ours?.marks === 2) return true;
  if (tables[0]) {
    const others = tables.slice(0, 3).map((table) => table.name);
    throw new DomainError(
      'store.not_ours',
      `${name} holds tables of another application (${others.join(', ')}); name an empty database in DATABASE_URL`,
    );
  }
  return false;
}
