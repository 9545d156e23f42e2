/** API, scheduler and worker as processes of their own, as docker-compose.yml runs them. */
import { createTestDatabase, type TestDatabase } from '../support/postgres-databases';
import { done, type Fleet, openPositions, startFleet, until } from './fleet';

describe('API, scheduler and worker as processes of their own', () => {
  let database: TestDatabase;
  let fleet: Fleet;
  beforeAll(async () => {
    database = await createTestDatabase({ isMigrated: false }); // whoever starts first migrates
    const everySecond = { VB_TICK_CRON: '* * * * * *' };
    fleet = await startFleet(database.url, [
      { VB_ROLES: 'api' },
      { VB_ROLES: 'scheduler', ...everySecond },
      { VB_ROLES: 'scheduler', ...everySecond },
      { VB_ROLES: 'worker' },
      { VB_ROLES: 'worker' },
    ]);
  }, 120_000);
  afterAll(async () => {
    await fleet.stop();
    await database.drop();
  });

  it('trade together: a quote pushed to one is evaluated by another and its order filled by a third, once', async () => {
    const [api] = fleet.servers;
    if (!api) throw new Error('no server');
    const [symbol] = await openPositions(api.api(), { positions: 1, qty: '500', cash: '50000' });
    await done(api.api().post('/v1/quotes', { symbol, bid: '104', ask: '104' }));
    await until('the order is filled', async () => (await fleet.rows(`SELECT 1 FROM orders WHERE status = 'FILLED'`)).length > 0);
    const { body } = await api.api().get<{ readonly items: readonly Record<string, unknown>[] }>('/v1/trades');
    expect(body.items).toEqual([expect.objectContaining({ side: 'SELL', executed_price: '104' })]);
    expect(fleet.complaints()).toEqual([]);
  });

  it('answer for their health, whatever they do, and for nothing else without the API', async () => {
    for (const { url } of fleet.servers) {
      expect((await fetch(`${url}/v1/healthz`)).status).toBe(200);
      expect((await fetch(`${url}/v1/readyz`)).status).toBe(200);
    }
    const [, scheduler] = fleet.servers;
    expect((await scheduler?.api().get('/v1/positions'))?.status).toBe(503);
  });
});
