/** The same attacks on PostgreSQL, by somebody who owns the database and leaves heads and tail as if nothing had been. */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import pino from 'pino';
import 'reflect-metadata';
import { CHAINED_COLUMNS } from '../../src/platform/event-store/event-columns';
import type { ChainedEvent } from '../../src/platform/event-store/event-store.port';
import type { Platform, PlatformOverrides } from '../../src/platform/open-platform';
import { readSettings } from '../../src/platform/settings';
import { createTestDatabase, databaseUrl, onServer, serverUrl } from '../support/postgres-databases';
import { vb } from '../stories/support/vb';
import { insertCopy, rechained } from './attacks';
import { createTenant, openWithStreams } from './kept-log';

interface Copy {
  readonly url: string;
  readonly heads: string;
}

const open = ({ url, heads }: Copy, overrides: PlatformOverrides = {}): Promise<Platform> =>
  openWithStreams(readSettings({ DATABASE_URL: url, VB_HEADS: heads, VB_LOG_LEVEL: 'silent' }), {
    logger: pino({ level: 'silent' }),
    ...overrides,
  });

/** What a careful thief does after he changed the events. */
const TIDY = [
  'DELETE FROM stream_heads',
  'INSERT INTO stream_heads SELECT log, tenant_id, stream, max(version) FROM events GROUP BY log, tenant_id, stream',
  'DELETE FROM log_tails',
  `INSERT INTO log_tails SELECT DISTINCT ON (log) log, position, chain, recorded_at FROM events ORDER BY log, position DESC`,
];

async function run(url: string, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await onServer(url, statement);
}

const behindTheTriggers =
  (...statements: readonly string[]) =>
  ({ url }: Copy): Promise<void> =>
    run(url, ['ALTER TABLE events DISABLE TRIGGER USER', ...statements, ...TIDY, 'ALTER TABLE events ENABLE TRIGGER USER']);

async function rechain({ url }: Copy): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('ALTER TABLE events DISABLE TRIGGER USER');
    const { rows } = await client.query<ChainedEvent & { readonly version: string; readonly schema_version: string }>(
      `SELECT ${CHAINED_COLUMNS} FROM events WHERE log = 1 AND position >= 4 ORDER BY position`,
    );
    const numbers = (row: ChainedEvent): ChainedEvent => ({
      ...row,
      log: Number(row.log),
      position: Number(row.position),
      version: Number(row.version),
      schema_version: Number(row.schema_version),
    });
    for (const { data, leaf, chain, position } of rechained(rows.map(numbers), 5)) {
      await client.query('UPDATE events SET data = $1, leaf = $2, chain = $3 WHERE log = 1 AND position = $4', [
        data,
        leaf,
        chain,
        position,
      ]);
    }
    for (const statement of [...TIDY, 'ALTER TABLE events ENABLE TRIGGER USER']) await client.query(statement);
  } finally {
    await client.end();
  }
}

interface Attack {
  readonly name: string;
  attack(copy: Copy, old: string): Promise<unknown>;
  /** Part of the report of `vb events verify`. */
  readonly finds: object;
  /** Code of the refusal at the start. */
  readonly refusal?: string;
}

const OLD_END = 5;
const END = 12;
const bad = (position: number, reason: string): object => ({
  isIntact: false,
  firstBad: { log: 1, position, reason: expect.stringContaining(reason) },
});
const lost = (from: number, to: number): object => ({
  isIntact: false,
  logs: [expect.objectContaining({ losses: [{ from, to }] })],
});

