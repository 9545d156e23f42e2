import type { EvaluationData } from '../contracts/evaluation';
import { compareWithLive } from './live-parity';

/** A HOLD at a price, as it is recorded. */
const recorded = (position: number, price: string, more: Partial<EvaluationData> = {}, held: Partial<EvaluationData['position']> = {}) => ({
  position,
  data: {
    evaluated_at: `2026-11-20T15:0${position}:00.000Z`,
    day: '2026-11-20',
    session: 'REGULAR',
    historical: false,
    quote: { ts: `2026-11-20T15:0${position}:00.000Z`, bid: null, ask: null, last: price, source: 'push' },
    quote_memory: null,
    settings: {},
    price_effective: price,
    action: 'HOLD',
    reason: 'NO_TRIGGER',
    qty: null,
    ...more,
    position: {
      status: 'ACTIVE',
      order_pending: false,
      qty: '100',
      cash: '10000',
      dividend_receivable: '0',
      anchor_price: '100',
      qty_step: '0.000001',
      day_orders: 0,
      day_notional: '0',
      ...held,
    },
  } as EvaluationData,
});

const BUY = { action: 'BUY', reason: 'TRIGGER_BUY', qty: '14.178524' } as const;

describe('compareWithLive', () => {
  it('agrees with decisions that the rules make, and carries its own fills on', () => {
    const bought = { qty: '114.178524', cash: '8638.72558217', anchor_price: '96', day_orders: 1, day_notional: '1361.138304' };
    const report = compareWithLive([recorded(1, '101'), recorded(2, '96', BUY), recorded(3, '97', {}, bought)], []);
    expect(report.differences).toEqual([]);
    expect([report.evaluations, report.orders, report.resynced]).toEqual([3, 1, []]);
  });

  it('names a decision that the rules do not make, with both sides', () => {
    const { differences } = compareWithLive([recorded(1, '96', { ...BUY, qty: '20' })], []);
    expect(differences).toEqual([{ at: '2026-11-20T15:01:00.000Z', position: 1, field: 'qty', live: '20', simulated: '14.178524' }]);
  });

  it('says what changed a position from outside, and goes on from there', () => {
    const report = compareWithLive(
      [recorded(1, '101'), recorded(4, '101', {}, { cash: '15000' })],
      [{ position: 3, type: 'CashDeposited' }],
    );
    expect(report.differences).toEqual([]);
    expect(report.resynced).toEqual([{ at: '2026-11-20T15:04:00.000Z', position: 4, because: 'CashDeposited' }]);
  });

  it('does not explain away a change that nothing recorded', () => {
    const { resynced } = compareWithLive([recorded(1, '101'), recorded(4, '101', {}, { cash: '15000' })], []);
    expect(resynced.map(({ because }) => because)).toEqual(['nothing that was recorded']);
  });
});
