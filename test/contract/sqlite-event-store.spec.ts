import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadSqliteDriver } from '../../src/platform/database/sqlite-driver';
import type { CrashPoint } from '../../src/platform/event-store/crash-points';
import type { EventStore } from '../../src/platform/event-store/event-store.port';
import { openEventStore } from '../../src/platform/event-store/open-event-store';
import { openSqliteFile, type SqliteUnderTest } from './opened-stores';
import { answer, callOf, on, sampleEvent, SettableClock } from './sample-event';

let under: SqliteUnderTest;
beforeEach(async () => {
  under = await openSqliteFile();
});
afterEach(() => under.close());

const fill = async (store: EventStore, count: number): Promise<void> => {
  for (let version = 0; version < count; version++) {
    const event = sampleEvent({ unique_key: `key-${version}`, position_id: 'p1' });
    await store.append(callOf('demo', [on('position-1', version, event)]));
  }
};

/** Raw statements on a connection that nobody prepared, as an attacker or a careless script would use. */
function raw(...statements: readonly string[]): void {
  const Driver = loadSqliteDriver();
  const connection = new Driver(under.file);
  connection.pragma('recursive_triggers = OFF');
  try {
    for (const statement of statements) connection.exec(statement);
  } finally {
    connection.close();
  }
}

const COLUMNS =
  'log, position, tenant_id, stream, version, event_id, type, schema_version, ts, recorded_at, correlation_id, actor, unique_key, data, salt, leaf, chain';
const replace = (columns: string, values: Readonly<Record<string, string>>): string =>
  `INSERT OR REPLACE INTO events (${columns}) SELECT ${columns
    .split(', ')
    .map((column) => values[column] ?? column)
    .join(', ')} FROM events WHERE position = 2`;

describe('the events table', () => {
  it.each([
    ['UPDATE', "UPDATE events SET data = '{}' WHERE position = 2"],
    ['DELETE', 'DELETE FROM events WHERE position = 3'],
    ['REPLACE of a position', replace(COLUMNS, { stream: "'other'", unique_key: 'NULL' })],
    ['REPLACE of a stream version', replace(COLUMNS, { position: '4', unique_key: 'NULL' })],
    ['REPLACE of a unique key', replace(COLUMNS, { position: '4', stream: "'other'" })],
    ['REPLACE of a row id', replace(`rowid, ${COLUMNS}`, { rowid: '2', position: '4', stream: "'other'", unique_key: 'NULL' })],
    ['INSERT that leaves a gap', replace(COLUMNS, { position: '9', stream: "'other'", unique_key: 'NULL' })],
  ])('refuses %s, so that history stays what it was', async (_name, statement) => {
    await fill(under.store, 3);
    expect(() => raw(statement)).toThrow(/append-only/);
    expect(await under.store.verify(1)).toMatchObject({ events: 3, firstBad: null });
  });
});

describe('verification', () => {
  const disarm = ['events_no_update', 'events_no_delete', 'events_no_replace'].map((name) => `DROP TRIGGER ${name}`);
  const swap = ['-1 WHERE position = 2', '2 WHERE position = 3', '3 WHERE position = -1'].map(
    (move) => `UPDATE events SET position = ${move}`,
  );

  it.each([
    ['edited data', 2, 'hash', [`UPDATE events SET data = '{"number":0}' WHERE position = 2`]],
    ['an event given to another tenant', 3, 'hash', [`UPDATE events SET tenant_id = 'other' WHERE position = 3`]],
    ['an absent field made empty', 2, 'hash', [`UPDATE events SET symbol = '' WHERE position = 2`]],
    ['a changed unique key', 2, 'hash', [`UPDATE events SET unique_key = 'key-9' WHERE position = 2`]],
    ['a deleted event', 2, 'gap', ['DELETE FROM events WHERE position = 2']],
    ['a deleted first event', 1, 'gap', ['DELETE FROM events WHERE position = 1']],
    ['swapped events', 2, 'hash', swap],
    ['an event smuggled in before the first', 0, 'gap', [replace(COLUMNS, { position: '0', stream: "'other'", unique_key: 'NULL' })]],
    ['an event smuggled in at the end', 5, 'hash', [replace(COLUMNS, { position: '5', stream: "'other'", unique_key: 'NULL' })]],
  ])('finds %s and names its position', async (_name, position, reason, attack) => {
    await fill(under.store, 4);
    raw(...disarm, ...attack);
    const report = await under.store.verify(1);
    expect(report.firstBad).toEqual({ position, reason: expect.stringContaining(reason) });
  });

  it('reads past its page of a thousand, with progress on the way', async () => {
    await Promise.all(Array.from({ length: 2_100 }, () => under.store.append(callOf('demo', [on('evaluations-1', 'any')]))));
    const progress: number[] = [];
    expect(await under.store.verify(1, (events) => progress.push(events))).toMatchObject({ events: 2_100, firstBad: null });
    expect(progress).toEqual([1_000, 2_000, 2_100]);
    raw(...disarm, `UPDATE events SET data = '{}' WHERE position = 1500`);
    expect((await under.store.verify(1)).firstBad?.position).toBe(1_500);
  });
});

