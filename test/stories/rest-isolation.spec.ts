import { changes, type Route, routesOf } from './support/rest-document';
import { type Json, type Listed, newKey, ok, startWorld, until, type World } from './support/rest-world';
import type { Api, Reply } from './support/server';

const NEVER = '019e9f00-0000-7000-8000-000000000000';

/** A body that every rule of the route accepts: only the id can be wrong. */
const BODIES: Readonly<Record<string, Json>> = {
  'PATCH /v1/portfolios/{id}': { name: 'Mine now' },
  'POST /v1/positions/{id}/anchor': { price: '1' },
  'POST /v1/positions/{id}/deposits': { amount: '1' },
  'POST /v1/positions/{id}/withdrawals': { amount: '1' },
  'POST /v1/positions/{id}/pause': { reason: 'mine now' },
  'POST /v1/positions/{id}/orders': { side: 'SELL', qty: '1' },
  'POST /v1/orders/{id}/cancel': { reason: 'mine now' },
  'POST /v1/orders/{id}/fill': { broker_trade_id: 'x', qty: '1', price: '1' },
  'POST /v1/simulations/{id}/rerun': { fill: 'next_open' },
  'PUT /v1/config/portfolios/{id}/{group}': { up_threshold_pct: '1' },
  'PUT /v1/config/positions/{id}/{group}': { up_threshold_pct: '1' },
};

