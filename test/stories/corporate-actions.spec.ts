/** The table of corporate-action cases against the whole program: announced, processed, paid, corrected. */
import { PositionCommand } from '../../src/contracts/position';
import { ActionWorld, context } from './support/action-world';

const OPENED = '2021-06-15T15:00:00.000Z';
const EX = '2021-07-02';
const NIGHT_BEFORE_EX = '2021-07-02T07:30:00.000Z';
const PAY = '2021-07-27';

const money = ({ qty, cash, dividend_receivable, anchor_price }: Awaited<ReturnType<ActionWorld['position']>>) => ({
  qty,
  cash,
  receivable: dividend_receivable,
  anchor: anchor_price,
});

const closing = (id: string) => new PositionCommand(context, id, { type: 'ClosePosition', data: { reason: 'USER' } });
const withdrawal = (id: string, amount: string) => new PositionCommand(context, id, { type: 'WithdrawCash', data: { amount } });

describe('a dividend', () => {
  let world: ActionWorld;
  let id: string;
  beforeEach(async () => {
    world = await ActionWorld.open({ start: OPENED });
    id = await world.openPosition({ qty: '1400', cash: '1000', anchor_price: '10' });
    await world.regularClose('2021-07-01', '10');
  });
  afterEach(async () => {
    expect(await world.verify()).toBe(true);
    await world.close();
  });
  const announce = (terms = {}) =>
    world.dividend({ ex_date: EX, amount_per_share: '0.09', pay_date: PAY, withholding_tax_pct: '15', ...terms });

  it('cases 1 and 2: accrues 126.00 less 18.90 on the ex-date, and pays 107.10 on the pay date, once', async () => {
    await announce();
    world.clock.set('2021-07-01T23:59:59.999Z');
    expect(await world.process()).toMatchObject({ applied: 0, paid: 0 });
    world.clock.set(NIGHT_BEFORE_EX);
    expect(await world.process()).toMatchObject({ applied: 1, paid: 0, waiting: 0 });
    expect(money(await world.position(id))).toEqual({ qty: '1400', cash: '1000', receivable: '107.1', anchor: '9.91' });
    expect(await world.process()).toMatchObject({ applied: 0 });
    world.clock.set('2021-07-27T07:30:00.000Z');
    expect(await world.process()).toMatchObject({ paid: 1 });
    expect(await world.process()).toMatchObject({ paid: 0 });
    const paid = await world.position(id);
    expect(money(paid)).toEqual({ qty: '1400', cash: '1107.1', receivable: '0', anchor: '9.91' });
    expect(paid).toMatchObject({ total_dividends_gross: '126', total_dividends_withheld: '18.9', total_dividends_net: '107.1' });
    expect((await world.types(id)).slice(1)).toEqual(['DividendAccrued', 'DividendPaid']);
    const [, accrued] = await world.events(`position-${id}`);
    expect(JSON.parse(accrued?.data ?? '')).toMatchObject({ qty_eligible: '1400', gross: '126', withholding: '18.9', net: '107.1' });
  });

  it('case 4: is paid in full for shares that were sold after the ex-date, also to a closed position', async () => {
    await announce();
    world.clock.set('2021-07-02T15:00:00.000Z');
    const order = await world.order(id, 'SELL', '1400');
    await world.process();
    await world.fill(order, '1400', '9.9', '2021-07-02T15:00:00.000Z');
    await world.commands.execute(closing(id));
    world.clock.set('2021-08-02T07:30:00.000Z');
    await world.process();
    expect(await world.position(id)).toMatchObject({ status: 'CLOSED', qty: '0', cash: '14967.1', dividend_receivable: '0' });
  });

  it('case 5: gives nothing to a position that was opened after the cutoff', async () => {
    world.clock.set('2021-07-02T15:00:00.000Z');
    const late = await world.openPosition();
    await announce();
    await world.process();
    expect(await world.types(late)).toEqual(['PositionOpened']);
    expect(await world.position(id)).toMatchObject({ dividend_receivable: '107.1' });
  });

  it('case 5: announced after the ex-date, is accrued from what was held at the cutoff', async () => {
    world.clock.set('2021-07-06T15:00:00.000Z');
    const order = await world.order(id, 'SELL', '1000');
    await world.fill(order, '1000', '10', '2021-07-06T15:00:00.000Z');
    await announce();
    await world.process();
    const position = await world.position(id);
    expect(money(position)).toEqual({ qty: '400', cash: '11000', receivable: '107.1', anchor: '10' }); // that anchor is of after the ex-date
    const accrued = (await world.events(`position-${id}`)).find(({ type }) => type === 'DividendAccrued');
    expect(accrued?.ts).toBe('2021-07-02T08:00:00.000Z');
  });

  it('case 6: corrects the accrual when a fill of before the cutoff is reported late, and cash when it was paid', async () => {
    world.clock.set('2021-07-01T19:00:00.000Z');
    const order = await world.order(id, 'SELL', '400');
    await announce();
    world.clock.set(NIGHT_BEFORE_EX);
    await world.process();
    await world.fill(order, '200', '10', '2021-07-01T19:30:00.000Z');
    expect(await world.position(id)).toMatchObject({ qty: '1200', dividend_receivable: '91.8' }); // 1,200 × 0.09 × 0.85
    world.clock.set('2021-07-27T07:30:00.000Z');
    await world.process();
    await world.fill(order, '200', '10', '2021-07-01T19:40:00.000Z');
    const position = await world.position(id);
    expect(position).toMatchObject({ qty: '1000', dividend_receivable: '0', total_dividends_net: '76.5', cash: '5076.5' });
    expect((await world.types(id)).filter((type) => type === 'DividendAdjusted')).toHaveLength(2);
  });

  it('case 7: counts of an order across the ex-date what was executed before the cutoff', async () => {
    world.clock.set('2021-07-01T19:00:00.000Z');
    world.market.price = '10';
    const order = await world.order(id, 'BUY', '50');
    await world.fill(order, '20', '10', '2021-07-01T19:00:00.000Z');
    await announce();
    world.clock.set('2021-07-02T14:00:00.000Z');
    await world.fill(order, '30', '9.9', '2021-07-02T14:00:00.000Z');
    await world.process();
    expect(await world.position(id)).toMatchObject({ qty: '1450', dividend_receivable: '108.63' }); // 1,420 × 0.09 = 127.80 − 19.17
  });

  it('case 9: a special dividend lowers the anchor by its share of the price', async () => {
    await announce({ amount_per_share: '2' });
    world.clock.set(NIGHT_BEFORE_EX);
    await world.process();
    expect(await world.position(id)).toMatchObject({ anchor_price: '8', dividend_receivable: '2380' });
  });

  it('case 10: paid before its ex-date, it is paid as soon as it is accrued', async () => {
    await announce({ amount_per_share: '4', pay_date: '2021-07-01' });
    world.clock.set(NIGHT_BEFORE_EX);
    expect(await world.process()).toMatchObject({ applied: 1, paid: 1 });
    expect(await world.position(id)).toMatchObject({ cash: '5760', dividend_receivable: '0', anchor_price: '6' });
    expect((await world.types(id)).slice(1)).toEqual(['DividendAccrued', 'DividendPaid']);
  });

  it('cases 12 and 13: with ex-date and pay date on closed days, the sessions around them count', async () => {
    await announce({ ex_date: '2021-07-05', pay_date: '2021-07-31' }); // Independence Day, observed; a Saturday
    await world.regularClose('2021-07-02', '9');
    world.clock.set('2021-07-02T23:59:59.999Z');
    const order = await world.order(id, 'BUY', '10').catch(() => null);
    expect(order).toBeNull(); // nobody trades then
    world.clock.set('2021-07-05T15:00:00.000Z');
    await world.process();
    expect(await world.position(id)).toMatchObject({ dividend_receivable: '107.1', anchor_price: '9.9' }); // 10·(9 − 0.09)/9
    world.clock.set('2021-07-30T20:00:00.000Z');
    expect(await world.process()).toMatchObject({ paid: 0 });
    world.clock.set('2021-07-31T05:00:00.000Z');
    expect(await world.process()).toMatchObject({ paid: 1 });
  });

  it('case 14: without a pay date stays receivable until somebody says when it was paid', async () => {
    const { id: action } = await announce({ pay_date: null });
    world.clock.set(NIGHT_BEFORE_EX);
    await world.process();
    await expect(world.pay(action, { paid_on: '2021-07-20' })).rejects.toMatchObject({ code: 'dividend.not_due' });
    world.clock.set('2026-01-05T15:00:00.000Z');
    expect(await world.process()).toMatchObject({ paid: 0 });
    const { items } = await world.pay(action, { paid_on: '2021-07-27' });
    expect(items).toMatchObject([{ status: 'PAID', paid_on: '2021-07-27', paid_net: '107.1' }]);
    expect(await world.position(id)).toMatchObject({ cash: '1107.1', dividend_receivable: '0' });
  });

  it('case 14: with a past pay date is accrued and paid in one run, by two events', async () => {
    world.clock.set('2021-09-01T15:00:00.000Z');
    await announce();
    expect(await world.process()).toMatchObject({ applied: 1, paid: 1 });
    expect((await world.types(id)).slice(1)).toEqual(['DividendAccrued', 'DividendPaid']);
  });

  it('case 16: amended before the payment moves the receivable, after it the cash', async () => {
    const { id: action } = await announce();
    world.clock.set(NIGHT_BEFORE_EX);
    await world.process();
    await world.amend(action, { amount_per_share: '0.1' });
    await world.process();
    expect(money(await world.position(id))).toEqual({ qty: '1400', cash: '1000', receivable: '119', anchor: '9.9' });
    world.clock.set('2021-07-27T07:30:00.000Z');
    await world.process();
    await world.amend(action, { amount_per_share: '0.08' });
    await world.process();
    await world.process();
    const position = await world.position(id);
    expect(money(position)).toEqual({ qty: '1400', cash: '1095.2', receivable: '0', anchor: '9.92' });
    expect(position).toMatchObject({ total_dividends_gross: '112', total_dividends_net: '95.2' });
    expect((await world.types(id)).slice(1)).toEqual(['DividendAccrued', 'DividendAdjusted', 'DividendPaid', 'DividendAdjusted']);
  });

  it('case 17: cancelled before the ex-date never was', async () => {
    const { id: action } = await announce();
    await world.cancel(action);
    world.clock.set(NIGHT_BEFORE_EX);
    await world.process();
    expect(await world.types(id)).toEqual(['PositionOpened']);
  });

  it('case 17: cancelled after the ex-date takes the accrual and the anchor back', async () => {
    const { id: action } = await announce();
    world.clock.set(NIGHT_BEFORE_EX);
    await world.process();
    await world.cancel(action);
    await world.process();
    await world.process();
    expect(money(await world.position(id))).toEqual({ qty: '1400', cash: '1000', receivable: '0', anchor: '10' });
    expect((await world.types(id)).slice(1)).toEqual(['DividendAccrued', 'DividendReversed']);
  });

  it('case 17: cancelled after the payment takes cash back, below zero too, and then nothing can be bought', async () => {
    const { id: action } = await announce();
    world.clock.set('2021-07-27T15:00:00.000Z');
    await world.process();
    const { free_cash } = await world.position(id);
    await world.commands.execute(withdrawal(id, free_cash));
    await world.cancel(action);
    await world.process();
    expect(await world.position(id)).toMatchObject({ cash: '-107.1', free_cash: '0', total_dividends_net: '0' });
    await expect(world.order(id, 'BUY', '1')).rejects.toMatchObject({ code: 'order.insufficient_cash' });
    expect(world.alerts).toEqual([
      'a correction of a corporate action left cash below zero; deposit the difference, until then nothing is bought',
    ]);
  });

  it('case 19: two of one date are summed over the same close', async () => {
    await announce({ amount_per_share: '1' });
    await announce({ amount_per_share: '2', sequence: 2 });
    world.clock.set(NIGHT_BEFORE_EX);
    await world.process();
    expect(await world.position(id)).toMatchObject({ anchor_price: '7', dividend_receivable: '3570' }); // 10·(10 − 3)/10
  });

  it('case 19: also where the second becomes known later', async () => {
    await announce({ amount_per_share: '1' });
    world.clock.set(NIGHT_BEFORE_EX);
    await world.process();
    await announce({ amount_per_share: '2', sequence: 2 });
    await world.process();
    expect(await world.position(id)).toMatchObject({ anchor_price: '7', dividend_receivable: '3570' });
  });

  it('case 20: in another currency stays apart until a rate is stated, and is never 1:1', async () => {
    const { id: action } = await announce({ currency: 'EUR' });
    world.clock.set('2021-07-28T07:30:00.000Z');
    expect(await world.process()).toMatchObject({ applied: 1, paid: 0 });
    expect(money(await world.position(id))).toEqual({ qty: '1400', cash: '1000', receivable: '0', anchor: '10' });
    await expect(world.pay(action)).rejects.toMatchObject({ code: 'dividend.rate_needed' });
    const { items } = await world.pay(action, { rate: '1.1835' });
    expect(items).toMatchObject([{ status: 'PAID', currency: 'EUR', net: '107.1', fx_rate: '1.1835', paid_net: '126.75' }]); // 149.12 − 22.37
    expect(await world.position(id)).toMatchObject({ cash: '1126.75', total_dividends_gross: '149.12', total_dividends_withheld: '22.37' });
  });

  it.each([
    ['default', null, {}, {}, '0'],
    ['announcement', '15', {}, {}, '15'],
    ['tenant', '15', { withholding_tax_pct: '30' }, {}, '30'],
    ['position', '15', { withholding_tax_pct: '30' }, { withholding_tax_pct: '0' }, '0'],
  ] as const)('case 21: takes the withholding of the %s', async (from, announced, tenant, position, pct) => {
    await announce({ withholding_tax_pct: announced });
    if ('withholding_tax_pct' in tenant) await world.tenantSettings('dividends', tenant);
    if ('withholding_tax_pct' in position) await world.settings(id, 'dividends', position);
    world.clock.set(NIGHT_BEFORE_EX);
    await world.process();
    await world.tenantSettings('dividends', { withholding_tax_pct: '99' }); // too late: it was fixed with the accrual
    const accrued = (await world.events(`position-${id}`)).find(({ type }) => type === 'DividendAccrued');
    expect(JSON.parse(accrued?.data ?? '')).toMatchObject({ withholding_tax_pct: pct, withholding_from: from });
  });

  it('case 22: is paid on fractions of a share', async () => {
    const fraction = await world.openPosition({ qty: '2.5', anchor_price: null });
    await announce({ amount_per_share: '0.045', withholding_tax_pct: null });
    world.clock.set(NIGHT_BEFORE_EX);
    await world.process();
    expect(await world.position(fraction)).toMatchObject({ dividend_receivable: '0.11' }); // 0.1125
  });

  it('case 28: as much as the price before it is no data: the position holds and says why', async () => {
    await announce({ amount_per_share: '10' });
    world.market.price = '10';
    await world.tick('2021-07-02T15:00:00.000Z');
    expect(await world.types(id)).toEqual(['PositionOpened']);
    expect(await lastReason(world, id)).toBe('CORPORATE_ACTION_REVIEW');
    expect(world.alerts).toContain('a corporate action cannot be applied; the position waits for a person');
  });

  it('case 28: without a close before the ex-date the anchor falls by the amount itself, and the accrual says so', async () => {
    await announce({ ex_date: '2021-07-07' }); // of the sixth nobody recorded a close
    world.clock.set('2021-07-07T07:30:00.000Z');
    await world.process();
    const accrued = (await world.events(`position-${id}`)).find(({ type }) => type === 'DividendAccrued');
    expect(JSON.parse(accrued?.data ?? '')).toMatchObject({
      previous_close: null,
      anchor_price: '9.91',
      note: 'no regular close before the ex-date is known: the anchor was lowered by the amount itself',
    });
  });

  it('case 32: cancels an order that was decided before the ex-date, and decides again', async () => {
    world.clock.set('2021-07-01T19:55:00.000Z');
    world.market.price = '10';
    const order = await world.order(id, 'BUY', '10');
    await announce();
    world.market.price = '9.91';
    await world.tick('2021-07-02T14:00:00.000Z');
    expect((await world.events(`order-${order}`)).at(-1)?.type).toBe('OrderCanceled');
    expect(await world.position(id)).toMatchObject({ live_order_id: null, dividend_receivable: '107.1' });
    expect(await lastReason(world, id)).toBe('NO_TRIGGER');
  });

  it('is applied before the first evaluation of its ex-date: the fall by itself buys nothing', async () => {
    await announce({ amount_per_share: '1' });
    world.market.price = '9';
    const tick = await world.tick('2021-07-02T13:30:00.000Z');
    expect(tick).toMatchObject({ evaluated: 1, orders: 0 });
    expect(await world.position(id)).toMatchObject({ anchor_price: '9', dividend_receivable: '1190' });
    expect(await lastReason(world, id)).toBe('NO_TRIGGER');
  });
});

async function lastReason(world: ActionWorld, id: string): Promise<string> {
  const last = (await world.events(`evaluations-${id}`)).at(-1);
  return (JSON.parse(last?.data ?? '{}') as { reason?: string }).reason ?? '';
}
