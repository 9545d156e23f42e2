/** A range that was really lived through: the engine decides it again from the log and differs nowhere, and names what somebody altered. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../../src/platform/time/virtual-clock';
import { createTestDatabase, onServer } from '../support/postgres-databases';
import { openRaw } from './support/kept-store';
import { type Json, type Listed, OPENING, ok, until } from './support/rest-world';
import { type Api, OWNER_KEY, type RunningServer, startServer } from './support/server';
import { vb } from './support/vb';

/** Minutes after ten in New York, bid, ask, last: calm and wild, crossed, wide, one-sided, missing, and after hours. */
const QUOTES: readonly (readonly [number, string | null, string | null, string | null])[] = [
  [0, '99.99', '100.01', '100'],
  [5, '100.98', '101.02', '101'],
  [10, '103.09', '103.11', '103.1'],
  [15, '103.5', '103.4', '103.45'],
  [20, '99.9', '100.1', '100'],
  [25, '90', '100', '95'],
  [30, null, null, '97.03'],
  [35, '96.5', '96.6', '96.55'],
  [60, '93.95', '94.05', '94'],
  [65, '97.4', '97.6', '97.5'],
  [90, '101.2', '101.3', '101.25'],
  [380, '108', '108.2', '108.1'],
];
const CONFIG = { up_threshold_pct: '2', rebalance_ratio: '0.7' };
/** What the live defaults are where simulations have others. */
const LIVE = { ...CONFIG, min_notional: '100', max_trade_pct_of_position: '50', max_orders_per_day: 5 };

interface Report {
  readonly evaluations: number;
  readonly orders: number;
  readonly differences: readonly { readonly field: string; readonly live: string | null; readonly simulated: string | null }[];
  readonly resynced: readonly { readonly because: string }[];
}

describe.each(['SQLite', 'PostgreSQL'] as const)('a recorded range on %s', (kind) => {
  const home = mkdtempSync(join(tmpdir(), 'vb-live-parity-'));
  const clock = new VirtualClock(OPENING);
  let env: Record<string, string>;
  let drop: () => Promise<void>;
  let server: RunningServer;
  let owner: Api;
  let position: string;

  beforeAll(async () => {
    const database = kind === 'PostgreSQL' ? await createTestDatabase() : null;
    env = { DATABASE_URL: database?.url ?? `sqlite:${join(home, 'vb.sqlite')}`, VB_HEADS: join(home, 'heads'), VB_DEMO: 'false' };
    drop = async () => database?.drop();
    server = await startServer({ env, folder: home, overrides: { clock } });
    owner = server.api();
    position = await live();
  }, 120_000);
  afterAll(async () => {
    await drop();
    rmSync(home, { recursive: true, force: true });
  });

  /** Ticks through all quotes, each order seen through before the next. */
  async function live(): Promise<string> {
    ok(await owner.post('/v1/instruments', { symbol: 'KO', exchange: 'XNYS', asset_type: 'EQUITY', currency: 'USD' }));
    const portfolio = ok(await owner.post<{ id: string }>('/v1/portfolios', { name: 'Lived' })).id;
    const terms = { portfolio_id: portfolio, symbol: 'KO', qty: '100', cash: '10000', anchor_price: '100' };
    const { id } = ok(await owner.post<{ id: string }>('/v1/positions', terms));
    ok(await owner.request('PUT', `/v1/config/positions/${id}/triggers`, { body: CONFIG }));
    for (const [minutes, bid, ask, last] of QUOTES) {
      clock.set(OPENING);
      clock.advance(minutes * 60_000);
      ok(await owner.post('/v1/quotes', { symbol: 'KO', bid, ask, last, ts: clock.now() }));
      ok(await owner.post('/v1/ticks'));
      await until(
        async () => ok(await owner.get<Listed>('/v1/orders')).items,
        (orders) => orders.every(({ status }) => status === 'FILLED'),
      );
    }
    return id;
  }

  const parity = async (
    ...remote: readonly string[]
  ): Promise<{ readonly code: number | null; readonly report: Report; readonly stderr: string }> => {
    const { code, stdout, stderr } = await vb(['parity', '--position', position, '--json', ...remote], { env, folder: home });
    if (stdout === '') throw new Error(`vb parity ended with ${code}: ${stderr}`);
    return { code, report: JSON.parse(stdout) as Report, stderr };
  };

  it('is a tape on which the same rules trade the same, and others do not', async () => {
    const { id } = ok(await owner.post<{ id: string }>('/v1/tapes', { symbol: 'KO', position_id: position }));
    const trades = async (config: Json): Promise<readonly Json[]> => {
      const body = { positions: [{ tape_id: id, cash: '10000', qty: '100', config }] };
      const job = ok(await owner.post<{ id: string }>('/v1/simulations', body)).id;
      const { summary } = await until(
        async () => ok(await owner.get<{ status: string; summary: { positions: { run_id: string }[] } }>(`/v1/simulations/${job}`)),
        ({ status }) => status === 'DONE',
      );
      const run = ok(await owner.get<{ details: { trades: Json[] } }>(`/v1/runs/${summary.positions[0]?.run_id ?? ''}`));
      return run.details.trades.map(({ side, qty, price, commission }) => ({ side, qty, price, commission }));
    };
    const lived = ok(await owner.get<Listed>('/v1/trades')).items.toReversed();
    expect(lived.length).toBeGreaterThanOrEqual(4);
    const told = lived.map((trade) => ({
      side: trade['side'],
      qty: trade['executed_qty'] ?? trade['qty'],
      price: trade['executed_price'] ?? trade['price'],
      commission: trade['commission'],
    }));
    expect(await trades(LIVE)).toEqual(told);
    expect(await trades({ ...LIVE, up_threshold_pct: '9' })).not.toEqual(told);
  });

  it('is decided again without a difference, and a setting that was altered in the log is named with both decisions', async () => {
    const asked = await parity('--url', server.url, '--key', OWNER_KEY);
    await server.stop();
    const honest = await parity();
    expect(asked).toEqual(honest);
    expect(honest).toMatchObject({ code: 0, report: { evaluations: QUOTES.length, differences: [], resynced: [] } });
    expect(honest.report.orders).toBeGreaterThanOrEqual(4);

    await alter(
      `UPDATE events SET data = replace(data, '"up_threshold_pct":"2"', '"up_threshold_pct":"9"') WHERE type = 'EvaluationRecorded'`,
    );
    const { code, report, stderr } = await parity();
    expect(code).toBe(1);
    expect(stderr).toContain('decides differently');
    expect(report.differences).toContainEqual(expect.objectContaining({ field: 'action', live: 'SELL', simulated: 'HOLD' }));
    expect(report.differences).toContainEqual(expect.objectContaining({ field: 'reason', live: 'TRIGGER_SELL', simulated: 'NO_TRIGGER' }));
    // the position went on as it was recorded, and the report says that the engine alone cannot explain it
    expect(report.resynced.length).toBeGreaterThan(0);
  }, 120_000);

  /** Behind the system's back. */
  async function alter(statement: string): Promise<void> {
    const url = env['DATABASE_URL'] ?? '';
    if (kind === 'PostgreSQL') {
      await onServer(url, 'ALTER TABLE events DISABLE TRIGGER USER');
      await onServer(url, statement);
      return;
    }
    const connection = openRaw(url.replace('sqlite:', ''));
    const triggers = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'").all();
    for (const { name } of triggers as readonly { readonly name: string }[]) connection.exec(`DROP TRIGGER ${name}`);
    connection.exec(statement);
    connection.close();
  }
});
