/** The past by execution, as it is known today: amendments, cancellations and late fills count from when they were true. */
import { QueryBus } from '@nestjs/cqrs';
import type { PositionView } from '../../src/contracts/position';
import { GetPositionAsOf } from '../../src/trading/position.queries';
import { ActionWorld } from './support/action-world';

const OPENED = '2026-06-01T15:00:00.000Z';
const EX = '2026-06-12';
const [NIGHT, EX_OPEN] = ['2026-06-12T07:30:00.000Z', '2026-06-12T08:00:00.000Z'];
const PAY_NIGHT = '2026-06-30T07:30:00.000Z';
const LATER = '2026-07-06T15:00:00.000Z';

describe('the past of a position, by execution', () => {
  let world: ActionWorld;
  let id: string;
  const open = async (lotSize: string | null = null): Promise<void> => {
    world = await ActionWorld.open({ start: OPENED, lotSize });
    id = await world.openPosition();
  };
  afterEach(() => world.close());
  const asOf = (at: string): Promise<PositionView> =>
    world.app.nest.get(QueryBus).execute(new GetPositionAsOf('demo', id, { kind: 'executed', at }));
  const money = ({ qty, cash, dividend_receivable, total_dividends_net, anchor_price, status }: PositionView) => ({
    qty,
    cash,
    receivable: dividend_receivable,
    net: total_dividends_net,
    anchor: anchor_price,
    status,
  });
  const expectToday = async (): Promise<void> => expect(money(await asOf(LATER))).toEqual(money(await world.position(id)));
  /** Accrued and paid; afterwards something turns out otherwise. */
  const paid = async (): Promise<string> => {
    await open();
    const { id: action } = await world.dividend({ ex_date: EX, amount_per_share: '1', pay_date: '2026-06-30' });
    for (const night of [NIGHT, PAY_NIGHT, LATER]) {
      world.clock.set(night);
      await world.process();
    }
    return action;
  };

  it('has the amended amount from the ex-date on, and pays it', async () => {
    const action = await paid();
    await world.amend(action, { amount_per_share: '0.4' });
    await world.process();
    expect(money(await asOf('2026-06-12T07:29:59.999Z'))).toMatchObject({ cash: '10000', receivable: '0', anchor: '100' });
    expect(money(await asOf(EX_OPEN))).toMatchObject({ cash: '10000', receivable: '40', net: '0', anchor: '99.6' });
    expect(money(await asOf(PAY_NIGHT))).toMatchObject({ cash: '10040', receivable: '0', net: '40', anchor: '99.6' });
    await expectToday();
  });

  it('never had what was cancelled, whether or not it was paid', async () => {
    const action = await paid();
    await world.cancel(action);
    await world.process();
    for (const at of [EX_OPEN, PAY_NIGHT])
      expect(money(await asOf(at))).toMatchObject({ cash: '10000', receivable: '0', net: '0', anchor: '100' });
    await expectToday();
    await world.dividend({ ex_date: EX, amount_per_share: '1', pay_date: '2026-06-30' }); // it holds after all
    await world.process();
    expect(money(await asOf(PAY_NIGHT))).toMatchObject({ cash: '10100', receivable: '0', net: '100' });
    await expectToday();
  });

  it('was entitled to what a late fill says, before it was paid', async () => {
    await open();
    world.clock.set('2026-06-11T15:00:00.000Z');
    const order = await world.order(id, 'SELL', '40');
    await world.dividend({ ex_date: EX, amount_per_share: '1', pay_date: '2026-06-30' });
    for (const night of [NIGHT, PAY_NIGHT, LATER]) {
      world.clock.set(night);
      await world.process();
    }
    await world.fill(order, '40', '100', '2026-06-11T16:00:00.000Z');
    expect(money(await asOf('2026-06-11T15:59:59.999Z'))).toMatchObject({ qty: '100', cash: '10000', receivable: '0' });
    expect(money(await asOf('2026-06-11T16:00:00.000Z'))).toMatchObject({ qty: '60', cash: '14000', receivable: '0' });
    expect(money(await asOf(EX_OPEN))).toMatchObject({ qty: '60', cash: '14000', receivable: '60' });
    expect(money(await asOf(PAY_NIGHT))).toMatchObject({ qty: '60', cash: '14060', receivable: '0', net: '60' });
    await expectToday();
  });

  it.each([
    ['of whole shares', '1', null, '36', '9200'], // two thirds at 300
    ['cut to a step of its own', null, '0.01', '36.66', '9002'], // a hundred and fiftieth
  ])('split what a late fill says, %s', async (_what, lotSize, step, qty, cash) => {
    await open(lotSize);
    if (step !== null) await world.settings(id, 'order-policy', { qty_step: step });
    world.clock.set('2026-06-11T15:00:00.000Z');
    const order = await world.order(id, 'BUY', '10');
    await world.split(EX, '1:3');
    world.market.price = '300';
    world.clock.set(NIGHT);
    await world.process();
    await world.tick('2026-06-12T13:30:00.000Z');
    await world.fill(order, '10', '100', '2026-06-11T16:00:00.000Z');
    world.clock.set(LATER);
    expect(money(await asOf('2026-06-11T16:00:00.000Z'))).toMatchObject({ qty: '110', cash: '9000' });
    expect(money(await asOf(EX_OPEN))).toMatchObject({ qty, cash: '9000' });
    expect(money(await asOf(LATER))).toMatchObject({ qty, cash });
    await expectToday();
  });

  it('is not halted by a jump that a split explained in the end', async () => {
    await open();
    await world.tick('2026-06-11T19:55:00.000Z');
    world.market.price = '25';
    await world.tick('2026-06-12T13:30:00.000Z');
    expect(money(await asOf('2026-06-12T13:30:00.000Z'))).toMatchObject({ status: 'HALTED', qty: '100' });
    await world.split(EX, '4:1');
    await world.tick('2026-06-12T13:35:00.000Z');
    world.clock.set(LATER);
    expect(money(await asOf('2026-06-12T13:30:00.000Z'))).toMatchObject({ status: 'ACTIVE', qty: '400', anchor: '25' });
    await expectToday();
  });
});
