/** Processes that start where they cannot, or all at once. */
import { Client } from 'pg';
import { migrations } from '../../migrations/all';
import { spawnUntilEnd } from '../stories/support/server';
import { startVb } from '../stories/support/vb';
import { createTestDatabase, type TestDatabase } from '../support/postgres-databases';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase({ isMigrated: false });
});
afterEach(() => database.drop());

async function rows(sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a server process that cannot have its database', () => {
  it.each([
    [
      'on a port where nothing listens',
      (url: URL) => (url.port = '1'),
      /^No PostgreSQL answers for vb_test_\w+ on \S+:1; start it, or correct/,
    ],
    [
      'under a wrong password',
      (url: URL) => (url.password = 'wrong-secret'),
      /^PostgreSQL refuses the user or password for vb_test_\w+ on /,
    ],
    ['under a name that is not there', (url: URL) => (url.pathname = '/nowhere'), /^PostgreSQL has no database nowhere on \S+; create it/],
  ])('%s ends with 1 and one sentence', async (_where, change, sentence) => {
    const url = new URL(database.url);
    change(url);
    const { code, stdout, stderr } = await spawnUntilEnd({ env: { DATABASE_URL: url.href, VB_DEMO: 'false' } });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/wrong-secret|^\s+at /m);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(await rows("SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
  });
});

describe('four processes that migrate an empty database at once', () => {
  it('all end well, each migration ran once, and the first tenant was created once', async () => {
    const ends = await Promise.all(Array.from({ length: 4 }, () => startVb(['migrate'], { env: { DATABASE_URL: database.url } }).ended));
    for (const { code, stdout } of ends)
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'The store has the schema of this version.\n' });
    expect(ends.filter(({ stderr }) => stderr.includes('tenant demo was created'))).toHaveLength(1);
    const applied = await rows('SELECT name, count(*)::int AS times FROM schema_migrations GROUP BY name ORDER BY min(id)');
    expect(applied).toEqual(migrations.map(({ name }) => ({ name, times: 1 })));
    expect(await rows("SELECT 1 FROM events WHERE type = 'TenantCreated' AND tenant_id = 'system'")).toHaveLength(1);
  }, 300_000);
});
