/** Read tables can be thrown away, and nobody writes to them or to the log unseen. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepReplay, openRaw, tamper } from './support/kept-store';
import { scratchFolders, vb, vbJson, type VbOptions } from './support/vb';

interface Store extends VbOptions {
  readonly file: string;
}

interface Info {
  readonly table: string;
  readonly rows: number;
}

/** Every cell of every row with its type, in an order of their own. */
function dump(file: string, tables: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const connection = openRaw(file);
  try {
    const rowsOf = (table: string): readonly string[] => {
      const columns = connection.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as readonly string[];
      const cells = columns.map((column) => `'${column}=' || typeof("${column}") || ':' || quote("${column}")`).join(` || '|' || `);
      return (connection.prepare(`SELECT ${cells} FROM ${table}`).pluck().all() as string[]).sort();
    };
    return Object.fromEntries(tables.map((table) => [table, rowsOf(table)]));
  } finally {
    connection.close();
  }
}

function valueOf(file: string, sql: string): string {
  const connection = openRaw(file);
  try {
    return String(connection.prepare(sql).pluck().get());
  } finally {
    connection.close();
  }
}

describe('a store with a history', () => {
  const folder = scratchFolders();
  const home = mkdtempSync(join(tmpdir(), 'vb-kept-'));
  const history = join(home, 'history.sqlite');
  beforeAll(() => keepReplay(history));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const store = (): Store => {
    const own = folder();
    const file = join(own, 'kept.sqlite');
    copyFileSync(history, file);
    return { folder: own, file, env: { DATABASE_URL: `sqlite:${file}` } };
  };
  const tablesOf = async (of: Store): Promise<readonly string[]> =>
    (await vbJson<readonly Info[]>(['projections', 'list'], of)).map(({ table }) => table);

  it('gets its read tables back from the events, to the last byte', async () => {
    const of = store();
    const tables = await tablesOf(of);
    const before = dump(of.file, tables);
    for (const table of [
      'positions',
      'orders',
      'trades',
      'latest_evaluations',
      'settings',
      'instruments',
      'portfolios',
      'tenants',
      'api_keys',
    ]) {
      expect([table, before[table]?.length]).not.toEqual([table, 0]);
    }
    for (const status of ['FILLED', 'REJECTED']) expect(before['orders']?.join()).toContain(`'${status}'`);
    tamper(of.file, ...tables.map((table) => `DELETE FROM ${table}`));
    expect((await vb(['projections', 'verify'], of)).code).toBe(1);
    const report = await vbJson<{ readonly tables: readonly Info[] }>(['projections', 'rebuild'], of);
    expect(Object.fromEntries(report.tables.map(({ table, rows }) => [table, rows]))).toEqual(
      Object.fromEntries(tables.map((table) => [table, before[table]?.length])),
    );
    expect(dump(of.file, tables)).toEqual(before);
    expect((await vb(['projections', 'verify'], of)).code).toBe(0);
  });

  it('rebuilds one table and leaves the others alone', async () => {
    const of = store();
    const before = dump(of.file, ['orders', 'trades']);
    tamper(of.file, 'DELETE FROM orders', 'DELETE FROM trades');
    expect((await vb(['projections', 'rebuild', 'trades'], of)).code).toBe(0);
    expect(dump(of.file, ['orders', 'trades'])).toEqual({ ...before, orders: [] });
  });

  it('names the table, the row and the column that somebody altered', async () => {
    const of = store();
    const trade = valueOf(of.file, 'SELECT min(trade_id) FROM trades');
    const executed = valueOf(of.file, 'SELECT executed_at FROM trades ORDER BY trade_id');
    tamper(of.file, `UPDATE trades SET executed_at = '2001-01-01T00:00:00.000Z' WHERE trade_id = '${trade}'`);
    const { code, stdout, stderr } = await vb(['projections', 'verify'], of);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^trades +\d+ rows +1 differ$/m);
    const [difference, advice, ...others] = stderr.trim().split('\n');
    expect(difference).toMatch(/^changed: trades \{.*\} executed_at live "2001-01-01T00:00:00.000Z" expected "/);
    expect(difference).toContain(`"trade_id":"${trade}"`);
    expect(difference).toContain(`expected "${executed}"`);
    expect(advice).toContain('vb projections rebuild');
    expect(others).toEqual([]);
  });

  it('names a row that somebody removed, and one that somebody put there', async () => {
    const of = store();
    const order = valueOf(of.file, 'SELECT min(order_id) FROM orders');
    tamper(
      of.file,
      `DELETE FROM orders WHERE order_id = '${order}'`,
      `INSERT INTO tenants (log, tenant_id, id, name, owner_user_id, created_at) VALUES (1, 'system', 'ghost', 'Ghost', 'u', '2026-01-01T00:00:00.000Z')`,
    );
    const { code, stderr } = await vb(['projections', 'verify'], of);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^missing: orders \\{.*"order_id":"${order}".*\\}`, 'm'));
    expect(stderr).toMatch(/^surplus: tenants \{.*"id":"ghost".*\}/m);
    const { isEqual } = JSON.parse((await vb(['projections', 'verify', '--json'], of)).stdout) as { readonly isEqual: boolean };
    expect(isEqual).toBe(false);
  });

  it.each([
    ['an amount changed in an event', 40, `UPDATE events SET data = replace(data, '1', '2') WHERE position = 40`],
    ['an event moved to another time', 7, `UPDATE events SET ts = '2001-01-01T00:00:00.000Z' WHERE position = 7`],
    ['an event taken out', 55, 'DELETE FROM events WHERE position = 55'],
    ['an event given to another tenant', 21, `UPDATE events SET tenant_id = 'thief' WHERE position = 21`],
    ['an event of another actor', 1, `UPDATE events SET actor = 'user:nobody' WHERE position = 1`],
  ])('names the first bad position where the log has %s', async (_what, position, statement) => {
    const of = store();
    expect((await vb(['events', 'verify'], of)).code).toBe(0);
    expect(() => tamper(of.file, statement)).toThrow('append-only');
    tamper(of.file, 'DROP TRIGGER events_no_update', 'DROP TRIGGER events_no_delete', statement);
    const said = await vb(['events', 'verify', '--json'], of);
    expect(said.code).toBe(1);
    expect((JSON.parse(said.stdout) as { firstBad: { position: number } }).firstBad.position).toBe(position);
    expect(said.stderr).toMatch(new RegExp(`^Log 1 is damaged from position ${position} on: .*restore a backup`, 'm'));
    expect(said.stderr).toMatch(/^trigger events_no_update is missing$/m);
  });
});
