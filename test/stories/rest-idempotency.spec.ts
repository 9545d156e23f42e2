import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { changes, type Route, routesOf } from './support/rest-document';
import { type Json, newKey, ok, startWorld, type World } from './support/rest-world';
import type { Api, Reply } from './support/server';

const EDGES = readFileSync(join(__dirname, '../data/synthetic/edges.csv'), 'utf8');

/** One valid request, and another body for the same path. Where a route takes no body, `{}` instead of nothing is another. */
interface Attempt {
  readonly api?: Api;
  readonly path: string;
  readonly body?: Json;
  readonly other?: Json;
}

describe('every route that changes something', () => {
  let world: World;
  let broker: Api;
  let sequence = 0;
  let routes: readonly Route[];
  beforeAll(async () => {
    world = await startWorld({ roles: 'api' }); // orders stay queued, so that the log stands still
    broker = await world.keyWith(world.owner, 'owner', 'broker');
    routes = (await routesOf(world.owner)).filter(({ path, ...route }) => path.startsWith('/v1/') && changes({ path, ...route }));
    await world.openPosition(); // holds what dividends are accrued for
    world.clock.set('2026-11-23T15:00:00.000Z');
    await world.quote('100');
  });
  afterAll(() => world.stop());

  const onPosition = async (verb: string, body?: Json, other?: Json): Promise<Attempt> => ({
    path: `/v1/positions/${await world.openPosition()}/${verb}`,
    body,
    other,
  });
  const order = async (): Promise<string> => {
    const { path } = await onPosition('orders');
    return ok(await world.owner.post<{ id: string }>(path, { side: 'SELL', qty: '1' }, { idempotencyKey: newKey() })).id;
  };
  const dividend = (): Json => ({ symbol: 'KO', ex_date: '2026-11-23', amount_per_share: '0.01', sequence: ++sequence });
  const announced = async (): Promise<string> => ok(await world.owner.post<{ id: string }>('/v1/dividends/announce', dividend())).id;
  const settings = async (scope: string): Promise<Attempt> => {
    const body = { up_threshold_pct: '4' };
    return { path: `/v1/config/${scope}/triggers`, body, other: { up_threshold_pct: '5' } };
  };

  const tape = async (): Promise<string> => ok(await world.owner.post<{ id: string }>('/v1/tapes', { symbol: 'EDGES', csv: EDGES })).id;
  const simulation = async (cash: string): Promise<Json> => ({ positions: [{ tape_id: await tape(), cash, stock_pct: '50' }] });
  const sweep = async (to: string): Promise<Json> => ({
    position: { tape_id: await tape(), cash: '100000', stock_pct: '50' },
    parameters: { up_threshold_pct: { from: '1', to, step: '0.001' } },
  });
  const cancelledSweep = async (): Promise<string> => {
    const { id } = ok(await world.owner.post<{ id: string }>('/v1/sweeps', await sweep('9')));
    ok(await world.owner.post(`/v1/sweeps/${id}/cancel`));
    return id;
  };

  const ATTEMPTS: Readonly<Record<string, () => Promise<Attempt> | Attempt>> = {
    'POST /v1/admin/tenants': () => ({ path: '/v1/admin/tenants', body: { name: 'A' }, other: { name: 'B' } }),
    'POST /v1/api-keys': () => ({ path: '/v1/api-keys', body: { roles: ['owner'] }, other: { roles: ['broker'] } }),
    'DELETE /v1/api-keys/{id}': async () => {
      const { id } = ok(await world.owner.post<{ id: string }>('/v1/api-keys', { roles: ['owner'] }));
      return { path: `/v1/api-keys/${id}` };
    },
    'POST /v1/admin/projections/rebuild': () => ({ path: '/v1/admin/projections/rebuild', body: { name: 'trades' }, other: {} }),
    'POST /v1/admin/projections/cancel': () => ({ path: '/v1/admin/projections/cancel' }),
    'POST /v1/admin/projections/rollback': async () => {
      ok(await world.owner.post('/v1/admin/projections/rebuild', { name: 'settings' }));
      return { path: '/v1/admin/projections/rollback', body: { name: 'settings' }, other: { name: 'trades' } };
    },
    'POST /v1/admin/projections/verify': () => ({ path: '/v1/admin/projections/verify', body: { name: 'trades' }, other: {} }),
    'POST /v1/admin/events/verify': () => ({ path: '/v1/admin/events/verify' }),
    'POST /v1/admin/queue/{id}/redrive': async () => ({
      path: `/v1/admin/queue/${await world.deadMessage('demo', 'spare', newKey())}/redrive`,
    }),
    'DELETE /v1/admin/queue/{id}': async () => ({ path: `/v1/admin/queue/${await world.deadMessage('demo', 'spare', newKey())}` }),
    'POST /v1/admin/subscriptions/parked/{id}/redrive': async () => ({
      path: `/v1/admin/subscriptions/parked/${await world.parkedStream(newKey())}/redrive`,
    }),
    'DELETE /v1/admin/subscriptions/parked/{id}': async () => ({
      path: `/v1/admin/subscriptions/parked/${await world.parkedStream(newKey())}`,
    }),
    'POST /v1/instruments': () => {
      const body = { symbol: 'PEP', exchange: 'XNAS', asset_type: 'EQUITY', currency: 'USD' };
      return { path: '/v1/instruments', body, other: { ...body, symbol: 'MCD' } };
    },
    'POST /v1/corporate-actions/announce': () => {
      const body = { symbol: 'KO', type: 'MERGER', ex_date: '2027-03-01', sequence: ++sequence };
      return { path: '/v1/corporate-actions/announce', body, other: { ...body, note: 'another' } };
    },
    'POST /v1/corporate-actions/{id}/amend': async () => ({
      path: `/v1/corporate-actions/${await announced()}/amend`,
      body: { amount_per_share: '0.02' },
      other: { amount_per_share: '0.03' },
    }),
    'POST /v1/corporate-actions/{id}/approve': async () => ({ path: `/v1/corporate-actions/${await announced()}/approve` }),
    'POST /v1/corporate-actions/{id}/cancel': async () => ({
      path: `/v1/corporate-actions/${await announced()}/cancel`,
      body: { reason: 'wrong' },
      other: { reason: 'another' },
    }),
    'POST /v1/dividends/announce': () => ({ path: '/v1/dividends/announce', body: dividend(), other: dividend() }),
    'POST /v1/dividends/pay': async () => {
      const body = { corporate_action_id: await announced(), paid_on: '2026-11-23' };
      ok(await world.owner.post('/v1/corporate-actions/process'));
      return { path: '/v1/dividends/pay', body, other: { ...body, paid_on: '2026-11-22' } };
    },
    'POST /v1/splits/announce': () => {
      const body = { symbol: 'KO', ex_date: '2027-03-02', ratio: '2:1', sequence: ++sequence };
      return { path: '/v1/splits/announce', body, other: { ...body, ratio: '3:1' } };
    },
    'POST /v1/portfolios': () => ({ path: '/v1/portfolios', body: { name: 'A' }, other: { name: 'B' } }),
    'PATCH /v1/portfolios/{id}': async () => ({
      path: `/v1/portfolios/${await world.openPortfolio()}`,
      body: { name: 'A' },
      other: { name: 'B' },
    }),
    'POST /v1/positions': async () => {
      const body = { portfolio_id: await world.openPortfolio(), symbol: 'KO', qty: '0', cash: '1' };
      return { path: '/v1/positions', body, other: { ...body, cash: '2' } };
    },
    'DELETE /v1/positions/{id}': async () => ({ path: `/v1/positions/${await world.openPosition()}` }),
    'POST /v1/positions/{id}/anchor': () => onPosition('anchor', { price: '99' }, { price: '98' }),
    'POST /v1/positions/{id}/deposits': () => onPosition('deposits', { amount: '1' }, { amount: '2' }),
    'POST /v1/positions/{id}/withdrawals': () => onPosition('withdrawals', { amount: '1' }, { amount: '2' }),
    'POST /v1/positions/{id}/pause': () => onPosition('pause', { reason: 'a' }, { reason: 'b' }),
    'POST /v1/positions/{id}/resume': () => onPosition('resume'),
    'POST /v1/positions/{id}/evaluate': () => onPosition('evaluate'),
    'POST /v1/positions/{id}/orders': () => onPosition('orders', { side: 'BUY', qty: '1' }, { side: 'BUY', qty: '2' }),
    'POST /v1/positions/{id}/flatten': () => onPosition('flatten'),
    'POST /v1/orders/{id}/cancel': async () => ({
      path: `/v1/orders/${await order()}/cancel`,
      body: { reason: 'a' },
      other: { reason: 'b' },
    }),
    'POST /v1/orders/{id}/fill': async () => {
      const body = { broker_trade_id: newKey(), qty: '1', price: '100', executed_at: world.clock.now() };
      return { api: broker, path: `/v1/orders/${await order()}/fill`, body, other: { ...body, qty: '2' } };
    },
    'POST /v1/tapes': () => ({ path: '/v1/tapes', body: { symbol: 'EDGES', csv: EDGES }, other: { symbol: 'OTHER', csv: EDGES } }),
    'POST /v1/simulations': async () => {
      const body = await simulation('100000');
      return { path: '/v1/simulations', body, other: await simulation('200000') };
    },
    'POST /v1/simulations/{id}/rerun': async () => {
      const { id } = ok(await world.owner.post<{ id: string }>('/v1/simulations', await simulation('300000')));
      const body = { config: { up_threshold_pct: '4' } };
      return { path: `/v1/simulations/${id}/rerun`, body, other: { config: { up_threshold_pct: '5' } } };
    },
    'POST /v1/simulations/{id}/cancel': async () => {
      const { id } = ok(await world.owner.post<{ id: string }>('/v1/simulations', await simulation('400000')));
      return { path: `/v1/simulations/${id}/cancel` };
    },
    'POST /v1/sweeps': async () => ({ path: '/v1/sweeps', body: await sweep('5'), other: await sweep('6') }),
    'POST /v1/sweeps/{id}/cancel': async () => ({ path: `/v1/sweeps/${await cancelledSweep()}/cancel` }),
    'POST /v1/sweeps/{id}/resume': async () => ({ path: `/v1/sweeps/${await cancelledSweep()}/resume` }),
    'PUT /v1/simulation-presets/{name}': () => ({
      path: '/v1/simulation-presets/mine',
      body: { config: { up_threshold_pct: '4' } },
      other: { config: { up_threshold_pct: '5' } },
    }),
    'PUT /v1/config/global/{group}': () => settings('global'),
    'PUT /v1/config/tenant/{group}': () => settings('tenant'),
    'PUT /v1/config/portfolios/{id}/{group}': async () => settings(`portfolios/${await world.openPortfolio()}`),
    'PUT /v1/config/positions/{id}/{group}': async () => settings(`positions/${await world.openPosition()}`),
  };

  it('is in the list below, or may be repeated without a key', () => {
    const withKeys = routes.filter(({ operation }) => operation['x-idempotency'] !== 'none').map(({ name }) => name);
    expect(withKeys.sort()).toEqual(Object.keys(ATTEMPTS).sort());
    const without = routes.filter(({ operation }) => operation['x-idempotency'] === 'none').map(({ name }) => name);
    const repeatable = ['/v1/corporate-actions/ingest', '/v1/corporate-actions/process', '/v1/quotes', '/v1/tapes/csv', '/v1/ticks'];
    expect(without.sort()).toEqual(repeatable.map((path) => `POST ${path}`));
  });

  it.each(Object.keys(ATTEMPTS).filter((name) => !name.includes('/cancel')))(
    '%s happens once per key, and answers the same again',
    async (name) => {
      const { api = world.owner, path, body, other = {} } = (await ATTEMPTS[name]?.()) ?? { path: '' };
      const method = name.slice(0, name.indexOf(' '));
      const idempotencyKey = newKey();
      const ask = (asked: Json | undefined, key = idempotencyKey): Promise<Reply> =>
        api.request(method, path, { body: asked, idempotencyKey: key });
      const first = await ask(body);
      expect([name, first.status < 300, first.headers.get('idempotency-hit')]).toEqual([name, true, null]);
      const head = await world.head();
      const second = await ask(body);
      expect([second.status, second.headers.get('idempotency-hit')]).toEqual([first.status, 'true']);
      if ('key' in first.body) expect(second.body).toEqual({ ...first.body, key: undefined, secret_already_shown: true });
      else expect(second.text).toBe(first.text);
      const reused = await ask(other);
      expect([reused.status, reused.body['code']]).toEqual([422, 'idempotency.key_reused']);
      expect(await world.head()).toBe(head);
    },
  );

  it('may be tried again with the same key where it was refused', async () => {
    const id = await order();
    ok(await broker.post(`/v1/orders/${id}/fill`, { broker_trade_id: newKey(), qty: '1', price: '100' }));
    const path = `/v1/orders/${id}/cancel`;
    const idempotencyKey = newKey();
    for (let tries = 0; tries < 2; tries++) {
      const { status, headers, body } = await world.owner.post(path, undefined, { idempotencyKey });
      expect([status, headers.get('idempotency-hit'), body['code']]).toEqual([422, null, 'order.ended']);
    }
  });

  it('needs a key where money moves', async () => {
    const required = routes.filter(({ operation }) => operation['x-idempotency'] === 'required');
    expect(required.map(({ name }) => name).sort()).toEqual([
      'POST /v1/dividends/pay',
      'POST /v1/positions/{id}/deposits',
      'POST /v1/positions/{id}/flatten',
      'POST /v1/positions/{id}/orders',
      'POST /v1/positions/{id}/withdrawals',
    ]);
    const head = await world.head();
    for (const { name } of required) {
      const { path, body } = (await ATTEMPTS[name]?.()) ?? { path: '' };
      const before = await world.head();
      const { status, body: problem } = await world.owner.post(path, body);
      expect([name, status, problem['code']]).toEqual([name, 400, 'idempotency.key_required']);
      expect(await world.head()).toBe(before);
    }
    expect(await world.head()).toBeGreaterThan(head); // the positions that were opened for it
  });

  it('deposits once where fifty ask at the same time', async () => {
    const id = await world.openPosition({ cash: '0' });
    const idempotencyKey = newKey();
    const deposit = (): Promise<Reply> => world.owner.post(`/v1/positions/${id}/deposits`, { amount: '7' }, { idempotencyKey });
    const replies = await Promise.all(Array.from({ length: 50 }, deposit));
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(ok(await world.owner.get(`/v1/positions/${id}`))).toMatchObject({ cash: '7' });
  });

  it('shares no key with another tenant', async () => {
    const { api } = await world.newTenant();
    const [mine, theirs] = [await world.openPosition(), await world.openPosition({}, api)];
    const idempotencyKey = newKey();
    ok(await world.owner.post(`/v1/positions/${mine}/deposits`, { amount: '1' }, { idempotencyKey }));
    const other = await api.post(`/v1/positions/${theirs}/deposits`, { amount: '2' }, { idempotencyKey });
    expect([other.status, other.headers.get('idempotency-hit'), other.body['cash']]).toEqual([200, null, '10002']);
  });
});
