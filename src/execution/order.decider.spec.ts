import fc from 'fast-check';
import { formatAmount, formatOptional } from '../kernel/amount';
import { specFor } from '../kernel/decider.spec-support';
import type { OrderCommandBody, OrderEvent, OrderIntent } from '../contracts/order';
import { isTerminal } from '../contracts/order-status';
import { averageFillPrice, orderDecider, type PlacedOrder } from './order.decider';

const given = specFor(orderDecider);

const intent: OrderIntent = {
  order_id: 'o-1',
  client_order_id: 'o-1',
  position_id: 'p-1',
  portfolio_id: 'pf-1',
  account_id: 'paper:pf-1',
  instrument_id: 'in-1',
  symbol: 'ACME',
  exchange: 'XNYS',
  currency: 'USD',
  strategy_id: 'volatility-balancing',
  strategy_version: 1,
  action: 'BUY',
  order_type: 'MARKET',
  time_in_force: 'DAY',
  qty: '10',
  qty_step: '0.000001',
  limit_price: null,
  stop_price: null,
  price_policy: 'MID',
  evaluation_price: '48',
  commission_rate_snapshot: '0.0001',
  commission_estimated: '0.048',
  max_drift_bps: '20',
  dedupe_key: '2026-11-20T14:35:00.000Z:p-1',
  tick_id: '2026-11-20T14:35:00.000Z',
  reason: 'TRIGGER_BUY',
};
const queued: OrderEvent = { type: 'OrderIntentQueued', data: intent };
const submitted: OrderEvent = { type: 'OrderSubmitted', data: { client_order_id: 'o-1', qty: '9', fresh_price: '48.01', broker: 'paper' } };
const unknown: OrderEvent = { type: 'OrderUnknown', data: { reason: 'timeout' } };
const canceled: OrderEvent = { type: 'OrderCanceled', data: { reason: 'user' } };
const submit: OrderCommandBody = { type: 'SubmitOrder', data: { qty: '9', fresh_price: '48.01', broker: 'paper' } };

const trade = (qty: string, price: string, ref: string): OrderCommandBody => ({
  type: 'RecordTrade',
  data: {
    trade_id: `t-${ref}`,
    order_id: 'o-1',
    executed_qty: qty,
    executed_price: price,
    notional: '1',
    commission: '0.01',
    fee_currency: 'USD',
    commission_rate_effective: '0.0001',
    broker_ref: ref,
    executed_at: '2026-11-20T14:35:01.000Z',
  },
});
const placed = (state: unknown): PlacedOrder => state as PlacedOrder;
const after = (
  history: readonly OrderEvent[],
  ...commands: readonly OrderCommandBody[]
): { state: PlacedOrder; events: readonly OrderEvent[] } => {
  let { state } = given(...history);
  const events: OrderEvent[] = [];
  for (const command of commands) {
    for (const event of orderDecider.decide(command, state)) {
      state = orderDecider.evolve(state, event);
      events.push(event);
    }
  }
  return { state: placed(state), events };
};

const keyOf = (terms: Partial<OrderIntent>): string | null =>
  orderDecider.uniqueKey?.({ type: 'OrderIntentQueued', data: { ...intent, ...terms } }) ?? null;

describe("the key of a caller's order", () => {
  it('never takes the place of a tick order, even where it is spelled like one', () =>
    expect(keyOf({ tick_id: null })).not.toBe(keyOf({})));
  it('is one order however often it is sent', () => expect(keyOf({ tick_id: null })).toBe(keyOf({ tick_id: null, order_id: 'o-2' })));
});