describe('after a restart', () => {
  it('goes on where the log ends: positions, versions, chain and time', async () => {
    await fill(under.store, 3);
    const before = await under.store.readAll({ log: 1, limit: 10 });
    under = await under.reopen();
    under.clock.move(-86_400_000);
    await expect(under.store.append(callOf('demo', [on('position-1', 0)]))).rejects.toMatchObject({ expected: 0, actual: 3 });
    await expect(under.store.append(callOf('demo', [on('position-1', 3), on('evaluations-1', 'any')]))).resolves.toEqual({ position: 5 });
    expect((await under.store.readAll({ log: 1, limit: 10 })).slice(0, 3)).toEqual(before);
    expect((await under.store.readLast({ log: 1, tenantId: 'demo' }, 'position-1'))?.recorded_at).toBe(before[2]?.recorded_at);
    expect(await under.store.verify(1)).toMatchObject({ events: 5, firstBad: null });
  });
});

describe('a full disk', () => {
  it('loses nothing acknowledged, writes nothing halfway, and goes on when there is space', async () => {
    await fill(under.store, 3);
    const { writer } = under.opened.database;
    const pages = writer.pragma('page_count', { simple: true }) as number;
    writer.pragma(`max_page_count = ${pages}`);
    const big = { data: JSON.stringify({ filler: 'x'.repeat(200_000) }) };
    const outcomes = await Promise.allSettled([
      under.store.append(callOf('demo', [on('order-1', 0)])),
      under.store.append(callOf('demo', [on('position-1', 3, sampleEvent(big))], [answer('insert', 'demo', 'k')])),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store.disk_full', kind: 'unavailable' } });
    }
    expect(await under.store.head(1)).toBe(3);
    writer.pragma(`max_page_count = ${pages + 1_000}`);
    await expect(under.store.append(callOf('demo', [on('position-1', 3), on('order-1', 0)]))).resolves.toEqual({ position: 5 });
    expect(await under.store.verify(1)).toMatchObject({ events: 5, firstBad: null });
  });
});

describe('a log that another connection wrote to', () => {
  it('answers busy while it is held, and appends again afterwards', async () => {
    await fill(under.store, 1);
    const Driver = loadSqliteDriver();
    const other = new Driver(under.file);
    under.opened.database.writer.pragma('busy_timeout = 0');
    other.exec('BEGIN IMMEDIATE');
    await expect(under.store.append(callOf('demo', [on('position-1', 1)]))).rejects.toMatchObject({ code: 'store.busy' });
    other.exec('ROLLBACK');
    other.close();
    await expect(under.store.append(callOf('demo', [on('position-1', 1)]))).resolves.toEqual({ position: 2 });
  });
});

describe('a crash', () => {
  /** What the disk held at the moment the process would have been killed. */
  async function survivors(point: CrashPoint): Promise<{ readonly streams: readonly string[]; readonly rows: number }> {
    const copy = join(under.folder, 'copy');
    const take = (name: string): void => {
      if (name !== point || existsSync(copy)) return;
      mkdirSync(copy);
      for (const suffix of ['', '-wal']) copyFileSync(`${under.file}${suffix}`, join(copy, `vb.db${suffix}`));
    };
    await fill(under.store, 2);
    under = await under.reopen({ crashPoints: { hit: take } });
    await Promise.all([
      under.store.append(callOf('demo', [on('order-1', 0), on('position-1', 2)], [answer('insert', 'demo', 'k')])),
      under.store.append(callOf('demo', [on('order-2', 0), on('position-2', 0)])),
    ]);
    const again = await openEventStore({ file: join(copy, 'vb.db'), clock: new SettableClock(), onListenerError: () => undefined });
    const events = await again.store.readAll({ log: 1, limit: 10 });
    const rows = await again.sql.read('SELECT * FROM idempotency_keys');
    expect(await again.store.verify(1)).toMatchObject({ events: events.length, firstBad: null });
    await again.close();
    return { streams: events.map(({ stream }) => stream), rows: rows.length };
  }

  it.each(['flush:begin', 'flush:mid', 'flush:before-commit'] as const)(
    'at %s leaves what was acknowledged and nothing of the group',
    async (point) => {
      expect(await survivors(point)).toEqual({ streams: ['position-1', 'position-1'], rows: 0 });
    },
  );

  it('after the commit leaves the whole group', async () => {
    const streams = ['position-1', 'position-1', 'order-1', 'position-1', 'order-2', 'position-2'];
    expect(await survivors('flush:after-commit')).toEqual({ streams, rows: 1 });
  });
});
