/** Databases for tests: on the server named by TEST_DATABASE_URL, else on the run's own, each made in a moment from a migrated template. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { migrations } from '../../migrations/all';
import { connectAndMigrate, createDataSource } from '../../src/platform/database/data-source';
import { parseDatabaseUrl } from '../../src/platform/database/database-url';
import { type Cluster, startCluster } from './postgres-cluster';

export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  drop(): Promise<void>;
}

/** A database of one's own. `isMigrated: false` gives an empty one. */
export async function createTestDatabase({ isMigrated = true } = {}): Promise<TestDatabase> {
  const server = await serverUrl();
  const template = isMigrated ? await migratedTemplate(server) : 'template0';
  const name = `vb_test_${randomBytes(8).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const drop = async (): Promise<void> => void (await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  return { url: databaseUrl(server, name), name, drop };
}

/** One statement on the server itself, as its owner. */
export async function onServer(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

export const databaseUrl = (server: string, name: string): string => {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
};

let known: Promise<string> | null = null;
export const serverUrl = (): Promise<string> => (known ??= findServer());

let own: Cluster | null = null;

async function findServer(): Promise<string> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return given;
  const home = process.env['VB_TEST_POSTGRES'];
  if (!home) return (own = await startCluster({ fsync: false })).url();
  return onlyOnce(home, 'server', async () => (await startCluster({ fsync: false, home })).url());
}

/** Where no test run stops the server. */
export async function stopOwnServer(): Promise<void> {
  await own?.dispose();
  own = null;
  known = null;
}

/** The first process of the run that asks does the work, the others wait for what it leaves in a file. */
async function onlyOnce(home: string, name: string, work: () => Promise<string>): Promise<string> {
  const result = join(home, `${name}.result`);
  if (isFirst(join(home, `${name}.lock`))) {
    const text = await work().then(
      (value) => `ok ${value}`,
      (error: unknown) => `failed ${String(error)}`,
    );
    writeFileSync(`${result}.half`, text);
    renameSync(`${result}.half`, result);
  }
  while (!existsSync(result)) await new Promise((resolve) => setTimeout(resolve, 10));
  const [, outcome, value = ''] = /^(ok|failed) ([^]*)$/.exec(readFileSync(result, 'utf8')) ?? [];
  if (outcome !== 'ok') throw new Error(`the tests' own PostgreSQL: ${value}`);
  return value;
}

function isFirst(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

/** Named after its migrations, so that a server which is used again and again gets a new one when they change. */
const templateName = (): string => `vb_template_${migrations.length}_${newestMigration().toLowerCase()}`;
const newestMigration = (): string => migrations[migrations.length - 1]?.name ?? 'none';

let template: Promise<string> | null = null;
const migratedTemplate = (server: string): Promise<string> => (template ??= makeTemplate(server));

const TEMPLATE_LOCK = 7_041_982;

async function makeTemplate(server: string): Promise<string> {
  const name = templateName();
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`);
    const { rows } = await client.query<{ is_ready: boolean }>('SELECT datistemplate AS is_ready FROM pg_database WHERE datname = $1', [
      name,
    ]);
    if (rows[0]?.is_ready) return name;
    await client.query(`DROP DATABASE IF EXISTS ${name}`);
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    await migrate(databaseUrl(server, name));
    await client.query(`ALTER DATABASE ${name} IS_TEMPLATE true`);
    return name;
  } finally {
    await client.end();
  }
}

async function migrate(url: string): Promise<void> {
  const dataSource = createDataSource(parseDatabaseUrl(url));
  try {
    await connectAndMigrate(dataSource);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}
