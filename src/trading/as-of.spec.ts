import fc from 'fast-check';
import { formatAmount, isZero, parseAmount } from '../kernel/amount';
import { type Instant, later } from '../kernel/clock';
import { schemaVersionOf } from '../contracts/catalog';
import type { PositionCommandBody, PositionEvent } from '../contracts/position';
import { positionDecider } from './position.decider';
import { opened } from './position.projection';
import { positionAt } from './as-of';
import type { PositionState } from './position.state';

const OPEN: PositionCommandBody = {
  type: 'OpenPosition',
  data: {
    position_id: 'p1',
    portfolio_id: 'f1',
    instrument_id: 'i1',
    symbol: 'KO',
    exchange: 'XNYS',
    currency: 'USD',
    account_id: 'paper:f1',
    strategy_id: 'volatility-balancing',
    strategy_version: 1,
    lot_size: null,
    qty: '10',
    cash: '1000',
    avg_cost: null,
    anchor_price: '100',
    anchor_from_first_price: false,
  },
};

const deposit = (amount: string): PositionCommandBody => ({ type: 'DepositCash', data: { amount } });

const buy = (qty: string, price: string, commission: string): PositionCommandBody => ({
  type: 'BookFill',
  data: {
    order_id: 'o1',
    trade_id: 't1',
    side: 'BUY',
    executed_qty: qty,
    executed_price: price,
    notional: formatAmount(parseAmount(String(Number(qty) * Number(price)))),
    commission,
    day: '2026-11-20',
    order_done: false,
    order_price: null,
    step: '0.000001',
    limits: null,
  },
});

type Events = Parameters<typeof positionAt>[0];
const recordedAsOf = (events: Events, at: Instant) => positionAt(events, { kind: 'recorded', at });
const executedAsOf = (events: Events, at: Instant) => positionAt(events, { kind: 'executed', at });

interface Entry {
  readonly command: PositionCommandBody;
  readonly ts: Instant;
  readonly recorded_at: Instant;
}

/** The stream's events, each command decided on the state that the ones before left. */
function record(entries: readonly Entry[]) {
  let state: PositionState = positionDecider.initialState;
  let position = 0;
  return entries.flatMap(({ command, ts, recorded_at }) =>
    positionDecider.decide(command, state, ts).map((event: PositionEvent) => {
      state = positionDecider.evolve(state, event, ts);
      position += 10;
      return {
        position,
        stream: 'position-p1',
        type: event.type,
        schema_version: schemaVersionOf(event.type),
        data: JSON.stringify(event.data),
        ts,
        recorded_at,
      };
    }),
  );
}

const at = (time: string): Instant => `2026-11-20T${time}:00.000Z`;
const cashAndQty = (folded: ReturnType<typeof recordedAsOf>): readonly string[] | null => {
  if (!folded) return null;
  const { cash, qty } = opened(folded.state);
  return [formatAmount(cash), formatAmount(qty)];
};

describe('a position as of an instant', () => {
  const events = record([
    { command: OPEN, ts: at('10:00'), recorded_at: at('10:00') },
    { command: deposit('500'), ts: at('11:00'), recorded_at: at('11:00') },
    { command: buy('2', '100', '0.02'), ts: at('10:30'), recorded_at: at('11:30') },
  ]);

  it('did not exist before it was opened', () => {
    expect(recordedAsOf(events, at('09:59'))).toBeNull();
    expect(executedAsOf(events, at('09:59'))).toBeNull();
    expect(recordedAsOf([], at('12:00'))).toBeNull();
    expect(executedAsOf([], at('12:00'))).toBeNull();
  });

  it('is what was known then: a fill that was booked late is not in it', () => {
    expect(cashAndQty(recordedAsOf(events, at('10:00')))).toEqual(['1000', '10']);
    expect(cashAndQty(recordedAsOf(events, at('11:15')))).toEqual(['1500', '10']);
    expect(cashAndQty(recordedAsOf(events, at('11:30')))).toEqual(['1299.98', '12']);
  });

  it('is, by execution, what was true then: the late fill counts from when it happened, the later deposit does not', () => {
    expect(cashAndQty(executedAsOf(events, at('10:29')))).toEqual(['1000', '10']);
    expect(cashAndQty(executedAsOf(events, at('10:45')))).toEqual(['799.98', '12']);
    expect(cashAndQty(executedAsOf(events, at('11:00')))).toEqual(['1299.98', '12']);
  });

  it('is, by position, what the log had said up to there', () => {
    const at = (position: number) => cashAndQty(positionAt(events, { kind: 'position', at: position }));
    expect([9, 10, 19, 20, 29, 30, 1_000].map(at)).toEqual([
      null,
      ...[10, 19].map(() => ['1000', '10']),
      ...[20, 29].map(() => ['1500', '10']),
      ...[30, 1_000].map(() => ['1299.98', '12']),
    ]);
  });

  it('counts a fill that is dated before the opening with the opening', () => {
    const early = record([
      { command: OPEN, ts: at('10:00'), recorded_at: at('10:00') },
      { command: buy('1', '100', '0'), ts: at('09:00'), recorded_at: at('10:30') },
    ]);
    expect(executedAsOf(early, at('09:30'))).toBeNull();
    expect(cashAndQty(executedAsOf(early, at('10:00')))).toEqual(['900', '11']);
  });

  it('has the same cash, shares and fees on both bases once everything has happened and is known', () => {
    const entry = fc.record({
      command: fc.oneof(
        fc.integer({ min: 1, max: 900 }).map((amount) => deposit(String(amount))),
        fc
          .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 50 }))
          .map(([qty, price]) => buy(String(qty), String(price), '0.01')),
      ),
      minutes: fc.integer({ min: 0, max: 300 }),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const history = record([
          { command: OPEN, ts: at('10:00'), recorded_at: at('10:00') },
          ...entries.map(({ command, minutes }) => ({ command, ts: later(at('10:00'), minutes * 60_000), recorded_at: at('20:00') })),
        ]);
        const [executed, recorded] = [executedAsOf(history, at('20:00')), recordedAsOf(history, at('20:00'))];
        if (!executed || !recorded) throw new Error('the position exists by then');
        const [a, b] = [opened(executed.state), opened(recorded.state)];
        expect(a.cash).toBe(b.cash);
        expect(a.qty).toBe(b.qty);
        expect(a.total_commission_paid).toBe(b.total_commission_paid);
        expect(isZero(a.qty)).toBe(false);
      }),
    );
  });
});
