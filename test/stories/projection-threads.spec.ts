/** Rebuild and verification in threads of the built program: beside ticks and requests, and after a kill. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemContext } from '../../src/kernel/context';
import { openRaw, tamper } from './support/kept-store';
import { createTestDatabase } from '../support/postgres-databases';
import { OWNER_KEY, type RunningServer, startServer } from './support/server';
import { scratchFolders, startVb, vbJson, type VbOptions } from './support/vb';

const WORKER = join(__dirname, '../../dist/src/projection-worker.js');
const REBUILDER = join(__dirname, '../../dist/test/processes/programs/rebuilder.js');
const TABLES = ['positions', 'tenants', 'api_keys'] as const;
const POSITIONS = 2_100;
/** Appended at once. */
const WAVE = 300;
/** Of each position. */
const DEPOSITS = 9;
/** Threads also for a history that would be folded without. */
const IN_THREADS = { projectionWorker: WORKER, threadsFrom: 1_000 };

const opening = (position: number): object => ({
  position_id: `p${position}`,
  portfolio_id: 'f1',
  instrument_id: 'i1',
  symbol: 'KO',
  exchange: 'XNYS',
  currency: 'USD',
  account_id: 'paper:f1',
  strategy_id: 'volatility-balancing',
  strategy_version: 1,
  lot_size: null,
  qty: '10',
  cash: '1000',
  avg_cost: null,
  anchor_price: '100',
  anchor_from_first_price: false,
});

/** A store with some thousand positions whose events lie mixed in the log. */
async function makeHistory(file: string): Promise<void> {
  const server = await startServer({ env: { DATABASE_URL: `sqlite:${file}` } });
  try {
    await fillHistory(server, POSITIONS);
  } finally {
    await server.stop();
  }
}

async function fillHistory({ app }: RunningServer, positions: number): Promise<void> {
  const { streams } = app.platform;
  const context = systemContext('demo', 'test', 'history');
  for (let round = 0; round <= DEPOSITS; round++) {
    const command = (n: number) =>
      round === 0 ? { type: 'OpenPosition', data: opening(n) } : { type: 'DepositCash', data: { amount: `0.0${round}` } };
    for (let first = 0; first < positions; first += WAVE) {
      const wave = Array.from({ length: WAVE }, (_, n) => first + n);
      await Promise.all(wave.map((n) => streams.run(context, [{ stream: `position-p${n}`, command: command(n) }])));
    }
  }
}

/** Every row as text, in the order of the keys. */
function dump(file: string): readonly string[] {
  const connection = openRaw(file);
  try {
    return TABLES.flatMap((table) =>
      (connection.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all() as object[]).map((row) => `${table} ${JSON.stringify(row)}`),
    );
  } finally {
    connection.close();
  }
}

it('a thread loads what folds and no framework, or it would start slower than it folds', () => {
  const script = `require(${JSON.stringify(WORKER.replace('projection-worker', 'app.streams'))});
    process.stdout.write(Object.keys(require.cache).filter((file) => /@nestjs|rxjs|typeorm/.test(file)).join());`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
});

