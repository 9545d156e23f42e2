/** A database that cannot be used stops the start with one sentence, leaves nothing behind, and nothing half opened. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { migrations } from '../../migrations/all';
import { DomainError } from '../../src/kernel/errors';
import { connectAndMigrate, createDataSource } from '../../src/platform/database/data-source';
import { parseDatabaseUrl } from '../../src/platform/database/database-url';
import { openEventStore } from '../../src/platform/event-store/open-event-store';
import type { OpenedStore } from '../../src/platform/event-store/opened-store';
import { createTestDatabase, onServer, serverUrl, type TestDatabase } from '../support/postgres-databases';
import { answer, callOf, on, SettableClock } from './sample-event';

let database: TestDatabase;
const roles: string[] = [];
afterEach(async () => {
  await database.drop();
  for (const role of roles.splice(0)) await onServer(await serverUrl(), `DROP ROLE ${role}`);
});

const open = (url: string): Promise<OpenedStore> =>
  openEventStore({ ...parseDatabaseUrl(url), clock: new SettableClock(), onListenerError: () => undefined });

const changed = (url: string, change: (url: URL) => void): string => {
  const copy = new URL(url);
  change(copy);
  return copy.href;
};

/** A role that may connect and nothing else, and the database's address under its name. */
async function asRole(options = ''): Promise<string> {
  const [role, password] = [`vb_role_${randomBytes(6).toString('hex')}`, 'words of its own'];
  await onServer(await serverUrl(), `CREATE ROLE ${role} LOGIN PASSWORD '${password}' ${options}`);
  roles.push(role);
  return changed(database.url, (url) => {
    url.username = role;
    url.password = password;
  });
}

const count = async (sql: string): Promise<number> => Number((await onServer(database.url, `SELECT count(*) AS n FROM ${sql}`))[0]?.['n']);

/** One sentence that says what to do, no connection left, no table made. */
async function expectRefusal(url: string, code: string, sentence: RegExp, tables = 0): Promise<void> {
  const error: unknown = await open(url).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DomainError);
  expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) });
  const { message } = error as DomainError;
  expect(message).toMatch(/^[^\n]+[;:] [^\n]+$/);
  expect(message).not.toMatch(/words of its own|wrong-secret/);
  await untilNobodyIsConnected();
  expect(await count(`pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`)).toBe(tables);
}

