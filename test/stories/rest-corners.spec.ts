/** Rare turns of orders and evaluations over real HTTP, each of which once left something wrong behind. */
import { systemContext } from '../../src/kernel/context';
import { OrderBook } from '../../src/execution/order-book';
import { OrderWorker } from '../../src/execution/order-worker';
import { IntentQueue } from '../../src/platform/queue/queue.port';
import { type Json, type Listed, newKey, ok, startWorld, until, type World } from './support/rest-world';
import type { Reply } from './support/server';

describe('with nobody who works on orders', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ roles: 'api' });
    ok(await world.owner.post('/v1/instruments', instrument('LOT', { lot_size: '1' })));
  });
  afterAll(() => world.stop());
  beforeEach(() => world.clock.advance(60_000));

  const instrument = (symbol: string, more: Json = {}): Json => ({
    symbol,
    exchange: 'XNYS',
    asset_type: 'EQUITY',
    currency: 'USD',
    ...more,
  });
  const on = (id: string, path: string, body?: Json, idempotencyKey = newKey()): Promise<Reply> =>
    world.owner.post(`/v1/positions/${id}/${path}`, body, { idempotencyKey });
  const get = async (path: string): Promise<Json> => ok(await world.owner.get(path));
  const evaluations = async (id: string): Promise<readonly Json[]> =>
    ok(await world.owner.get<Listed<{ readonly data: Json }>>(`/v1/positions/${id}/timeline?type=EvaluationRecorded`)).items.map(
      ({ data }) => data,
    );
  const tick = async (): Promise<string> => String(ok(await world.owner.post('/v1/ticks'))['tick_id']);
  const liveOrder = async (id: string): Promise<string> => String((await get(`/v1/positions/${id}`))['live_order_id']);
  const work = (orderId: string): Promise<void> =>
    world.server.app.nest.get(OrderWorker, { strict: false }).handle({ tenantId: 'demo', attempt: 1, message: messageOf(orderId) });
  const messageOf = (order_id: string) => ({ order_id, position_id: '', correlation_id: 'test', causation_id: null });
  const configure = async (id: string, group: string, body: Json): Promise<unknown> =>
    ok(await world.owner.request('PUT', `/v1/config/positions/${id}/${group}`, { body }));

  it('a price that a person names is decided on, and neither halts the position nor misleads its next tick', async () => {
    const id = await world.openPosition();
    await world.quote('100');
    await tick();
    expect(ok(await on(id, 'evaluate?price=160&dry_run=true'))).toMatchObject({ action: 'SELL', price_effective: '160' });
    const order = ok(await on(id, 'evaluate?price=160'))['order_id'];
    expect(await get(`/v1/positions/${id}`)).toMatchObject({ status: 'ACTIVE', live_order_id: order });
    ok(await world.owner.post(`/v1/orders/${String(order)}/cancel`));
    world.clock.advance(60_000);
    await world.quote('101');
    await tick();
    expect((await evaluations(id))[0]).toMatchObject({ reason: 'NO_TRIGGER', price_effective: '101', position: { status: 'ACTIVE' } });
  });

  it('a tick is recorded even where a caller used its name as a key of his own', async () => {
    const [one, other] = [await world.openPosition(), await world.openPosition()];
    await world.quote('90');
    const at = world.clock.now();
    const orders = [ok(await on(one, 'evaluate', undefined, at))['order_id'], ok(await on(other, 'orders', sell, `${at}:${other}`))['id']];
    for (const order of orders) ok(await world.owner.post(`/v1/orders/${String(order)}/cancel`));
    ok(await world.owner.post('/v1/ticks', { tick_id: at }));
    for (const id of [one, other]) {
      expect((await evaluations(id))[0]).toMatchObject({ tick_id: at, action: 'BUY' });
      expect(await get(`/v1/orders/${await liveOrder(id)}`)).toMatchObject({ dedupe_key: `${at}:${id}` });
    }
  });
  const sell = { side: 'SELL', qty: '1' };

  it('an order of an evaluation on request carries the caller’s key', async () => {
    const id = await world.openPosition();
    await world.quote('90');
    const order = ok(await on(id, 'evaluate', undefined, 'my-own-key'))['order_id'];
    expect(await get(`/v1/orders/${String(order)}`)).toMatchObject({ dedupe_key: 'my-own-key' });
  });

  it('a holding with a fraction of a lot is flattened down to that fraction', async () => {
    ok(await world.owner.post('/v1/quotes', { symbol: 'LOT', last: '100', ts: world.clock.now() }));
    const id = await world.openPosition({ symbol: 'LOT', qty: '10.5' });
    expect(ok(await on(id, 'flatten'))).toMatchObject({ side: 'SELL', qty: '10' });
    const dust = await world.openPosition({ symbol: 'LOT', qty: '0.5' });
    expect((await on(dust, 'flatten')).body).toMatchObject({ status: 422, code: 'position.flat' });
  });

  it('a purchase keeps within the daily notional at the price that it is sent at', async () => {
    const id = await world.openPosition();
    await configure(id, 'guardrails', { max_daily_notional: '500' });
    await world.quote('90');
    await tick();
    const order = await liveOrder(id);
    world.clock.advance(1_000);
    await world.quote('90.17'); // within the drift limit, and 5.555555 shares are 500.94 now
    await work(order);
    expect(await get(`/v1/orders/${order}`)).toMatchObject({ status: 'FILLED', qty: '5.555555', filled_qty: '5.545081' });
    expect(await get(`/v1/positions/${id}`)).toMatchObject({ day: '2026-11-20', day_orders: 1, day_notional: '499.99995377' });
  });

  it('an order whose message was discarded comes to its end once a person cancels it', async () => {
    const id = await world.openPosition();
    await world.quote('100');
    const order = String(ok(await on(id, 'orders', sell))['id']);
    const book = world.server.app.nest.get(OrderBook, { strict: false });
    const context = systemContext('demo', 'test', 'test', null);
    await book.step(context, order, { type: 'SubmitOrder', data: { qty: '1', fresh_price: '100', broker: 'paper' } });
    await book.step(context, order, { type: 'MarkUnknown', data: { reason: 'the answer was lost' } });
    expect(ok(await world.owner.post(`/v1/orders/${order}/cancel`))).toMatchObject({ status: 'PENDING_CANCEL' });
    const [message] = await world.server.app.nest.get(IntentQueue).list({ tenantId: 'demo', queue: 'orders', limit: 10 });
    expect(message).toMatchObject({ id: order, status: 'READY' });
    expect(JSON.parse(message?.payload ?? '{}')).toMatchObject({ order_id: order, position_id: id });
    await work(order);
    expect(await get(`/v1/orders/${order}`)).toMatchObject({ status: 'FILLED' });
    expect(await get(`/v1/positions/${id}`)).toMatchObject({ qty: '99', live_order_id: null, free_qty: '99' });
  });

  it('a trade id that another order has is an error and not a fill that vanishes', async () => {
    const broker = await world.keyWith(world.owner, 'broker');
    const portfolio_id = await world.openPortfolio();
    const [ko, lot] = [await world.openPosition({ portfolio_id }), await world.openPosition({ portfolio_id, symbol: 'LOT' })];
    await world.quote('100');
    ok(await world.owner.post('/v1/quotes', { symbol: 'LOT', last: '100', ts: world.clock.now() }));
    const [first, second] = [String(ok(await on(ko, 'orders', sell))['id']), String(ok(await on(lot, 'orders', sell))['id'])];
    const fill = { broker_trade_id: 'same', qty: '1', price: '100' };
    ok(await broker.post(`/v1/orders/${first}/fill`, fill));
    expect((await broker.post(`/v1/orders/${second}/fill`, fill)).body).toMatchObject({ status: 409, code: 'order.trade_of_another' });
    expect(ok(await broker.post(`/v1/orders/${first}/fill`, fill))).toMatchObject({ filled_qty: '1' });
    expect(await get(`/v1/orders/${second}`)).toMatchObject({ filled_qty: '0' });
  });

  it('leaves a log and tables that agree', async () => {
    expect(ok(await world.owner.post('/v1/admin/events/verify'))).toMatchObject({ intact: true });
    expect(ok(await world.owner.post('/v1/admin/projections/verify'))).toMatchObject({ equal: true });
  });
});

describe('with a worker', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
    await world.quote('100');
  });
  afterAll(() => world.stop());

  it('an order is followed from the request or the tick to its last event, and back', async () => {
    const id = await world.openPosition();
    const placed = await world.owner.post<Json>(`/v1/positions/${id}/orders`, { side: 'SELL', qty: '1' }, { idempotencyKey: newKey() });
    const request = ok(await world.owner.get<Listed>(`/v1/positions/${id}/timeline?type=OrderIntentQueued`)).items[0]?.['correlation_id'];
    await until(
      async () => ok(await world.owner.get(`/v1/orders/${String(placed.body['id'])}`)),
      ({ status }) => status === 'FILLED',
    );
    const events = ok(await world.owner.get<Listed>(`/v1/events?correlation_id=${String(request)}`)).items;
    const story = ['OrderIntentQueued', 'OrderReserved', 'OrderSubmitted', 'OrderAccepted', 'TradeExecuted', 'PositionUpdated'];
    expect(events.map(({ type }) => type)).toEqual(story);
    for (let event = events.at(-1); event?.['type'] !== 'OrderIntentQueued';) {
      const cause = event?.['causation_id'];
      event = events.find(({ event_id }) => event_id === cause);
      expect(event).toBeDefined();
    }
  });
});