describe('a store with a long history', () => {
  const folder = scratchFolders();
  const home = mkdtempSync(join(tmpdir(), 'vb-long-'));
  const history = join(home, 'history.sqlite');
  beforeAll(async () => {
    await makeHistory(history);
    if (!existsSync(WORKER)) throw new Error(`${WORKER} is missing: run "npm run build" before these tests`);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const store = (): VbOptions & { readonly file: string } => {
    const own = folder();
    const file = join(own, 'kept.sqlite');
    copyFileSync(history, file);
    return { folder: own, file, env: { DATABASE_URL: `sqlite:${file}` } };
  };

  it('gets its rows back from threads, to the last byte, and threads find what was altered', async () => {
    const of = store();
    const before = dump(of.file);
    tamper(of.file, 'DELETE FROM positions', 'DELETE FROM api_keys');
    const server = await startServer({ env: of.env, overrides: IN_THREADS });
    try {
      const { tables } = await server.app.platform.projections.rebuild('all');
      expect(tables.find(({ table }) => table === 'positions')?.rows).toBe(POSITIONS);
      expect(dump(of.file)).toEqual(before);
      tamper(of.file, "UPDATE positions SET status = 'PAUSED' WHERE position_id = 'p77'");
      const { isEqual, tables: compared } = await server.app.platform.projections.verify('positions');
      expect(isEqual).toBe(false);
      expect(compared[0]).toMatchObject({
        changed: 1,
        differences: [{ key: { position_id: 'p77' }, column: 'status', live: '"PAUSED"', expected: '"ACTIVE"' }],
      });
    } finally {
      await server.stop();
    }
  });

  it('goes on with a rebuild that was killed', async () => {
    const of = store();
    const before = dump(of.file);
    const { child, ended } = startVb([], { ...of, program: REBUILDER });
    const connection = openRaw(of.file);
    try {
      const written = connection.prepare('SELECT count(*) FROM projection_build_parts WHERE position > 0').pluck();
      while (child.exitCode === null && written.get() === 0) await new Promise((resolve) => setImmediate(resolve));
    } finally {
      connection.close();
    }
    child.kill('SIGKILL');
    await ended;
    const listed = await vbJson<readonly { readonly name: string; readonly building: { readonly events: number } | null }[]>(
      ['projections', 'list'],
      of,
    );
    expect(listed.find(({ name }) => name === 'positions')?.building?.events).toBeGreaterThan(0);
    expect(await startVb([], { ...of, program: REBUILDER }).ended).toMatchObject({ code: 0, stderr: '' });
    expect(dump(of.file)).toEqual(before);
  });

  it('is rebuilt and verified while requests are answered, and the former table comes back', async () => {
    const of = store();
    const server = await startServer({ env: of.env, overrides: IN_THREADS });
    try {
      await rebuildBesideRequests(server, POSITIONS);
    } finally {
      await server.stop();
    }
  });
});

describe('a long history on PostgreSQL', () => {
  it('is rebuilt and verified by threads while requests are answered, and the former table comes back', async () => {
    const database = await createTestDatabase();
    const server = await startServer({ env: { DATABASE_URL: database.url }, overrides: IN_THREADS });
    try {
      await fillHistory(server, 300);
      await rebuildBesideRequests(server, 300);
      const opened = server.app.platform.opened;
      await opened.sql.write("UPDATE positions SET status = 'PAUSED' WHERE position_id = 'p77'");
      const { body } = await server.api(OWNER_KEY).post<Check>('/v1/admin/projections/verify', { name: 'positions' });
      expect(body).toMatchObject({ equal: false, tables: [{ table: 'positions', changed: 1, missing: 0, surplus: 0 }] });
      expect(body.tables[0]?.differences).toMatchObject([
        { kind: 'changed', key: { position_id: 'p77' }, column: 'status', live: '"PAUSED"', expected: '"ACTIVE"' },
      ]);
    } finally {
      await server.stop();
      await database.drop();
    }
  });
});

interface Check {
  readonly equal: boolean;
  readonly tables: readonly { readonly differences: readonly object[] }[];
}

async function rebuildBesideRequests(server: RunningServer, positions: number): Promise<void> {
  const api = server.api(OWNER_KEY);
  const work = (async () => {
    const rebuilt = await api.post('/v1/admin/projections/rebuild', {});
    expect([rebuilt.status, rebuilt.text]).toEqual([200, expect.any(String)]);
    return api.post<Check>('/v1/admin/projections/verify', {});
  })();
  const done = work.then(() => true);
  let answered = 0;
  while (!(await Promise.race([done, Promise.resolve(false)]))) {
    const path = `/v1/positions/p${answered % positions}/deposits`;
    expect((await api.post(path, { amount: '1' }, { idempotencyKey: `beside-${answered}` })).status).toBe(200);
    answered += 1;
  }
  expect((await work).body.equal).toBe(true);
  expect(answered).toBeGreaterThan(0);
  const rolledBack = await api.post('/v1/admin/projections/rollback', { name: 'positions' });
  expect([rolledBack.status, rolledBack.body]).toMatchObject([200, { tables: [{ table: 'positions', rows: positions }] }]);
  expect((await api.post<Check>('/v1/admin/projections/verify', {})).body.equal).toBe(true);
  expect((await api.post('/v1/admin/projections/cancel', {})).status).toBe(409);
}
