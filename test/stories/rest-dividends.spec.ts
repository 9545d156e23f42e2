/** Dividends and splits as an operator sees them: announced, corrected, accrued, paid, and told in the position's timeline. */
import { type DatabaseKind, type Json, type Listed, newKey, ok, startWorld, until, type World } from './support/rest-world';
import type { Reply } from './support/server';

const DATABASES: readonly DatabaseKind[] = ['SQLite', 'PostgreSQL'];
const NIGHT_OF_EX = '2026-11-24T07:30:00.000Z';
const PAY_NIGHT = '2026-12-15T07:30:00.000Z';

describe.each(DATABASES)('a dividend over REST, kept in %s', (database) => {
  let world: World;
  let id: string;
  let instrument: string;
  beforeAll(async () => {
    world = await startWorld({ database, roles: 'api' });
    id = await world.openPosition({ qty: '1400', cash: '1000', anchor_price: '10' });
    instrument = String((await position())['instrument_id']);
  }, 120_000);
  afterAll(() => world.stop());

  const position = async (query = ''): Promise<Json> => ok(await world.owner.get(`/v1/positions/${id}${query}`));
  const list = async (path: string): Promise<readonly Json[]> => ok(await world.owner.get<Listed>(path)).items;
  const process = async (): Promise<Json> => ok(await world.owner.post('/v1/corporate-actions/process'));
  const announce = (terms: Json = {}): Promise<Reply> =>
    world.owner.post('/v1/dividends/announce', {
      symbol: 'KO',
      ex_date: '2026-11-24',
      pay_date: '2026-12-15',
      amount_per_share: '0.09',
      withholding_tax_pct: '15',
      ...terms,
    });
  const pay = (body: Json, idempotencyKey = newKey()): Promise<Reply> => world.owner.post('/v1/dividends/pay', body, { idempotencyKey });
  const timeline = async (): Promise<readonly Json[]> =>
    (await list(`/v1/positions/${id}/timeline?limit=200`)).filter(({ type }) => String(type).startsWith('Dividend')).toReversed();
  const ordinary = (): string => `${instrument}:CASH_DIVIDEND:2026-11-24:1`;

  it('is announced once, and is the same announcement when it is said again', async () => {
    const announced = await announce();
    expect(announced.status).toBe(201);
    expect(announced.body).toEqual({
      id: ordinary(),
      corporate_action_id: ordinary(),
      instrument_id: instrument,
      symbol: 'KO',
      exchange: 'XNYS',
      type: 'CASH_DIVIDEND',
      ex_date: '2026-11-24',
      sequence: 1,
      pay_date: '2026-12-15',
      amount_per_share: '0.09',
      currency: 'USD',
      withholding_tax_pct: '15',
      ratio: null,
      note: null,
      status: 'ANNOUNCED',
      revision: 1,
      source: 'manual',
      doubts: [],
      scope: 'all',
      created_at: world.clock.now(),
      updated_at: world.clock.now(),
      version: 1,
    });
    const head = await world.head();
    expect(ok(await announce())).toEqual(announced.body);
    expect(await world.head()).toBe(head);
    expect(await list('/v1/corporate-actions')).toEqual([announced.body]);
    expect(ok(await world.owner.get(`/v1/corporate-actions/${ordinary()}`))).toEqual(announced.body);
  });

  it('is found by symbol, kind, state and ex-date, and by nothing else', async () => {
    const found = async (query: string): Promise<number> => (await list(`/v1/corporate-actions?${query}`)).length;
    expect(
      await Promise.all(['symbol=KO', 'type=CASH_DIVIDEND', 'status=ANNOUNCED', 'from=2026-11-24', 'to=2026-11-25'].map(found)),
    ).toEqual([1, 1, 1, 1, 1]);
    expect(
      await Promise.all(['symbol=PEP', 'type=SPLIT', 'status=REVIEW', 'from=2026-11-25', 'to=2026-11-24', 'scope=tenant'].map(found)),
    ).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('shows the days to come, first the ex-date and then the pay date', async () => {
    const dates = { corporate_action_id: ordinary(), type: 'CASH_DIVIDEND', symbol: 'KO', status: 'ANNOUNCED', amount_per_share: '0.09' };
    const [ex, paid] = [
      { date: '2026-11-24', kind: 'ex', ...dates, currency: 'USD', ratio: null },
      { date: '2026-12-15', kind: 'pay', ...dates, currency: 'USD', ratio: null },
    ];
    expect(await list('/v1/dividends/upcoming')).toEqual([ex, paid]);
    expect(await list('/v1/dividends/upcoming?from=2026-11-25&to=2026-12-15')).toEqual([paid]);
    expect(await list('/v1/dividends/upcoming?to=2026-12-14')).toEqual([ex]);
  });

  it('is amended, which is a revision with everything else as it was', async () => {
    const amended = ok(await world.owner.post(`/v1/corporate-actions/${ordinary()}/amend`, { amount_per_share: '0.1' }));
    expect(amended).toMatchObject({ revision: 2, amount_per_share: '0.1', pay_date: '2026-12-15', withholding_tax_pct: '15' });
    expect(ok(await world.owner.post(`/v1/corporate-actions/${ordinary()}/amend`, { amount_per_share: '0.09' }))).toMatchObject({
      revision: 3,
      amount_per_share: '0.09',
    });
  });

  it('is accrued on its ex-date: 1,400 × 0.09 is 126.00, less 15 % is 107.10', async () => {
    expect(await process()).toEqual({ tenants: 1, applied: 0, paid: 0, reinvested: 0, waiting: 0 });
    expect(await list('/v1/dividends')).toEqual([]);
    world.clock.set(NIGHT_OF_EX);
    expect(await process()).toMatchObject({ applied: 1, paid: 0, waiting: 0 });
    expect(await position()).toMatchObject({ cash: '1000', dividend_receivable: '107.1', anchor_price: '9.91' });
    const accrual: Json = {
      id: `${id}/${ordinary()}`,
      position_id: id,
      symbol: 'KO',
      corporate_action_id: ordinary(),
      revision: 3,
      kind: 'dividend',
      status: 'ACCRUED',
      ex_date: '2026-11-24',
      cutoff: '2026-11-24T01:00:00.000Z',
      pay_date: '2026-12-15',
      qty_eligible: '1400',
      amount_per_share: '0.09',
      currency: 'USD',
      withholding_tax_pct: '15',
      gross: '126',
      withholding: '18.9',
      net: '107.1',
      paid_on: null,
      paid_net: null,
    };
    for (const path of [
      '/v1/dividends',
      `/v1/dividends?position_id=${id}`,
      '/v1/dividends?symbol=KO&status=ACCRUED',
      '/v1/dividends/receivables',
      `/v1/positions/${id}/corporate-actions`,
      `/v1/positions/${id}/corporate-actions?status=ACCRUED`,
    ])
      expect([path, await list(path)]).toEqual([path, [expect.objectContaining(accrual)]]);
    expect(await list('/v1/dividends?status=PAID')).toEqual([]);
    expect(ok(await world.owner.get('/v1/dividends/receivables'))).toMatchObject({ totals: [{ currency: 'USD', net: '107.1' }] });
  });

  it('is not paid before its pay date, not by an operator either', async () => {
    const head = await world.head();
    const { status, body } = await pay({ corporate_action_id: ordinary() });
    expect([status, body['code'], body['detail']]).toEqual([
      422,
      'dividend.not_due',
      'The pay date is 2026-12-15; pay it then, or amend the announcement',
    ]);
    expect(await world.head()).toBe(head);
  });

  it('is paid by an operator once, whatever is sent again', async () => {
    world.clock.set(PAY_NIGHT);
    const key = newKey();
    const [first, again] = [await pay({ corporate_action_id: ordinary() }, key), await pay({ corporate_action_id: ordinary() }, key)];
    expect(first.body).toMatchObject({
      items: [{ status: 'PAID', paid_on: '2026-12-15', net: '107.1', paid_net: '107.1', fx_rate: null }],
    });
    expect([again.text, again.headers.get('idempotency-hit')]).toEqual([first.text, 'true']);
    const head = await world.head();
    expect((await pay({ corporate_action_id: ordinary() }, key)).status).toBe(200);
    expect((await pay({ corporate_action_id: ordinary(), position_id: id }, key)).body['code']).toBe('idempotency.key_reused');
    expect(await world.head()).toBe(head);
    expect(await process()).toMatchObject({ applied: 0, paid: 0 });
    expect(await position()).toMatchObject({
      cash: '1107.1',
      dividend_receivable: '0',
      total_dividends_gross: '126',
      total_dividends_withheld: '18.9',
      total_dividends_net: '107.1',
    });
    expect(ok(await world.owner.get('/v1/dividends/receivables'))).toEqual({ items: [], totals: [] });
  });

  it('is told in the timeline: what was held, what it came to, and the cash before and after', async () => {
    expect(await timeline()).toMatchObject([
      {
        type: 'DividendAccrued',
        ts: NIGHT_OF_EX,
        correlation_id: ordinary(),
        data: { qty_eligible: '1400', gross: '126', withholding: '18.9', net: '107.1', dividend_receivable: '107.1', anchor_price: '9.91' },
      },
      { type: 'DividendPaid', data: { cash_delta: '107.1', cash: '1107.1', receivable_delta: '-107.1', total_dividends_net: '107.1' } },
    ]);
  });

  it('is taken back where it is cancelled after the payment', async () => {
    expect(ok(await world.owner.post(`/v1/corporate-actions/${ordinary()}/cancel`, { reason: 'withdrawn' }))).toMatchObject({
      status: 'CANCELLED',
      revision: 4,
    });
    expect(await process()).toMatchObject({ applied: 1 });
    expect(await position()).toMatchObject({ cash: '1000', total_dividends_net: '0', anchor_price: '10' });
    expect((await timeline()).at(-1)).toMatchObject({ type: 'DividendReversed', data: { cash_delta: '-107.1', reason: 'CANCELLED' } });
    expect(await list(`/v1/positions/${id}/corporate-actions`)).toMatchObject([{ status: 'REVERSED', net: '0' }]);
    const refused = await pay({ corporate_action_id: ordinary() });
    expect([refused.status, refused.body['code']]).toEqual([422, 'dividend.reversed']);
    expect((await world.owner.post(`/v1/corporate-actions/${ordinary()}/amend`, { amount_per_share: '1' })).body['code']).toBe(
      'announcement.cancelled',
    );
    expect((await world.owner.post(`/v1/corporate-actions/${ordinary()}/approve`)).body['code']).toBe('announcement.cancelled');
  });

  it('without a pay date, or in another currency, waits for the operator and says what it needs', async () => {
    const euro = ok(await announce({ ex_date: '2026-12-16', pay_date: null, currency: 'EUR', amount_per_share: '0.1' }))['id'];
    world.clock.set('2026-12-16T07:30:00.000Z');
    expect(await process()).toMatchObject({ applied: 1, paid: 0 });
    expect(ok(await world.owner.get('/v1/dividends/receivables'))).toMatchObject({
      items: [{ status: 'AWAITING_RATE', pay_date: null }],
      totals: [{ currency: 'EUR', net: '119' }],
    });
    expect(await position()).toMatchObject({ dividend_receivable: '0' });
    expect((await pay({ corporate_action_id: euro })).body['code']).toBe('dividend.rate_needed');
    expect((await pay({ corporate_action_id: euro, fx_rate: '1.1', paid_on: '2026-12-17' })).body['code']).toBe('dividend.not_due');
    const paid = ok(await pay({ corporate_action_id: euro, position_id: id, fx_rate: '1.1', paid_on: '2026-12-16' }));
    expect(paid['items']).toMatchObject([{ status: 'PAID', paid_on: '2026-12-16', net: '119', fx_rate: '1.1', paid_net: '130.9' }]);
    expect(await position()).toMatchObject({ cash: '1130.9' });
  });

  it('counts a fill that is reported after the ex-date, and the past by execution knows it too', async () => {
    const broker = await world.keyWith(world.owner, 'owner', 'broker');
    world.clock.set('2026-12-17T15:00:00.000Z');
    await world.quote('10');
    const order = ok(
      await world.owner.post<{ id: string }>(`/v1/positions/${id}/orders`, { side: 'SELL', qty: '400' }, { idempotencyKey: newKey() }),
    );
    const late = ok(await announce({ ex_date: '2026-12-18', pay_date: '2027-01-15' }))['id'];
    world.clock.set('2026-12-18T07:30:00.000Z');
    await process();
    expect(await position()).toMatchObject({ dividend_receivable: '107.1' });
    const fill = { broker_trade_id: 'late', qty: '400', price: '10', commission: '0', executed_at: '2026-12-17T20:00:00.000Z' };
    ok(await broker.post(`/v1/orders/${order.id}/fill`, fill));
    expect(await until(position, ({ qty }) => qty === '1000')).toMatchObject({ cash: '5130.9', dividend_receivable: '76.5' });
    expect(await list(`/v1/dividends?status=ACCRUED`)).toMatchObject([{ corporate_action_id: late, qty_eligible: '1000', net: '76.5' }]);
    expect((await timeline()).at(-1)).toMatchObject({
      type: 'DividendAdjusted',
      data: { qty_eligible: '1000', receivable_delta: '-30.6', reason: 'LATE_FILL' },
    });
    const asOf = (at: string): Promise<Json> => position(`?as_of=${at}&basis=executed`);
    expect(await asOf('2026-12-17T19:59:59.999Z')).toMatchObject({ qty: '1400', cash: '1130.9', dividend_receivable: '0' });
    expect(await asOf('2026-12-17T20:00:00.000Z')).toMatchObject({ qty: '1000', cash: '5130.9', dividend_receivable: '0' });
    expect(await asOf('2026-12-18T07:30:00.000Z')).toMatchObject({ qty: '1000', cash: '5130.9', dividend_receivable: '76.5' });
  });

  it('and a split: seven for one, once, beside what a person has to book', async () => {
    world.clock.set('2027-01-04T07:30:00.000Z');
    const split = ok(await world.owner.post('/v1/splits/announce', { symbol: 'KO', ex_date: '2027-01-04', ratio: '14/2' }));
    expect(split).toMatchObject({ type: 'SPLIT', ratio: '7:1', amount_per_share: null, currency: null });
    expect(await process()).toMatchObject({ applied: 1 });
    const { anchor_price } = await position();
    expect(await position()).toMatchObject({ qty: '7000', cash: '5130.9' });
    expect(await list(`/v1/positions/${id}/corporate-actions?status=APPLIED`)).toMatchObject([
      { kind: 'split', ratio: '7:1', qty_before: '1000', qty_after: '7000', cash_in_lieu: null },
    ]);
    expect(await process()).toMatchObject({ applied: 0 });
    expect((await position())['anchor_price']).toBe(anchor_price);
    const merger = { symbol: 'KO', type: 'MERGER', ex_date: '2027-01-04', note: 'into another company' };
    expect(ok(await world.owner.post('/v1/corporate-actions/announce', merger))).toMatchObject({ type: 'MERGER', note: merger.note });
    expect(await process()).toMatchObject({ applied: 1 });
    expect(await position()).toMatchObject({
      status: 'HALTED',
      halt_reason: 'MERGER of KO on 2027-01-04 (into another company): book by hand what became of the shares, then resume',
    });
  });
});
