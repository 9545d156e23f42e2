/** Rebuild and verification in threads of the built program: beside ticks and requests, and after a kill. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemContext } from '../../src/kernel/context';
import { openRaw, tamper } from './support/kept-store';
import { OWNER_KEY, startServer } from './support/server';
import { scratchFolders, startVb, vb, vbJson, type VbOptions } from './support/vb';

const WORKER = join(__dirname, '../../dist/src/projection-worker.js');
const TABLES = ['positions', 'tenants', 'api_keys'] as const;
const POSITIONS = 2_100;
/** Of each position: enough events that a rebuild is worth threads. */
const DEPOSITS = 9;

interface Rebuilt {
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
}

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
    const { streams } = server.app.platform;
    const context = systemContext('demo', 'test', 'history');
    for (let round = 0; round <= DEPOSITS; round++) {
      const command = (n: number) =>
        round === 0 ? { type: 'OpenPosition', data: opening(n) } : { type: 'DepositCash', data: { amount: `0.0${round}` } };
      await Promise.all(
        Array.from({ length: POSITIONS }, (_, n) => streams.run(context, [{ stream: `position-p${n}`, command: command(n) }])),
      );
    }
  } finally {
    await server.stop();
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
    const { tables } = await vbJson<Rebuilt>(['projections', 'rebuild'], of);
    expect(tables.find(({ table }) => table === 'positions')?.rows).toBe(POSITIONS);
    expect(dump(of.file)).toEqual(before);
    tamper(of.file, "UPDATE positions SET status = 'PAUSED' WHERE position_id = 'p77'");
    const { code, stderr } = await vb(['projections', 'verify', 'positions'], of);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^changed: positions \{.*"position_id":"p77".*\} status live "PAUSED" expected "ACTIVE"$/m);
  });

  it('goes on with a rebuild that was killed', async () => {
    const of = store();
    const before = dump(of.file);
    const { child, ended } = startVb(['projections', 'rebuild'], of);
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
    await vbJson(['projections', 'rebuild'], of);
    expect(dump(of.file)).toEqual(before);
  });

  it('is rebuilt and verified while requests are answered, and the former table comes back', async () => {
    const of = store();
    const server = await startServer({ env: of.env, overrides: { projectionWorker: WORKER } });
    try {
      const api = server.api(OWNER_KEY);
      let isDone = false;
      const work = (async () => {
        await api.post('/v1/admin/projections/rebuild', {});
        return api.post<{ readonly equal: boolean }>('/v1/admin/projections/verify', {});
      })().finally(() => (isDone = true));
      let answered = 0;
      while (!isDone) {
        const reply = await api.post(
          `/v1/positions/p${answered % POSITIONS}/deposits`,
          { amount: '1' },
          { idempotencyKey: `beside-${answered}` },
        );
        expect(reply.status).toBe(200);
        answered += 1;
      }
      expect((await work).body.equal).toBe(true);
      expect(answered).toBeGreaterThan(5);
      const rolledBack = await api.post('/v1/admin/projections/rollback', { name: 'positions' });
      expect([rolledBack.status, rolledBack.body]).toMatchObject([200, { tables: [{ table: 'positions', rows: POSITIONS }] }]);
      expect((await api.post<{ readonly equal: boolean }>('/v1/admin/projections/verify', {})).body.equal).toBe(true);
      expect((await api.post('/v1/admin/projections/cancel', {})).status).toBe(409);
    } finally {
      await server.stop();
    }
  });
});
