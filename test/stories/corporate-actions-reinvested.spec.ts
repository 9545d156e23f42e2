/** Dividends that buy shares: once per payment, at a price of a regular session, as orders with a reason of their own. */
import { PositionCommand } from '../../src/contracts/position';
import { ActionWorld, context } from './support/action-world';

const OPENED = '2026-06-01T15:00:00.000Z';
const EX = '2026-06-12';
const PAY_NIGHT = '2026-06-30T07:30:00.000Z';

describe('a dividend that is reinvested', () => {
  it('buys at the next price of a regular session, once, as an order with a reason of its own', async () => {
    const world = await ActionWorld.open({ start: OPENED });
    const id = await world.openPosition();
    await world.settings(id, 'dividends', { reinvest_dividends: true });
    await world.regularClose('2026-06-11', '100');
    await world.dividend({ ex_date: EX, amount_per_share: '1', pay_date: '2026-06-30' });
    world.clock.set(PAY_NIGHT);
    await world.process();
    expect(await world.position(id)).toMatchObject({ cash: '10100', qty: '100' }); // no session, no order
    world.market.price = '99';
    await world.tick('2026-06-30T13:30:00.000Z');
    await world.settle();
    expect(await world.position(id)).toMatchObject({ qty: '101.01', cash: '10000.000001' });
    await world.tick('2026-06-30T13:35:00.000Z');
    await world.settle();
    const types = await world.types(id);
    expect(types.filter((type) => type === 'DividendReinvested')).toHaveLength(1);
    expect(types.filter((type) => type === 'PositionUpdated')).toHaveLength(1);
    const reserved = (await world.events(`position-${id}`)).find(({ type }) => type === 'OrderReserved');
    const { order_id } = JSON.parse(reserved?.data ?? '{}') as { readonly order_id: string };
    const [intent] = await world.events(`order-${order_id}`);
    expect(JSON.parse(intent?.data ?? '{}')).toMatchObject({ action: 'BUY', qty: '1.01', reason: 'DRIP' });
    await world.close();
  });

  it('buys whole shares of what it can pay, and leaves the rest as cash', async () => {
    const world = await ActionWorld.open({ start: OPENED, lotSize: '1' });
    const [some, none] = [await world.openPosition({ qty: '300' }), await world.openPosition({ qty: '90' })];
    for (const id of [some, none]) await world.settings(id, 'dividends', { reinvest_dividends: true });
    await world.dividend({ ex_date: EX, amount_per_share: '1', pay_date: '2026-06-30' });
    world.clock.set(PAY_NIGHT);
    await world.process();
    await world.tick('2026-06-30T13:30:00.000Z');
    await world.settle();
    expect(await world.position(some)).toMatchObject({ qty: '302', cash: '10099.98' }); // 3 · 100.01 is more than 300
    expect(await world.position(none)).toMatchObject({ qty: '90', cash: '10090' });
    await world.tick('2026-06-30T13:35:00.000Z');
    await world.settle();
    expect(await world.position(none)).toMatchObject({ qty: '90', cash: '10090' });
    await world.close();
  });

  it('waits while the position is paused or halted, and is not reinvested where the option came after the payment', async () => {
    const world = await ActionWorld.open({ start: OPENED });
    const [paused, late] = [await world.openPosition(), await world.openPosition()];
    await world.settings(paused, 'dividends', { reinvest_dividends: true });
    await world.commands.execute(new PositionCommand(context, paused, { type: 'PausePosition', data: { reason: 'STORY' } }));
    await world.dividend({ ex_date: EX, amount_per_share: '1', pay_date: '2026-06-30' });
    world.clock.set(PAY_NIGHT);
    await world.process();
    await world.settings(late, 'dividends', { reinvest_dividends: true });
    for (const id of [paused, late]) expect(await world.position(id)).toMatchObject({ qty: '100', cash: '10100' });
    world.clock.set('2026-06-30T13:30:00.000Z');
    expect(await world.process()).toMatchObject({ reinvested: 0 });
    await world.resume(paused);
    expect(await world.process()).toMatchObject({ reinvested: 1 });
    expect(await world.process()).toMatchObject({ reinvested: 0 });
    await world.close();
  });
});
