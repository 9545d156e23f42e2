/** Two processes on one PostgreSQL that both believe they have an order in hand: the first was paused past its leases. */
import { VirtualClock, VirtualTimer } from '../../src/platform/time/virtual-clock';
import { createTestDatabase, type TestDatabase } from '../support/postgres-databases';
import { type Json, type Listed, newKey, ok, OPENING, until } from './support/rest-world';
import { type Api, OWNER_KEY, type RunningServer, startServer } from './support/server';

/** Longer than the lease of a message and of a partition. */
const PAUSE_MS = 61_000;

interface Worker {
  readonly server: RunningServer;
  readonly clock: VirtualClock;
}

describe('an order that two workers have in hand', () => {
  let database: TestDatabase;
  let workers: Worker[];

  beforeEach(async () => {
    database = await createTestDatabase();
    workers = [];
  });
  afterEach(async () => {
    for (const { server, clock } of workers) {
      clock.advance(10_000); // what still waits for its broker is answered
      await server.stop();
    }
    await database.drop();
  });

  const start = async (pauseMs: number): Promise<Worker> => {
    const clock = new VirtualClock(OPENING);
    clock.advance(pauseMs);
    const env = { DATABASE_URL: database.url, VB_ROLES: 'api,worker', VB_PAPER_LATENCY_MS: '500' };
    const worker = { clock, server: await startServer({ env, overrides: { clock, timer: new VirtualTimer(clock) } }) };
    workers.push(worker);
    return worker;
  };
  const open = async (api: Api): Promise<string> => {
    ok(await api.post('/v1/instruments', { symbol: 'KO', exchange: 'XNYS', asset_type: 'EQUITY', currency: 'USD' }));
    const { id: portfolio_id } = ok(await api.post<{ id: string }>('/v1/portfolios', { name: 'Shared' }));
    const body = { portfolio_id, symbol: 'KO', qty: '100', cash: '10000', anchor_price: '100' };
    return ok(await api.post<{ id: string }>('/v1/positions', body)).id;
  };
  const quote = (api: Api, clock: VirtualClock) => api.post('/v1/quotes', { symbol: 'KO', last: '100', ts: clock.now() });
  const queued = async () => {
    const rows = await workers[0]?.server.app.platform.opened.sql.read(
      "SELECT status, attempts FROM queue_messages WHERE queue = 'orders'",
    );
    return (rows ?? []).map(({ status, attempts }) => `${String(status)} ${String(attempts)}`).join();
  };

  it.each(['the one that was paused', 'the one that took over'])('is filled once where %s hears of the fill first', async (first) => {
    const paused = await start(0);
    const api = paused.server.api(OWNER_KEY);
    const position = await open(api);
    ok(await quote(api, paused.clock));
    const placed = await api.post<{ id: string }>(
      `/v1/positions/${position}/orders`,
      { side: 'BUY', qty: '3' },
      { idempotencyKey: newKey() },
    );
    const order = ok(placed).id;
    const status = async () => String(ok(await api.get<Json>(`/v1/orders/${order}`))['status']);
    await until(status, (text) => text === 'SUBMITTED');
    expect(await queued()).toBe('LEASED 1');

    const heir = await start(PAUSE_MS);
    await until(queued, (text) => text === 'LEASED 2');
    const inOrder = first === 'the one that was paused' ? [paused, heir] : [heir, paused];
    for (const { clock } of inOrder) {
      await until(
        async () => {
          clock.advance(100);
          return status();
        },
        (text) => text === 'FILLED',
      );
      clock.advance(1_000);
    }
    await until(
      async () => {
        for (const { clock } of inOrder) clock.advance(100);
        return queued();
      },
      (text) => text === '',
    );

    expect(ok(await api.get<Json>(`/v1/positions/${position}`))).toMatchObject({ qty: '103', cash: '9699.97', live_order_id: null });
    const { items } = ok(await api.get<Listed>(`/v1/positions/${position}/timeline?limit=200`));
    const happened = (type: string) => items.filter((event) => event['type'] === type).length;
    expect(['OrderIntentQueued', 'OrderSubmitted', 'TradeExecuted', 'PositionUpdated'].map(happened)).toEqual([1, 1, 1, 1]);
    const again = await api.post<{ id: string }>(
      `/v1/positions/${position}/orders`,
      { side: 'SELL', qty: '3' },
      { idempotencyKey: newKey() },
    );
    expect(again.status).toBe(201);
  });
});
