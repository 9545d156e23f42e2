/** What every broker must keep, whoever is behind it: one suite for the paper broker and for those to come. */
import { abs, type Amount, formatAmount, max, minus, parseAmount, plus, ZERO } from '../kernel/amount';
import type { Broker, BrokerOrder } from './broker.port';

export const sampleOrder = (over: Partial<BrokerOrder> = {}): BrokerOrder => ({
  client_order_id: 'o-1',
  account_id: 'paper:pf-1',
  instrument_id: 'in-1',
  symbol: 'ACME',
  side: 'BUY',
  order_type: 'MARKET',
  time_in_force: 'DAY',
  qty: '10',
  filled_qty: '0',
  qty_step: '0.000001',
  fresh_price: '48',
  ...over,
});

const sum = (texts: readonly string[]): Amount => texts.reduce((total, text) => plus(total, parseAmount(text)), ZERO);

export function keepsTheBrokerContract(open: () => Broker): void {
  it('fills exactly what was ordered', async () => {
    const { status, fills } = await open().submit(sampleOrder());
    expect(status).toBe('FILLED');
    expect(formatAmount(sum(fills.map(({ qty }) => qty)))).toBe('10');
  });
  it('says the same trades again when it is asked again', async () => {
    const broker = open();
    expect((await broker.submit(sampleOrder())).fills).toEqual((await broker.submit(sampleOrder())).fills);
  });
  it('gives each trade an id of its own, and other orders other ids', async () => {
    const broker = open();
    const reports = await Promise.all([broker.submit(sampleOrder()), broker.submit(sampleOrder({ client_order_id: 'o-2' }))]);
    const ids = reports.flatMap(({ fills }) => fills.map(({ broker_trade_id }) => broker_trade_id));
    expect(new Set(ids).size).toBe(ids.length);
  });
  it('fills only the rest of an order that is partly booked', async () => {
    const { fills } = await open().submit(sampleOrder({ filled_qty: '7' }));
    expect(formatAmount(sum(fills.map(({ qty }) => qty)))).toBe('3');
  });
  it('stays within the slippage it states, on the side that hurts', async () => {
    for (const side of ['BUY', 'SELL'] as const) {
      const broker = open();
      const fresh = parseAmount('48');
      for (const { price } of (await broker.submit(sampleOrder({ side }))).fills) {
        const worse = side === 'BUY' ? minus(parseAmount(price), fresh) : minus(fresh, parseAmount(price));
        expect(worse).toBeGreaterThanOrEqual(0n);
        expect(abs(max(worse, ZERO)) * 10_000n * 100_000_000n).toBeLessThanOrEqual(fresh * broker.slippageBps);
      }
    }
  });
}