const ATTACKS: readonly Attack[] = [
  {
    name: 'edit: an event is changed',
    attack: behindTheTriggers("UPDATE events SET data = replace(data, 'after', 'other') WHERE position = 7"),
    finds: bad(7, 'hash: the event is not the one that was recorded'),
  },
  {
    name: 'delete in the middle: an event is taken out',
    attack: behindTheTriggers('DELETE FROM events WHERE position = 8'),
    finds: { ...bad(8, 'gap: position 8 is missing'), ...lost(8, 8) },
  },
  {
    name: 'cut the tail: the newest events are taken away',
    attack: behindTheTriggers(`DELETE FROM events WHERE position > ${END - 3}`),
    finds: { ...bad(END - 2, `lost: events ${END - 2} to ${END}`), ...lost(END - 2, END) },
    refusal: 'store.lost_events',
  },
  {
    name: 'insert: a forged event is put between two others',
    attack: behindTheTriggers(
      'UPDATE events SET position = -position WHERE position >= 9',
      'UPDATE events SET position = 1 - position WHERE position < 0',
      insertCopy(3, '9'),
    ),
    finds: bad(9, 'hash: the event is not the one that was recorded'),
    refusal: 'store.rewritten',
  },
  {
    name: 'swap: two events change places',
    attack: behindTheTriggers(
      'UPDATE events SET position = -1 WHERE position = 6',
      'UPDATE events SET position = 6 WHERE position = 7',
      'UPDATE events SET position = 7 WHERE position = -1',
    ),
    finds: bad(6, 'hash: the chain to the event before is broken'),
  },
  {
    name: 're-chain: an event is changed and every hash after it made anew',
    attack: rechain,
    finds: bad(1, `rewritten: an event from 1 to ${OLD_END} was changed after its head was witnessed`),
    refusal: 'store.rewritten',
  },
  {
    name: 'REPLACE: an event is put in the place of another',
    attack: behindTheTriggers(
      `${insertCopy(3, '7')} ON CONFLICT (log, position) DO UPDATE SET data = excluded.data, event_id = excluded.event_id`,
    ),
    finds: bad(7, 'hash: the event is not the one that was recorded'),
  },
  {
    name: 'TRUNCATE: all events are taken away',
    attack: behindTheTriggers('TRUNCATE events'),
    finds: lost(1, END),
    refusal: 'store.lost_events',
  },
  {
    name: 'dropped trigger: the log can be truncated',
    attack: ({ url }) => onServer(url, 'DROP TRIGGER events_no_truncate ON events'),
    finds: { isIntact: false, firstBad: null, storage: ['trigger events_no_truncate is missing'] },
  },
  {
    name: 'disabled trigger: it is there and does nothing',
    attack: ({ url }) => onServer(url, 'ALTER TABLE events DISABLE TRIGGER events_no_delete'),
    finds: { isIntact: false, storage: ['trigger events_no_delete is not as this version made it'] },
  },
  {
    name: 'emptied function: the triggers call it and it refuses nothing',
    attack: ({ url }) =>
      onServer(url, "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"),
    finds: { isIntact: false, storage: ['function refuse_change is not as this version made it'] },
  },
  {
    name: 'dropped index: streams may fork',
    attack: ({ url }) => onServer(url, 'DROP INDEX events_stream_version'),
    finds: { isIntact: false, storage: ['index events_stream_version is missing'] },
  },
  {
    name: 'moved tail: the next event would be chained to something else',
    attack: ({ url }) => onServer(url, "UPDATE log_tails SET chain = 'A'"),
    finds: bad(END + 1, 'tail: the log is said to end at position'),
  },
  {
    name: 'moved head: the next event of a stream would get another version',
    attack: ({ url }) => onServer(url, "UPDATE stream_heads SET version = 9 WHERE stream = 'tenant-after-1'"),
    finds: { isIntact: false, storage: ['stream_heads says that tenant-after-1 in log 1 is at version 9, its events say 1'] },
  },
];