describe('order', () => {
  it('is queued once, whoever asks again', () => {
    given().when({ type: 'QueueOrder', data: intent }).then(queued);
    given(queued).when({ type: 'QueueOrder', data: intent }).thenNothing();
  });
  it('is submitted once: a second delivery changes nothing', () => {
    given(queued).when(submit).then(submitted);
    given(queued, submitted).when(submit).thenNothing();
  });
  it('is not submitted once it was cancelled', () => given(queued, canceled).when(submit).thenNothing());

  it('fills in parts at the volume-weighted price', () => {
    const { state } = after([queued, submitted], trade('3', '48', 'b1'), trade('6', '48.3', 'b2'));
    expect(state.status).toBe('FILLED');
    expect(formatAmount(state.filled_qty)).toBe('9');
    expect(formatOptional(averageFillPrice(state))).toBe('48.2');
  });
  it('stays open while something is left to fill', () =>
    expect(after([queued, submitted], trade('3', '48', 'b1')).state.status).toBe('PARTIALLY_FILLED'));
  it('books each of the broker’s trades once', () => {
    const { state, events } = after([queued, submitted], trade('3', '48', 'b1'), trade('3', '48', 'b1'));
    expect(events).toHaveLength(1);
    expect(formatAmount(state.filled_qty)).toBe('3');
  });
  it('says by how much a fill exceeds the order', () => {
    const { events } = after([queued, submitted], trade('9.5', '48', 'b1'));
    expect(events[0]?.data).toMatchObject({ excess_qty: '0.5', late: false });
  });
  it('records a fill after the end, and keeps the end', () => {
    const { state, events } = after([queued, submitted, canceled], trade('1', '48', 'b1'));
    expect(events[0]?.data).toMatchObject({ late: true });
    expect(state.status).toBe('CANCELED');
    expect(formatAmount(state.filled_qty)).toBe('1');
  });

  it('is unknown where the answer was lost, until the broker says something', () => {
    given(queued, submitted)
      .when({ type: 'MarkUnknown', data: { reason: 'timeout' } })
      .then(unknown);
    expect(after([queued, submitted, unknown], { type: 'AcceptOrder', data: { broker_order_id: 'x' } }).state.status).toBe('SUBMITTED');
    expect(after([queued, submitted, unknown], trade('9', '48', 'b1')).state.status).toBe('FILLED');
  });
  it('is cancelled at once before it is sent, and only asks for it afterwards', () => {
    given(queued)
      .when({ type: 'RequestCancel', data: { reason: 'user' } })
      .then(canceled);
    expect(after([queued, submitted], { type: 'RequestCancel', data: { reason: 'user' } }).state.status).toBe('PENDING_CANCEL');
  });
  it('can still fill while its cancellation is pending', () => {
    const pending: OrderEvent = { type: 'OrderCancelRequested', data: { reason: 'user' } };
    expect(after([queued, submitted, pending], trade('3', '48', 'b1')).state.status).toBe('PENDING_CANCEL');
    expect(after([queued, submitted, pending], trade('9', '48', 'b1')).state.status).toBe('FILLED');
  });
  it('takes a new price before it is sent, never afterwards', () => {
    const reprice: OrderCommandBody = { type: 'RepriceOrder', data: { evaluation_price: '47', qty: '11', commission_estimated: '0.05' } };
    expect(after([queued], reprice).state).toMatchObject({ evaluation_price: '47', repriced: 1 });
    given(queued, submitted).when(reprice).thenNothing();
  });

  it('ends once, whatever else is asked of it', () => {
    const commands: fc.Arbitrary<OrderCommandBody> = fc.oneof(
      fc.constant(submit),
      fc.integer({ min: 1, max: 5 }).map((n) => trade('3', '48', `b${n}`)),
      fc
        .constantFrom('CancelOrder', 'RejectOrder', 'ExpireOrder', 'SkipOrder', 'RequestCancel', 'MarkUnknown')
        .map((type) => ({ type, data: { reason: 'x' } }) as OrderCommandBody),
    );
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 20 }), (sequence) => {
        let state = placed(given(queued).state);
        for (const command of sequence) {
          const before = state;
          for (const event of orderDecider.decide(command, state)) state = placed(orderDecider.evolve(state, event));
          if (isTerminal(before.status)) expect(state.status).toBe(before.status);
          expect(state.filled_qty).toBe(BigInt(new Set(state.broker_refs).size) * 300_000_000n);
        }
      }),
    );
  });
});