/** The server notices a moment later than the client that a connection has ended. */
async function untilNobodyIsConnected(): Promise<void> {
  const others = `pg_stat_activity WHERE datname = current_database() AND application_name = 'volatility-balancing'`;
  while ((await count(others)) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('an empty database', () => {
  beforeEach(async () => {
    database = await createTestDatabase({ isMigrated: false });
  });

  it('under an address where nothing listens', async () => {
    const url = changed(database.url, (address) => (address.port = '1'));
    await expectRefusal(url, 'store.unreachable', /No PostgreSQL answers for vb_test_\w+ on [\w.]+:1; start it, or correct host and port/);
  });

  it('on a host that does not exist', async () => {
    const url = changed(database.url, (address) => (address.hostname = 'nowhere.invalid'));
    await expectRefusal(url, 'store.unreachable', /host of .*nowhere\.invalid:\d+ is not known here; correct DATABASE_URL/);
  });

  it('with a wrong password, which is not repeated', async () => {
    const url = changed(await asRole(), (address) => (address.password = 'wrong-secret'));
    await expectRefusal(url, 'store.access_denied', /refuses the user or password .*; correct them in DATABASE_URL/);
  });

  it('with no password', async () => {
    const url = changed(await asRole(), (address) => (address.password = ''));
    await expectRefusal(url, 'store.access_denied', /password .*DATABASE_URL/);
  });

  it('under a name that the server does not know', async () => {
    const url = changed(database.url, (address) => (address.pathname = '/no_such_database'));
    await expectRefusal(url, 'store.no_such_database', /no database no_such_database on .*; create it with CREATE DATABASE/);
  });

  it('whose user may not create tables', async () => {
    await expectRefusal(await asRole(), 'store.no_permission', /may not create tables in .*; GRANT it CREATE on the schema/);
  });

  it('whose user has no connection left', async () => {
    await expectRefusal(await asRole('CONNECTION LIMIT 0'), 'store.too_many_connections', /no connection left .*; raise max_connections/);
  });

  it('that is set read-only', async () => {
    await onServer(database.url, `ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    await expectRefusal(database.url, 'store.read_only', /takes no writes .*; name the primary/);
  });

  it('on a full disk', async () => {
    await onServer(database.url, "CREATE FUNCTION full_disk() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$"); // prettier-ignore
    await onServer(database.url, 'CREATE EVENT TRIGGER full_disk ON ddl_command_end EXECUTE FUNCTION full_disk()');
    await expectRefusal(database.url, 'store.disk_full', /disk of PostgreSQL is full or failing; nothing was written: free space/);
  });

  it('of another encoding', async () => {
    const name = `${database.name}_ascii`;
    await onServer(await serverUrl(), `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'`);
    try {
      const url = changed(database.url, (address) => (address.pathname = `/${name}`));
      await expectRefusal(url, 'store.encoding', /keeps text as SQL_ASCII; create the database with ENCODING 'UTF8'/);
    } finally {
      await onServer(await serverUrl(), `DROP DATABASE ${name} WITH (FORCE)`);
    }
  });

  it('of another application, which is left as it was', async () => {
    await onServer(database.url, 'CREATE TABLE customers (id int)');
    await expectRefusal(database.url, 'store.not_ours', /tables of another application \(customers\); name an empty database/, 1);
  });

  it('of another application that also keeps its migrations', async () => {
    await onServer(database.url, 'CREATE TABLE schema_migrations (version text)');
    await expectRefusal(database.url, 'store.not_ours', /another application \(schema_migrations\)/, 1);
  });
});

describe('a database of this program', () => {
  beforeEach(async () => {
    database = await createTestDatabase();
  });

  it('written by a newer version is left alone', async () => {
    await onServer(database.url, "INSERT INTO schema_migrations (timestamp, name) VALUES (9999999999999, 'Later9999999999999')");
    const tables = await count(`pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`);
    await expectRefusal(database.url, 'store.newer_schema', /newer version \(Later9999999999999\); start that version or restore/, tables);
  });

  it('written by an older version is brought up to date', async () => {
    const dataSource = createDataSource(parseDatabaseUrl(database.url));
    await connectAndMigrate(dataSource);
    for (let undone = 1; undone < migrations.length; undone++) await dataSource.undoLastMigration();
    await dataSource.destroy();
    expect(await count('schema_migrations')).toBe(1);
    const opened = await open(database.url);
    expect(await count('schema_migrations')).toBe(migrations.length);
    await opened.close();
  });

  it('takes back what its migrations made', async () => {
    const dataSource = createDataSource(parseDatabaseUrl(database.url));
    await connectAndMigrate(dataSource);
    for (const _ of migrations) await dataSource.undoLastMigration();
    await dataSource.destroy();
    expect(await count(`pg_class WHERE relnamespace = 'public'::regnamespace AND relname <> 'schema_migrations' AND relkind = 'r'`)).toBe(
      0,
    );
    expect(await count(`pg_proc WHERE pronamespace = 'public'::regnamespace`)).toBe(0);
  });

  it('whose disk fills up refuses what it cannot keep, can still be read, and takes writes again', async () => {
    const opened = await open(database.url);
    await opened.store.append(callOf('demo', [on('position-1', 0)]));
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$"); // prettier-ignore
    await client.query('CREATE TRIGGER full_disk BEFORE INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION full_disk()');
    const call = callOf('demo', [on('position-1', 1)], [answer('insert', 'demo', 'k1')]);
    await expect(opened.store.append(call)).rejects.toMatchObject({
      code: 'store.disk_full',
      message: expect.stringMatching(/free space/),
    });
    expect(await opened.store.readAll({ log: 1, limit: 10 })).toHaveLength(1);
    expect(await opened.sql.read('SELECT * FROM idempotency_keys')).toEqual([]);
    await client.query('DROP TRIGGER full_disk ON events');
    expect(await opened.store.append(call)).toEqual({ position: 2 });
    await client.end();
    await opened.close();
  });
});