describe('a log on PostgreSQL that somebody tampered with', () => {
  let home: string;
  const databases: string[] = [];
  let kept: Copy;
  let old: string;

  const clone = async (of: string): Promise<string> => {
    const server = await serverUrl();
    const name = `vb_tamper_${randomBytes(6).toString('hex')}`;
    await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${new URL(of).pathname.slice(1)}`);
    databases.push(name);
    return databaseUrl(server, name);
  };
  const copyOf = async ({ url, heads }: Copy): Promise<Copy> => {
    const copy = { url: await clone(url), heads: join(home, `heads-${databases.length}`) };
    cpSync(heads, copy.heads, { recursive: true });
    return copy;
  };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'vb-tamper-'));
    const { url } = await createTestDatabase();
    databases.push(new URL(url).pathname.slice(1));
    kept = { url, heads: join(home, 'heads') };
    const first = await open(kept);
    for (let number = 1; number <= OLD_END; number++) await createTenant(first, `before-${number}`);
    await first.opened.close();
    old = await clone(url);
    const second = await open(kept);
    for (let number = 1; number <= END - OLD_END; number++) await createTenant(second, `after-${number}`);
    expect(await second.opened.store.head(1)).toBe(END);
    await second.opened.close();
  }, 300_000);
  afterAll(async () => {
    const server = await serverUrl();
    for (const name of databases) await onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    rmSync(home, { recursive: true, force: true });
  });

  const verified = async (copy: Copy): Promise<unknown> => {
    const platform = await open(copy, { setsHeadsAside: true });
    try {
      return await platform.trust.verify();
    } finally {
      await platform.opened.close();
    }
  };
  const starts = async (copy: Copy, refusal: string | undefined): Promise<void> => {
    if (refusal !== undefined) await expect(open(copy)).rejects.toMatchObject({ code: refusal });
    else await (await open(copy)).opened.close();
  };

  it('holds before anybody touches it, as the command line says, too', async () => {
    const copy = await copyOf(kept);
    const said = await vb(['events', 'verify'], { folder: home, env: { DATABASE_URL: copy.url, VB_HEADS: copy.heads } });
    expect(said).toMatchObject({ code: 0, stderr: '' });
    await starts(copy, undefined);
  });

  it.each(ATTACKS)('is found out: $name', async ({ attack, finds, refusal }) => {
    const copy = await copyOf(kept);
    await attack(copy, old);
    expect(await verified(copy)).toMatchObject(finds);
    await starts(copy, refusal);
  });

  it('is found out: restored older database', async () => {
    const copy = { ...(await copyOf(kept)), url: await clone(old) };
    expect(await verified(copy)).toMatchObject(lost(OLD_END + 1, END));
    await expect(open(copy)).rejects.toThrow(`Log 1 has lost events ${OLD_END + 1} to ${END}: the database ends at position ${OLD_END}`);
  });

  it('is found out: projection edit: a read table says something else than the log', async () => {
    const copy = await copyOf(kept);
    await onServer(copy.url, "UPDATE tenants SET name = 'Somebody' WHERE id = 'after-1'");
    const said = await vb(['projections', 'verify'], { folder: home, env: { DATABASE_URL: copy.url, VB_HEADS: copy.heads } });
    expect(said).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^changed: tenants \{.*"after-1".*\} name live "Somebody" expected "after-1"/m),
    });
  });

  it('agrees with heads of several processes, each in its own file, and is refused where one of them knows more', async () => {
    const copy = await copyOf(kept);
    const [a, b] = [await open(copy), await open(copy)];
    for (let number = 1; number <= 3; number++) await Promise.all([createTenant(a, `a-${number}`), createTenant(b, `b-${number}`)]);
    const together = await a.trust.verify();
    await Promise.all([a.opened.close(), b.opened.close()]);
    expect(together).toMatchObject({ isIntact: true, events: END + 6 });
    expect(await verified(copy)).toMatchObject({
      isIntact: true,
      logs: [expect.objectContaining({ witness: expect.objectContaining({ position: END + 6 }) })],
    });
    await behindTheTriggers(`DELETE FROM events WHERE position > ${END + 4}`)(copy);
    await starts(copy, 'store.lost_events');
  });
});