describe('two tenants', () => {
  let world: World;
  let stranger: Api;
  let routes: readonly Route[];
  let owned: Readonly<Record<'portfolio' | 'position' | 'order' | 'action' | 'tape' | 'simulation' | 'sweep' | 'run', string>>;
  beforeAll(async () => {
    world = await startWorld();
    const { api } = await world.newTenant();
    stranger = await world.keyWith(api, 'owner', 'broker');
    const portfolio = await world.openPortfolio();
    const position = await world.openPosition({ portfolio_id: portfolio });
    await world.quote('96');
    ok(await world.owner.post('/v1/ticks'));
    const { items } = await until(
      async () => ok(await world.owner.get<Listed>('/v1/orders?status=FILLED')),
      (orders) => orders.items.length === 1,
    );
    const simulated = await simulate();
    owned = { portfolio, position, order: String(items[0]?.['id']), action: await accrue(), ...simulated };
    routes = (await routesOf(world.owner)).filter(({ path }) => path.startsWith('/v1/') && !path.startsWith('/v1/admin/'));
  });
  afterAll(() => world.stop());

  /** A dividend of this tenant alone, accrued and not paid. */
  async function accrue(): Promise<string> {
    const tenant = await world.keyWith(world.owner, 'owner');
    const dividend = { symbol: 'KO', ex_date: '2026-11-23', amount_per_share: '1', pay_date: '2026-12-15' };
    const { id } = ok(await tenant.post<{ readonly id: string }>('/v1/dividends/announce', dividend));
    world.clock.set('2026-11-23T15:00:00.000Z');
    ok(await tenant.post('/v1/corporate-actions/process'));
    await world.quote('96'); // that of before is days old now
    return id;
  }

  /** One of everything that simulations own. */
  async function simulate(): Promise<Readonly<Record<'tape' | 'simulation' | 'sweep' | 'run', string>>> {
    const csv = 'date,open,high,low,close,volume\n2024-01-02,1,1,1,1,\n2024-01-03,1,1,1,1,\n';
    const idOf = async (path: string, body: Json): Promise<string> => String(ok(await world.owner.post(path, body))['id']);
    const tape = await idOf('/v1/tapes', { symbol: 'KO', csv });
    const position = { tape_id: tape, cash: '1000' };
    const simulation = await idOf('/v1/simulations', { positions: [position] });
    const sweep = await idOf('/v1/sweeps', { position, parameters: { up_threshold_pct: { values: ['1'] } } });
    await until(
      async () => ok(await world.owner.get(`/v1/sweeps/${sweep}`)),
      ({ status }) => status === 'DONE',
    );
    return { tape, simulation, sweep, run: `${simulation}.0` };
  }

  const OWNED: readonly (readonly [string, () => string])[] = [
    ['/tapes/', () => owned.tape],
    ['/simulations/', () => owned.simulation],
    ['/sweeps/', () => owned.sweep],
    ['/runs/', () => owned.run],
    ['/v1/corporate-actions/', () => owned.action],
  ];

  const idFor = (path: string): string => OWNED.find(([part]) => path.includes(part))?.[1]() ?? tradingIdFor(path);

  const tradingIdFor = (path: string): string =>
    path.includes('/portfolios/') ? owned.portfolio : path.includes('/orders/') ? owned.order : owned.position;
  const ask = ({ name, method, path }: Route, id: string): Promise<Reply> =>
    stranger.request(method, path.replace('{id}', id).replace('{group}', 'triggers'), { body: BODIES[name], idempotencyKey: newKey() });

  it('share nothing: every list is empty for the one who owns nothing', async () => {
    const lists = routes.filter(({ method, path }) => method === 'GET' && !path.includes('{'));
    const asked = lists
      .filter(({ path }) => !/healthz|readyz|api-keys|instruments|presets|compare|dividends|corporate-actions|export|public-key/.test(path))
      .map(({ path }) => path);
    expect(asked.sort()).toEqual([
      '/v1/events',
      '/v1/orders',
      '/v1/orders/dead-letters',
      '/v1/portfolios',
      '/v1/positions',
      '/v1/simulations',
      '/v1/sweeps',
      '/v1/tapes',
      '/v1/trades',
    ]);
    for (const path of asked) {
      expect([path, ok(await stranger.get(path))]).toEqual([path, { items: [], next_cursor: null }]);
      expect([path, ok(await world.owner.get<Listed>(path)).items.length > 0]).toEqual([path, path !== '/v1/orders/dead-letters']);
    }
  });

  it('see neither announcements of others nor what they came to', async () => {
    for (const path of [
      '/v1/corporate-actions?scope=tenant',
      '/v1/dividends',
      '/v1/dividends/receivables',
      '/v1/dividends/upcoming?from=2026-11-01',
    ]) {
      expect([path, ok(await stranger.get<Listed>(path)).items]).toEqual([path, []]);
      expect([path, ok(await world.owner.get<Listed>(path)).items.length]).not.toEqual([path, 0]);
    }
    expect(ok(await stranger.get<Listed>('/v1/corporate-actions')).items).toEqual([]);
  });

  it('cannot tell a foreign id from one that never was, on any route, and change nothing', async () => {
    const withIds = routes.filter(({ path }) => path.includes('{id}') && !path.startsWith('/v1/api-keys'));
    expect(withIds.length).toBeGreaterThan(20);
    const before = await world.head();
    for (const route of withIds) {
      const [foreign, unknown] = [await ask(route, idFor(route.path)), await ask(route, NEVER)];
      expect([route.name, foreign.status, foreign.body['code']]).toEqual([route.name, 404, 'not_found']);
      expect([route.name, foreign.text]).toEqual([route.name, unknown.text]);
    }
    expect(await world.head()).toBe(before);
  });

  it('find nothing by naming foreign ids in a filter', async () => {
    for (const path of [
      `/v1/positions?portfolio_id=${owned.portfolio}`,
      `/v1/orders?position_id=${owned.position}`,
      `/v1/trades?order_id=${owned.order}`,
      `/v1/events?position_id=${owned.position}`,
      `/v1/events?stream=position-${owned.position}`,
    ]) {
      expect(ok(await stranger.get<Listed>(path)).items).toEqual([]);
      expect(ok(await world.owner.get<Listed>(path)).items).not.toEqual([]);
    }
  });

  it('open no position in a foreign portfolio', async () => {
    const open = (portfolio_id: string): Promise<Reply> =>
      stranger.post('/v1/positions', { portfolio_id, symbol: 'KO', qty: '0', cash: '1' });
    const [foreign, unknown] = [await open(owned.portfolio), await open(NEVER)];
    expect(foreign.status).toBe(404);
    expect(foreign.text).toBe(unknown.text);
  });

  it("see a platform admin's quotes and only their own of those they push", async () => {
    const mine = await world.openPosition({ cash: '1000' }, stranger);
    const decide = async (api: Api, id: string): Promise<unknown> =>
      ok(await api.post(`/v1/positions/${id}/evaluate?dry_run=true`))['price_effective'];
    expect(await decide(stranger, mine)).toBe('96');
    world.clock.advance(1_000);
    ok(await stranger.post('/v1/quotes', { symbol: 'KO', last: '96.5' }));
    expect(await decide(stranger, mine)).toBe('96.5');
    expect(await decide(world.owner, owned.position)).toBe('96');
  });

  it('keep operations and shared facts to those who may', async () => {
    const operations = (await routesOf(world.owner)).filter(({ path }) => path.startsWith('/v1/admin/'));
    for (const { method, path } of operations) {
      const { status, body } = await stranger.request(method, path.replace('{id}', 'a:b:c'));
      expect([path, status, body['code']]).toEqual([path, 403, 'auth.role_missing']);
    }
    expect((await stranger.post('/v1/instruments', {})).status).toBe(403);
    expect((await stranger.request('PUT', '/v1/config/global/triggers', { body: {} })).status).toBe(403);
    expect((await world.owner.post(`/v1/orders/${owned.order}/fill`, BODIES['POST /v1/orders/{id}/fill'])).status).toBe(403);
    expect(routes.filter(changes).every(({ operation }) => operation['x-roles'] !== undefined)).toBe(true);
  });
});
