import { newKey, type Json, type Listed, ok, OPENING, startWorld, until, type World } from './support/rest-world';

/** Minutes after the opening, as an instant. */
const minutes = (count: number): string => new Date(Date.parse(OPENING) + count * 60_000).toISOString();

describe.each(['SQLite', 'PostgreSQL'] as const)('a position that trades, kept in %s', (database) => {
  let world: World;
  let id: string;
  beforeAll(async () => {
    world = await startWorld({ database });
    id = await world.openPosition();
  });
  afterAll(() => world.stop());

  const position = async (query = ''): Promise<Json> => ok(await world.owner.get(`/v1/positions/${id}${query}`));
  const timeline = async (query = ''): Promise<readonly Json[]> =>
    ok(await world.owner.get<Listed>(`/v1/positions/${id}/timeline${query}`)).items;
  const list = async (path: string): Promise<readonly Json[]> => ok(await world.owner.get<Listed>(path)).items;

  const tickAt = async (minute: number, quote: Json): Promise<Json> => {
    world.clock.set(minutes(minute));
    ok(await world.owner.post('/v1/quotes', { symbol: 'KO', ts: minutes(minute), ...quote }));
    return ok(await world.owner.post('/v1/ticks', { tick_id: minutes(minute) }));
  };
  const filled = (order: Json): boolean => order['status'] === 'FILLED';
  const lastOrder = async (): Promise<Json> => (await list(`/v1/orders?position_id=${id}`))[0] ?? {};

  it('holds while the price stays between the thresholds, and says so', async () => {
    expect(await tickAt(5, { bid: '97.02', ask: '97.04' })).toMatchObject({
      status: 'completed',
      positions: 1,
      evaluated: 1,
      holds: 1,
      orders: 0,
    });
    const [evaluation] = await timeline();
    expect(evaluation).toMatchObject({
      type: 'EvaluationRecorded',
      correlation_id: minutes(5),
      data: {
        action: 'HOLD',
        reason: 'NO_TRIGGER',
        session: 'REGULAR',
        price_policy: 'MID',
        price_source: 'MID',
        price_effective: '97.03',
      },
    });
    expect(await position()).toMatchObject({ qty: '100', cash: '10000', anchor_price: '100', status: 'ACTIVE' });
  });

  // |100 − 97| · 1.6667 · (100·97 + 10000) / 97² = 10.468909…, cut to six places; notional 10.468909 · 97, commission a basis point of it
  it('buys on the bound, by the formula to the last digit', async () => {
    expect(await tickAt(10, { bid: '96.99', ask: '97.01' })).toMatchObject({ holds: 0, orders: 1 });
    const order = await until(lastOrder, filled);
    expect(order).toMatchObject({
      side: 'BUY',
      qty: '10.468909',
      filled_qty: '10.468909',
      evaluation_price: '97',
      avg_fill_price: '97',
      commission: '0.10154842',
      commission_estimated: '0.10154842',
      commission_rate_snapshot: '0.0001',
      tick_id: minutes(10),
      dedupe_key: `${minutes(10)}:${id}`,
    });
    expect(await list(`/v1/trades?position_id=${id}`)).toEqual([
      expect.objectContaining({
        order_id: order['id'],
        side: 'BUY',
        symbol: 'KO',
        executed_qty: '10.468909',
        executed_price: '97',
        notional: '1015.484173',
        commission: '0.10154842',
      }),
    ]);
    expect(await position()).toMatchObject({
      qty: '110.468909',
      cash: '8984.41427858',
      free_cash: '8984.41427858',
      anchor_price: '97',
      avg_cost: '99.71569623',
      realized_pnl: '0',
      total_commission_paid: '0.10154842',
      live_order_id: null,
    });
  });

  it('does nothing when the same tick comes again', async () => {
    const before = await world.head();
    const again = ok(await world.owner.post('/v1/ticks', { tick_id: minutes(10) }));
    expect(again).toMatchObject({ tick_id: minutes(10), status: 'already_completed', evaluated: 1, orders: 1 });
    expect(await world.head()).toBe(before);
  });

  // |97 − 99.91| · 1.6667 · (110.468909·99.91 + 8984.41427858) / 99.91² = 9.728057…, and (99.91 − 99.71569623) · 9.728057 is realized
  it('sells on the way back, from the new anchor', async () => {
    expect(await tickAt(15, { last: '99.91' })).toMatchObject({ orders: 1 });
    expect(await until(lastOrder, (order) => order['side'] === 'SELL' && filled(order))).toMatchObject({
      qty: '9.728057',
      avg_fill_price: '99.91',
    });
    expect(await position()).toMatchObject({
      qty: '100.740852',
      cash: '9956.24726043',
      anchor_price: '99.91',
      avg_cost: '99.71569623',
      realized_pnl: '1.89019815',
      total_commission_paid: '0.19874144',
    });
  });

  it('explains every step in its timeline, newest first, without losing one between pages', async () => {
    const whole = await timeline();
    expect(whole.map(({ type }) => type)).toEqual([
      'PositionUpdated',
      'TradeExecuted',
      'OrderAccepted',
      'OrderSubmitted',
      'OrderReserved',
      'OrderIntentQueued',
      'EvaluationRecorded',
      'PositionUpdated',
      'TradeExecuted',
      'OrderAccepted',
      'OrderSubmitted',
      'OrderReserved',
      'OrderIntentQueued',
      'EvaluationRecorded',
      'EvaluationRecorded',
      'PositionSlotTaken',
      'PositionOpened',
    ]);
    const paged: Json[] = [];
    for (let cursor = ''; ;) {
      const page = ok(await world.owner.get<Listed>(`/v1/positions/${id}/timeline?limit=4${cursor}`));
      paged.push(...page.items);
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(paged).toEqual(whole);
    expect((await timeline('?type=TradeExecuted')).map(({ ts }) => ts)).toEqual([minutes(15), minutes(10)]);
    expect(await timeline(`?from=${minutes(5)}&to=${minutes(10)}`)).toHaveLength(1);
  });

  it('shows how it was decided: caps, sizing and what the order would change', async () => {
    const [evaluation] = await timeline(`?type=EvaluationRecorded&from=${minutes(10)}&to=${minutes(15)}`);
    expect(evaluation).toMatchObject({
      data: {
        action: 'BUY',
        trigger_decision: 'BUY',
        trigger_kind: 'tick',
        qty: '10.468909',
        deltas: { qty: '10.468909', cash: '-1015.58572142', commission: '0.10154842' },
        position: { qty: '100', cash: '10000', anchor_price: '100', day_orders: 0 },
        settings: {},
      },
    });
  });

  it('finds everything of one tick in the log, in order', async () => {
    const events = await list(`/v1/events?correlation_id=${minutes(10)}&position_id=${id}`);
    expect(events[0]).toMatchObject({ type: 'EvaluationRecorded' });
    const places = events.map((event) => Number(event['position']));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    const trades = await list(`/v1/events?type=TradeExecuted&stream=order-`);
    expect(trades).toHaveLength(2);
  });

  it('is still known as it was', async () => {
    expect(await position(`?as_of=${minutes(9)}`)).toMatchObject({ qty: '100', cash: '10000', anchor_price: '100' });
    expect(await position(`?as_of=${minutes(10)}`)).toMatchObject({ qty: '110.468909', anchor_price: '97' });
    expect(await position(`?as_of=${minutes(14)}&basis=executed`)).toMatchObject({
      qty: '110.468909',
      cash: '8984.41427858',
      avg_cost: '99.71569623',
    });
    expect(await position('?basis=executed')).toEqual(await position());
    expect((await world.owner.get(`/v1/positions/${id}?as_of=${minutes(-1)}`)).status).toBe(404);
  });

  it('says what it would do, and does not do it', async () => {
    const before = await world.head();
    const { body } = await world.owner.post(`/v1/positions/${id}/evaluate?price=96.9&dry_run=true`);
    expect(body).toMatchObject({ dry_run: true, action: 'BUY', price_effective: '96.9', order_id: null });
    expect(await world.head()).toBe(before);
  });

  it('orders on request only with a key, and once per key', async () => {
    const path = `/v1/positions/${id}/evaluate?price=96.9127`;
    const refused = await world.owner.post(path);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ code: 'idempotency.key_required', errors: [{ field: 'Idempotency-Key' }] });
    const key = newKey();
    const first = await world.owner.post(path, undefined, { idempotencyKey: key });
    const second = await world.owner.post(path, undefined, { idempotencyKey: key });
    expect(first.body).toMatchObject({ dry_run: false, action: 'BUY', order_id: expect.any(String) });
    expect([second.text, second.headers.get('idempotency-hit')]).toEqual([first.text, 'true']);
    // the market has not moved: 99.91 is too far from 96.9127, so the order is evaluated again and ends without a trade
    const order = await until(lastOrder, ({ status }) => status === 'SKIPPED');
    expect(order).toMatchObject({ id: first.body['order_id'], filled_qty: '0' });
    expect(await position()).toMatchObject({ qty: '100.740852', live_order_id: null, free_cash: '9956.24726043' });
  });

  it('takes settings of its own, and says where each value comes from', async () => {
    const put = await world.owner.request('PUT', `/v1/config/positions/${id}/triggers`, { body: { up_threshold_pct: '2.50' } });
    expect(ok(put)).toMatchObject({ scope: 'position', scope_id: id, group: 'triggers', values: { up_threshold_pct: '2.5' } });
    ok(await world.owner.request('PUT', '/v1/config/tenant/commission-rates', { body: { commission_rate: '0' } }));
    const effective = ok(await world.owner.get(`/v1/config/positions/${id}/effective`));
    expect(effective).toMatchObject({
      up_threshold_pct: { value: '2.5', from: 'position' },
      commission_rate: { value: '0', from: 'tenant' },
      down_threshold_pct: { value: '3', from: 'default' },
    });
    expect(ok(await world.owner.get('/v1/config/tenant/commission-rates'))).toMatchObject({ values: { commission_rate: '0' } });
  });

  it('can be flattened, and then closed', async () => {
    const order = ok(await world.owner.post(`/v1/positions/${id}/flatten`, undefined, { idempotencyKey: newKey() }));
    expect(order).toMatchObject({ side: 'SELL', qty: '100.740852', strategy_id: 'manual' });
    await until(lastOrder, filled);
    expect(await position()).toMatchObject({ qty: '0', status: 'PAUSED', cash: '20021.26578375' });
    expect(ok(await world.owner.delete(`/v1/positions/${id}`))).toMatchObject({ status: 'CLOSED' });
    expect(await list('/v1/positions?status=CLOSED')).toHaveLength(1);
    expect(await list('/v1/positions?status=ACTIVE')).toEqual([]);
  });

  it('leaves a log that holds, and every order sent', async () => {
    expect(ok(await world.owner.post('/v1/admin/events/verify'))).toMatchObject({
      intact: true,
      first_bad: null,
      events: await world.head(),
    });
    expect(await list('/v1/admin/subscriptions')).toContainEqual(expect.objectContaining({ name: 'send-orders', failures: 0 }));
  });

  if (database === 'SQLite') {
    it('leaves tables that say the same as the log', async () => {
      expect(ok(await world.owner.post('/v1/admin/projections/verify'))).toMatchObject({ equal: true });
      ok(await world.owner.post('/v1/admin/projections/rebuild', { name: 'positions' }));
      expect(await position()).toMatchObject({ status: 'CLOSED', cash: '20021.26578375' });
      const projections = await list('/v1/admin/projections');
      expect(projections).toContainEqual(expect.objectContaining({ name: 'positions', rows: 1 }));
    });
  }
});
