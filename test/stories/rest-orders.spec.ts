import { type Json, type Listed, newKey, ok, startWorld, type World } from './support/rest-world';
import type { Api, Reply } from './support/server';

describe("a person's order, with a broker who calls back", () => {
  let world: World;
  let broker: Api;
  beforeAll(async () => {
    world = await startWorld({ roles: 'api' }); // nobody sends orders: the test is the broker
    broker = await world.keyWith(world.owner, 'broker');
    await world.quote('100');
  });
  afterAll(() => world.stop());

  const place = (position: string, body: Json): Promise<Reply<Json & { readonly id: string }>> =>
    world.owner.post(`/v1/positions/${position}/orders`, body, { idempotencyKey: newKey() });
  const fill = async (order: string, broker_trade_id: string, qty: string, price: string, more: Json = {}): Promise<Json> =>
    ok(await broker.post(`/v1/orders/${order}/fill`, { broker_trade_id, qty, price, ...more }));
  const position = async (id: string): Promise<Json> => ok(await world.owner.get(`/v1/positions/${id}`));

  it('reserves cash until it ends, and gives it back when it is cancelled', async () => {
    const id = await world.openPosition();
    const order = ok(await place(id, { side: 'BUY', qty: '10' }));
    expect(order).toMatchObject({ status: 'QUEUED', side: 'BUY', type: 'MARKET', time_in_force: 'DAY', qty: '10', strategy_id: 'manual' });
    // 10 · 100 · (1 + 20 bps drift) with a basis point of commission on top
    expect(await position(id)).toMatchObject({ cash: '10000', free_cash: '8997.8998', live_order_id: order.id });
    expect((await place(id, { side: 'SELL', qty: '1' })).body).toMatchObject({ status: 422, code: 'position.order_pending' });
    const withdrawal = await world.owner.post(`/v1/positions/${id}/withdrawals`, { amount: '8997.8999' }, { idempotencyKey: newKey() });
    expect(withdrawal.body).toMatchObject({ status: 422, code: 'position.insufficient_cash', details: { free: '8997.8998' } });
    expect((await world.owner.delete(`/v1/positions/${id}`)).body).toMatchObject({ status: 422, code: 'position.order_live' });
    expect(ok(await world.owner.post(`/v1/orders/${order.id}/cancel`, { reason: 'changed my mind' }))).toMatchObject({
      status: 'CANCELED',
      status_reason: 'changed my mind',
    });
    expect(await position(id)).toMatchObject({ free_cash: '10000', live_order_id: null, anchor_price: '100' });
  });

  it('is filled in parts, each booked once, and moves the anchor to its average price', async () => {
    const id = await world.openPosition();
    const order = ok(await place(id, { side: 'BUY', qty: '10' }));
    expect(await fill(order.id, 'a1', '4', '100.5')).toMatchObject({ status: 'PARTIALLY_FILLED', filled_qty: '4', commission: '0.0402' });
    const head = await world.head();
    expect(await fill(order.id, 'a1', '4', '100.5')).toMatchObject({ status: 'PARTIALLY_FILLED', filled_qty: '4' });
    expect(await world.head()).toBe(head);
    expect(await fill(order.id, 'a2', '6', '101', { commission: '0.5' })).toMatchObject({ status: 'FILLED', avg_fill_price: '100.8' });
    // 10000 − 402 − 0.0402 − 606 − 0.5, and (100·100 + 402 + 606) / 110
    expect(await position(id)).toMatchObject({
      qty: '110',
      cash: '8991.4598',
      anchor_price: '100.8',
      avg_cost: '100.07272727',
      total_commission_paid: '0.5402',
      live_order_id: null,
    });
    const { items } = ok(await world.owner.get<Listed>(`/v1/trades?order_id=${order.id}`));
    expect(items.map((trade) => trade['broker_trade_id']).sort()).toEqual(['a1', 'a2']);
  });

  it('that is filled beyond its quantity is booked, and halts the position until a person has looked', async () => {
    const id = await world.openPosition();
    const order = ok(await place(id, { side: 'SELL', qty: '2' }));
    await fill(order.id, 'b1', '2', '100');
    await fill(order.id, 'b2', '1', '100');
    expect(await position(id)).toMatchObject({ qty: '97', status: 'HALTED', halt_reason: expect.stringContaining('OVER_FILL') });
    expect((await place(id, { side: 'SELL', qty: '1' })).body).toMatchObject({ status: 422, code: 'position.halted' });
    expect(ok(await world.owner.post(`/v1/positions/${id}/resume`))).toMatchObject({ status: 'ACTIVE', halt_reason: null });
  });

  it('counts a fill that is reported late from when it was executed', async () => {
    const id = await world.openPosition();
    const [opened] = ok(await world.owner.get<Listed>(`/v1/positions/${id}/timeline?type=PositionOpened`)).items;
    const order = ok(await place(id, { side: 'BUY', qty: '1' }));
    const executed_at = world.clock.now();
    world.clock.advance(60_000);
    const deposited_at = world.clock.now();
    ok(await world.owner.post(`/v1/positions/${id}/deposits`, { amount: '500' }, { idempotencyKey: newKey() }));
    world.clock.advance(60_000);
    await fill(order.id, 'c1', '1', '100', { executed_at });
    expect(opened).toMatchObject({ position_id: id });
    const asOf = async (query: string): Promise<Json> => ok(await world.owner.get(`/v1/positions/${id}?as_of=${query}`));
    expect(await asOf(`${executed_at}&basis=executed`)).toMatchObject({ qty: '101', cash: '9899.99' });
    expect(await asOf(executed_at)).toMatchObject({ qty: '100', cash: '10000' });
    expect(await asOf(deposited_at)).toMatchObject({ qty: '100', cash: '10500' });
    expect(await asOf(`${world.clock.now()}&basis=executed`)).toMatchObject({ qty: '101', cash: '10399.99' });
    expect(await position(id)).toMatchObject({ qty: '101', cash: '10399.99' });
    await world.quote('100');
  });

  it('whose delivery failed for good is seen by its owner, and redriven or discarded by an operator', async () => {
    const id = await world.deadMessage('demo', 'orders', 'some-order');
    const elsewhere = ok(await world.owner.post<{ id: string }>('/v1/admin/tenants', { name: 'Elsewhere' })).id;
    const other = await world.deadMessage(elsewhere, 'orders', 'foreign-order');
    const mine = ok(await world.owner.get<Listed>('/v1/orders/dead-letters')).items;
    expect(mine).toEqual([expect.objectContaining({ id, message_id: 'some-order', status: 'DEAD', last_error: 'no handler' })]);
    const all = ok(await world.owner.get<Listed>('/v1/admin/queue?status=DEAD')).items;
    expect(all.map((message) => message['id']).sort()).toEqual([id, other].sort());
    expect((await world.owner.post(`/v1/admin/queue/${encodeURIComponent(id)}/redrive`)).status).toBe(204);
    expect((await world.owner.post(`/v1/admin/queue/${id}/redrive`)).status).toBe(404);
    expect((await world.owner.delete(`/v1/admin/queue/${other}`)).status).toBe(204);
    expect(ok(await world.owner.get<Listed>('/v1/admin/queue?status=DEAD')).items).toEqual([]);
    expect(ok(await world.owner.get<Listed>('/v1/admin/queue?status=READY&queue=orders&tenant_id=demo')).items).toContainEqual(
      expect.objectContaining({ id, attempts: 0 }),
    );
  });

  it('pages through orders, the newest first', async () => {
    const whole = ok(await world.owner.get<Listed>('/v1/orders')).items.map((order) => order['id']);
    const paged: unknown[] = [];
    for (let cursor = ''; ;) {
      const page = ok(await world.owner.get<Listed>(`/v1/orders?limit=1${cursor}`));
      paged.push(...page.items.map((order) => order['id']));
      if (page.next_cursor === null) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(paged).toEqual(whole);
    expect(whole).toEqual([...whole].sort().reverse());
    expect(whole).toHaveLength(4);
  });
});
