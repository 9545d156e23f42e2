import { type Json, newKey, ok, startWorld, type World } from './support/rest-world';

/** What no amount may look like. */
const NOT_AMOUNTS: readonly unknown[] = [
  'NaN',
  'Infinity',
  '1e5',
  '1E-3',
  '0.123456789',
  '1234567890123',
  '1,000',
  ' 1',
  '+1',
  '.5',
  '1.',
  '0x10',
  '',
  1,
  1.5,
  null,
  true,
  ['1'],
  { amount: '1' },
];

describe('input that cannot be right', () => {
  let world: World;
  let portfolio: string;
  let position: string;
  beforeAll(async () => {
    world = await startWorld();
    portfolio = await world.openPortfolio();
    position = await world.openPosition({ portfolio_id: portfolio });
    await world.quote('100');
  });
  afterAll(() => world.stop());

  /** Refused with this status, this field named, and nothing in the log. */
  const refused = async (method: string, path: string, body: unknown, field: string | null, status = 400): Promise<Json> => {
    const before = await world.head();
    const reply = await world.owner.request(method, path, { body, idempotencyKey: newKey() });
    const errors = (reply.body['errors'] ?? []) as readonly { readonly field: string }[];
    const named = field === null || errors.some((error) => error.field === field);
    expect({ path, body, status: reply.status, named, code: typeof reply.body['code'], head: await world.head() }).toEqual({
      path,
      body,
      status,
      named: true,
      code: 'string',
      head: before,
    });
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    return reply.body;
  };
  const opening = (terms: Json): Json => {
    const all: Json = { portfolio_id: portfolio, symbol: 'KO', qty: '0', cash: '1', ...terms };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  };

  it.each(NOT_AMOUNTS)('is no amount: %j', async (amount) => {
    for (const path of ['deposits', 'withdrawals']) await refused('POST', `/v1/positions/${position}/${path}`, { amount }, 'amount');
    await refused('POST', `/v1/positions/${position}/anchor`, { price: amount }, 'price');
    await refused('POST', `/v1/positions/${position}/orders`, { side: 'BUY', qty: amount }, 'qty');
    for (const field of ['qty', 'cash']) await refused('POST', '/v1/positions', opening({ [field]: amount }), field);
    if (amount === null) return; // the same as leaving an optional field out
    for (const field of ['anchor_price', 'avg_cost']) await refused('POST', '/v1/positions', opening({ [field]: amount }), field);
    await refused('POST', '/v1/quotes', { symbol: 'KO', last: amount }, 'last');
    await refused('PUT', `/v1/config/positions/${position}/triggers`, { up_threshold_pct: amount }, 'up_threshold_pct');
  });

  it.each(['-1', '-0.00000001', '0'])('is no price, deposit or order: %s', async (amount) => {
    for (const path of ['deposits', 'withdrawals']) await refused('POST', `/v1/positions/${position}/${path}`, { amount }, 'amount');
    await refused('POST', `/v1/positions/${position}/anchor`, { price: amount }, 'price');
    await refused('POST', `/v1/positions/${position}/orders`, { side: 'SELL', qty: amount }, 'qty');
    await refused('POST', '/v1/positions', opening({ anchor_price: amount }), 'anchor_price');
    await refused('POST', '/v1/quotes', { symbol: 'KO', bid: amount }, 'bid');
    await refused('POST', `/v1/positions/${position}/evaluate?price=${amount}`, undefined, 'price');
  });

  it('is a position with debts or short shares', async () => {
    await refused('POST', '/v1/positions', opening({ cash: '-1' }), 'cash');
    await refused('POST', '/v1/positions', opening({ qty: '-1' }), 'qty');
  });

  it('is a body with a field missing, or with one too many', async () => {
    for (const field of ['portfolio_id', 'symbol', 'qty', 'cash'])
      await refused('POST', '/v1/positions', opening({ [field]: undefined }), field);
    await refused('POST', '/v1/positions', opening({ quantity: '1' }), 'quantity');
    await refused('POST', '/v1/positions', opening({ tenant_id: 'system' }), 'tenant_id');
    await refused('POST', `/v1/positions/${position}/resume`, { price: '1' }, 'price');
    await refused('POST', `/v1/positions/${position}/evaluate`, { price: '150' }, 'price');
    await refused('POST', '/v1/portfolios', {}, 'name');
    await refused('POST', '/v1/portfolios', undefined, 'name');
    await refused('PATCH', `/v1/portfolios/${portfolio}`, { base_currency: 'EUR' }, 'base_currency');
    await refused('POST', '/v1/quotes', { symbol: 'KO' }, 'last');
    await refused('POST', `/v1/positions/${position}/orders`, { qty: '1' }, 'side');
  });

  it('is a choice that does not exist', async () => {
    await refused('POST', '/v1/positions', opening({ exchange: 'XLON' }), 'exchange');
    await refused('POST', `/v1/positions/${position}/orders`, { side: 'HOLD', qty: '1' }, 'side');
    await refused('POST', `/v1/positions/${position}/orders`, { side: 'BUY', qty: '1', type: 'ICEBERG' }, 'type');
    await refused('GET', '/v1/positions?status=OPEN', undefined, 'status');
    await refused('GET', '/v1/events?type=OrderFilled', undefined, 'type');
    await refused('PUT', '/v1/config/tenant/limits', {}, 'group');
    await refused('PUT', '/v1/config/tenant/triggers', { order_sizing_strategy: 'all_in' }, 'order_sizing_strategy');
    await refused('PUT', '/v1/config/tenant/triggers', { commission_rate: '0' }, 'commission_rate');
  });

  it('is a symbol that nobody knows', async () => {
    await refused('POST', '/v1/positions', opening({ symbol: 'NOPE' }), 'symbol');
    await refused('POST', '/v1/quotes', { symbol: 'NOPE', last: '1' }, 'symbol');
  });

  it('is an instant that was never, or a query that does not exist', async () => {
    for (const tick_id of ['2026-02-30T00:00:00Z', 'now', '2026-11-20', 1]) await refused('POST', '/v1/ticks', { tick_id }, 'tick_id');
    await refused('GET', `/v1/positions/${position}?as_of=yesterday`, undefined, 'as_of');
    await refused('GET', `/v1/positions/${position}?as_of=2026-11-20T15:00:00Z&basis=guess`, undefined, 'basis');
    await refused('GET', '/v1/positions?sort=cash', undefined, 'sort');
    await refused('GET', '/v1/orders?limit=0', undefined, 'limit');
    await refused('GET', '/v1/trades?limit=201', undefined, 'limit');
    await refused('GET', '/v1/events?cursor=nonsense', undefined, 'cursor');
    await refused('POST', `/v1/positions/${position}/deposits?dry_run=true`, { amount: '1' }, 'dry_run');
    await refused('POST', `/v1/positions/${position}/evaluate?dry_run=yes`, undefined, 'dry_run');
    await refused('POST', `/v1/positions/${position}/evaluate?price=1e2&dry_run=true`, undefined, 'price');
  });

  it('is two anchors at once', async () => {
    await refused('POST', '/v1/positions', opening({ anchor: 'first-price', anchor_price: '100' }), 'anchor');
    await refused('POST', '/v1/positions', opening({ anchor: 'last-price' }), 'anchor');
  });

  it('breaks a rule: each has its own code, and nothing happens', async () => {
    const broken = (path: string, body: unknown): Promise<Json> => refused('POST', path, body, null, 422);
    expect(await broken('/v1/positions', opening({}))).toMatchObject({ code: 'position.exists' });
    expect(await broken(`/v1/positions/${position}/withdrawals`, { amount: '10000.00000001' })).toMatchObject({
      code: 'position.insufficient_cash',
    });
    const order = (body: Json): Promise<Json> => broken(`/v1/positions/${position}/orders`, body);
    expect(await order({ side: 'BUY', qty: '1000' })).toMatchObject({ code: 'order.insufficient_cash' });
    expect(await order({ side: 'SELL', qty: '101' })).toMatchObject({ code: 'order.insufficient_shares' });
    expect(await order({ side: 'SELL', qty: '1', type: 'LIMIT', limit_price: '1' })).toMatchObject({ code: 'order.type_unsupported' });
    const band = await world.owner.request('PUT', '/v1/config/tenant/guardrails', { body: { min_stock_pct: '80' } });
    expect([band.status, band.body['code']]).toEqual([422, 'config.stock_band']);
  });

  it('takes the first price as anchor in both spellings', async () => {
    for (const terms of [{ anchor: 'first-price' }, { anchor_price: 'first-price' }]) {
      const body = { ...opening(terms), portfolio_id: await world.openPortfolio(), cash: '1000' };
      const { id } = ok(await world.owner.post<{ id: string }>('/v1/positions', body));
      expect(ok(await world.owner.get(`/v1/positions/${id}`))).toMatchObject({ anchor_price: null });
      ok(await world.owner.post('/v1/ticks'));
      expect(ok(await world.owner.get(`/v1/positions/${id}`))).toMatchObject({ anchor_price: '100' });
      world.clock.advance(1_000);
    }
  });
});
