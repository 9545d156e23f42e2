import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAndMigrate, createDataSource } from './data-source';
import { openSqlite } from './sqlite-database';
import { driverPackage } from './sqlite-driver';
import { openEventStore } from '../event-store/open-event-store';
import { START } from '../projections/scratch-store.spec-support';
import { noted, readersOf } from '../subscriptions/subscriptions.spec-support';
import { VirtualClock, VirtualTimer } from '../time/virtual-clock';
import { SqliteSql } from './sqlite-sql';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vb-database-'));
  file = join(folder, 'data', 'vb.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('opening a database file', () => {
  it('creates the folder, and makes commits survive a power cut', () => {
    const { writer, reader, close } = openSqlite({ file });
    const pragma = (name: string) => writer.pragma(name, { simple: true }) as unknown;
    expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys'), pragma('recursive_triggers')]).toEqual(['wal', 2, 1, 1]);
    expect(() => reader.exec('CREATE TABLE t (a)')).toThrow(/readonly/);
    close();
  });

  it('refuses a second process in a sentence, and lets it in when the first is closed', () => {
    const first = openSqlite({ file });
    expect(() => openSqlite({ file })).toThrow(expect.objectContaining({ code: 'store.locked', message: expect.stringContaining(file) }));
    first.close();
    openSqlite({ file }).close();
  });

  it('is free again at once when the process that held it is killed', async () => {
    openSqlite({ file }).close();
    const script = `const D = require('${driverPackage(process.versions.napi)}');
      new D(process.argv[1]).exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['-e', script, `${file}.lock`], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(holder.stdout, 'data');
      expect(() => openSqlite({ file })).toThrow(expect.objectContaining({ code: 'store.locked' }));
    } finally {
      holder.kill('SIGKILL');
    }
    await once(holder, 'exit');
    openSqlite({ file }).close();
  });

  it('names the path where it cannot be written', () => {
    writeFileSync(join(folder, 'plain'), '');
    for (const path of [join(folder, 'plain', 'vb.db'), '/proc/none/vb.db', folder]) {
      expect(() => openSqlite({ file: path })).toThrow(
        expect.objectContaining({ code: 'store.unwritable', message: expect.stringContaining(path) }),
      );
    }
  });

  it('leaves a file alone that is no database', () => {
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'my notes, not a database '.repeat(100));
    expect(() => openSqlite({ file: text })).toThrow(expect.objectContaining({ code: 'store.not_a_database' }));
  });
});

describe('migrations', () => {
  it('run once, and again without effect', async () => {
    for (let run = 0; run < 2; run++) {
      const dataSource = createDataSource({ file });
      await connectAndMigrate(dataSource);
      expect(await dataSource.showMigrations()).toBe(false);
      await dataSource.destroy();
    }
  });

  it('take back what they made', async () => {
    const dataSource = createDataSource({ file });
    await connectAndMigrate(dataSource);
    for (const _ of dataSource.migrations) await dataSource.undoLastMigration();
    const tables: { name: string }[] = await dataSource.query("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'");
    expect(tables.map(({ name }) => name)).toEqual(['schema_migrations']);
    await dataSource.destroy();
  });

  it('carry the place of a reader of the log over to its partitions, and back', async () => {
    const opened = await openEventStore({ file, clock: new VirtualClock(START), onListenerError: () => undefined });
    const { dataSource, sql } = opened;
    const undone = dataSource.migrations.filter(({ name = '' }) => Number(/\d+$/.exec(name)?.[0]) >= 1795132800005);
    for (const _ of undone) await dataSource.undoLastMigration();
    await dataSource.query("INSERT INTO subscriptions VALUES (1, 'system', 'orders', 2, '2026-11-20T14:35:00.000Z')");
    await connectAndMigrate(dataSource);
    const world = readersOf({ ...opened, clock: new VirtualClock(START), timer: new VirtualTimer(new VirtualClock(START)) });
    await world.append('order-1', 'OrderQueued', 'OrderQueued', 'OrderQueued');
    await world.append('order-3', 'OrderQueued');
    const { runner } = world.process({ handle: async (events) => events.map(noted) });
    await runner.catchUp();
    expect([...(await world.notes())].sort()).toEqual(['1:3', '1:4']);
    expect(await runner.statuses()).toHaveLength(8);
    await runner.stop();
    for (const _ of undone) await dataSource.undoLastMigration();
    expect(await sql.read('SELECT log, name, position FROM subscriptions')).toEqual([{ log: 1, name: 'orders', position: 4 }]);
    await opened.close();
  });

  it('refuse a file written by a newer version before they touch it', async () => {
    const dataSource = createDataSource({ file });
    await connectAndMigrate(dataSource);
    await dataSource.query("INSERT INTO schema_migrations (timestamp, name) VALUES (9999999999999, 'Later9999999999999')");
    const again = createDataSource({ file });
    await expect(connectAndMigrate(again)).rejects.toMatchObject({
      code: 'store.newer_schema',
      message: expect.stringContaining('Later9999999999999'),
    });
    await again.destroy();
    await dataSource.destroy();
  });
});

describe('single statements', () => {
  it('read what is committed, write one statement, and give back what RETURNING names', async () => {
    const database = openSqlite({ file });
    const sql = new SqliteSql(database);
    await sql.write('CREATE TABLE jobs (id INTEGER PRIMARY KEY, name TEXT, state TEXT) STRICT');
    expect(await sql.write("INSERT INTO jobs (name, state) VALUES (?, 'READY')", ['a'])).toEqual([]);
    expect(await sql.write("UPDATE jobs SET state = 'LEASED' WHERE name = ? RETURNING id, name", ['a'])).toEqual([{ id: 1, name: 'a' }]);
    expect(await sql.read('SELECT state FROM jobs WHERE id = ?', [1])).toEqual([{ state: 'LEASED' }]);
    await expect(sql.read("UPDATE jobs SET state = 'X'")).rejects.toMatchObject({ code: 'store.unwritable' });
    expect(await sql.read('SELECT state FROM jobs')).toEqual([{ state: 'LEASED' }]);
    database.close();
  });

  it('keep working past the number of statements kept prepared', async () => {
    const database = openSqlite({ file });
    const sql = new SqliteSql(database);
    for (let number = 0; number < 1_200; number++) expect(await sql.read(`SELECT ${number} AS n`)).toEqual([{ n: number }]);
    database.close();
    expect(existsSync(file)).toBe(true);
  });
});
