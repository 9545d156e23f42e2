/** Many processes run the same ticks on one PostgreSQL: every position is evaluated once, every order happens once, no cent is lost. */
import { minus, parseAmount, plus, formatAmount, type Amount } from '../../src/kernel/amount';
import { createTestDatabase, type TestDatabase } from '../support/postgres-databases';
import { done, type Fleet, granted, openPositions, startFleet, until } from './fleet';

const isSoak = process.env['JEST_RUN'] === 'soak';
const [PROCESSES, TICKS, POSITIONS] = [8, isSoak ? 200 : 20, 100];
const [QTY, CASH] = ['500', '50000'];
/** Each price is beyond the trigger from the other one, which the fill before made the anchor. */
const prices = ['104', '100'] as const;
const tickId = (index: number): string => new Date(Date.UTC(2026, 10, 20) + index * 300_000).toISOString();
const TERMINAL = "('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'SKIPPED')";

describe(`${PROCESSES} processes, ${TICKS} ticks, ${POSITIONS} positions that all fire`, () => {
  let database: TestDatabase;
  let fleet: Fleet;
  const refusals: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    fleet = await startFleet(
      database.url,
      Array.from({ length: PROCESSES }, () => ({})),
    );
    const [first] = fleet.servers;
    if (!first) throw new Error('no server');
    const symbols = await openPositions(first.api(), { positions: POSITIONS, qty: QTY, cash: CASH });
    for (let tick = 0; tick < TICKS; tick++) {
      const price = prices[tick % 2];
      await Promise.all(symbols.map((symbol) => done(first.api().post('/v1/quotes', { symbol, bid: price, ask: price }))));
      await Promise.all(fleet.servers.map((server) => granted(() => server.api().post('/v1/ticks', { tick_id: tickId(tick) }), refusals)));
      await until(`the orders of tick ${tick} end`, async () => {
        const [open] = await fleet.rows(`SELECT count(*) AS open FROM orders WHERE status NOT IN ${TERMINAL}`);
        return open?.['open'] === '0';
      });
    }
  }, 60_000 * TICKS);

  afterAll(async () => {
    await fleet.stop();
    await database.drop();
  });

  it('evaluates each position exactly once per tick', async () => {
    const rows = await fleet.rows(
      `SELECT correlation_id, position_id, count(*) AS times FROM events WHERE type = 'EvaluationRecorded' GROUP BY 1, 2`,
    );
    expect(rows).toHaveLength(TICKS * POSITIONS);
    expect(rows.filter(({ times }) => times !== '1')).toEqual([]);
  });

  it('makes one order of each decision, and fills it once', async () => {
    const [orders] = await fleet.rows(
      `SELECT count(*) AS orders, count(DISTINCT dedupe_key) AS keys, count(*) FILTER (WHERE status = 'FILLED') AS filled FROM orders`,
    );
    const all = String(TICKS * POSITIONS);
    expect(orders).toEqual({ orders: all, keys: all, filled: all });
    expect(await fleet.rows('SELECT order_id FROM trades GROUP BY order_id HAVING count(*) > 1')).toEqual([]);
  });

  it('conserves cash and shares to the last digit', async () => {
    let [cash, qty] = [parseAmount('0'), parseAmount('0')];
    for (const { state } of await fleet.rows('SELECT state FROM positions')) {
      const position = JSON.parse(String(state)) as { readonly cash: string; readonly qty: string };
      cash = plus(cash, parseAmount(position.cash));
      qty = plus(qty, parseAmount(position.qty));
    }
    for (const { trade } of await fleet.rows('SELECT trade FROM trades')) {
      const { side, executed_qty, notional, commission } = JSON.parse(String(trade)) as Readonly<Record<string, string>>;
      const isBuy = side === 'BUY';
      const moved = parseAmount(notional);
      cash = plus(isBuy ? plus(cash, moved) : minus(cash, moved), parseAmount(commission));
      qty = isBuy ? minus(qty, parseAmount(executed_qty)) : plus(qty, parseAmount(executed_qty));
    }
    expect({ cash: formatAmount(cash), qty: formatAmount(qty) }).toEqual({
      cash: formatAmount(times(CASH)),
      qty: formatAmount(times(QTY)),
    });
  });

  it('shares the positions of a tick between the processes', async () => {
    const rows = await fleet.rows('SELECT tick_id, count(DISTINCT holder) AS holders FROM tick_shares GROUP BY tick_id');
    expect(Number(rows[0]?.['holders'])).toBeGreaterThan(1);
  });

  it('refuses no tick, or says that it may be asked again', () => {
    for (const refusal of refusals) expect(refusal).toMatch(/try again/);
    if (isSoak) process.stdout.write(`${refusals.length} ticks were asked again: ${[...new Set(refusals)].join('; ')}\n`);
  });

  it('leaves a log and read tables that verify, and processes that complain of nothing', async () => {
    const [first] = fleet.servers;
    const api = first?.api();
    expect((await api?.post('/v1/admin/events/verify'))?.body).toMatchObject({ intact: true });
    expect((await api?.post('/v1/admin/projections/verify'))?.body).toMatchObject({ equal: true });
    const [completed] = await fleet.rows(`SELECT count(*) AS ticks FROM events WHERE type = 'TickCompleted'`);
    expect(completed).toEqual({ ticks: String(TICKS) });
    expect(fleet.complaints()).toEqual([]);
  });
});

function times(amount: string): Amount {
  let sum = parseAmount('0');
  for (let count = 0; count < POSITIONS; count++) sum = plus(sum, parseAmount(amount));
  return sum;
}
