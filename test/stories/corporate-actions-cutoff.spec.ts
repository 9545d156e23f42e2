/** Entitlement ends with the extended session before the ex-date: by the millisecond, in both states of the clock and after a half day. */
import { ActionWorld } from './support/action-world';

const SEASONS = [
  {
    season: 'summer',
    opened: '2026-06-01T15:00:00.000Z',
    ex: '2026-06-12',
    cutoff: '2026-06-12T00:00:00.000Z',
    processed: '2026-06-12T07:30:00.000Z',
  },
  {
    season: 'winter',
    opened: '2026-01-05T15:00:00.000Z',
    ex: '2026-01-16',
    cutoff: '2026-01-16T01:00:00.000Z',
    processed: '2026-01-16T07:30:00.000Z',
  },
  {
    season: 'half day',
    opened: '2026-11-16T15:00:00.000Z',
    ex: '2026-11-30',
    cutoff: '2026-11-27T22:00:00.000Z',
    processed: '2026-11-30T07:30:00.000Z',
  },
  {
    season: 'the night the clocks change',
    opened: '2026-03-02T15:00:00.000Z',
    ex: '2026-03-09',
    cutoff: '2026-03-07T01:00:00.000Z',
    processed: '2026-03-09T07:30:00.000Z',
  },
] as const;

const shifted = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();

describe.each(SEASONS)('case 3: the cutoff in $season', ({ opened, ex, cutoff, processed }) => {
  it.each([
    [-1, '142'],
    [0, '100'],
    [1, '100'],
  ])('a fill at %i ms of it', async (ms, entitled) => {
    const world = await ActionWorld.open({ start: opened });
    const id = await world.openPosition();
    const order = await world.order(id, 'BUY', '42');
    await world.dividend({ ex_date: ex, amount_per_share: '1', pay_date: '2026-12-31' });
    world.clock.set(processed);
    await world.fill(order, '42', '100', shifted(cutoff, ms));
    await world.process();
    expect(await world.position(id)).toMatchObject({ qty: '142', dividend_receivable: entitled });
    await world.close();
  });

  it('and the same where the fill is reported after the accrual', async () => {
    const world = await ActionWorld.open({ start: opened });
    const id = await world.openPosition();
    const orders = [await world.order(id, 'BUY', '30')];
    await world.dividend({ ex_date: ex, amount_per_share: '1', pay_date: '2026-12-31' });
    world.clock.set(processed);
    await world.process();
    expect((await world.position(id)).dividend_receivable).toBe('100');
    await world.fill(orders[0] ?? '', '10', '100', shifted(cutoff, -1));
    await world.fill(orders[0] ?? '', '10', '100', cutoff);
    await world.fill(orders[0] ?? '', '10', '100', shifted(cutoff, 1));
    expect(await world.position(id)).toMatchObject({ qty: '130', dividend_receivable: '110' });
    await world.close();
  });
});
