import fc from 'fast-check';
import { formatAmount, parseAmount } from '../kernel/amount';
import { SPEC_TIME, specFor } from '../kernel/decider.spec-support';
import type { FillBooking, PositionCommandBody, PositionEvent } from '../contracts/position';
import { positionDecider } from './position.decider';
import { freeCash, freeQty, type OpenPositionState } from './position.state';

const given = specFor(positionDecider);

const terms = {
  portfolio_id: 'pf-1',
  instrument_id: 'in-1',
  symbol: 'ACME',
  exchange: 'XNYS' as const,
  currency: 'USD',
  account_id: 'paper:pf-1',
  strategy_id: 'volatility-balancing',
  strategy_version: 1,
  lot_size: null,
  anchor_from_first_price: false,
};
const open: PositionCommandBody = {
  type: 'OpenPosition',
  data: { ...terms, position_id: 'p-1', qty: '100', cash: '10000', avg_cost: null, anchor_price: '50' },
};
const opened: PositionEvent = {
  type: 'PositionOpened',
  data: { ...terms, qty: '100', cash: '10000', cash_account: 'position:p-1', avg_cost: '50', anchor_price: '50' },
};
const reserve = (over: Partial<Extract<PositionCommandBody, { type: 'ReserveForOrder' }>['data']> = {}): PositionCommandBody => ({
  type: 'ReserveForOrder',
  data: { order_id: 'o-1', side: 'BUY', qty: '10', cash: '501', manual: false, short_selling: false, ...over },
});
const reserved: PositionEvent = { type: 'OrderReserved', data: { order_id: 'o-1', side: 'BUY', qty: '10', cash: '501', shares: '0' } };

const booking = (over: Partial<FillBooking> = {}): FillBooking => ({
  order_id: 'o-1',
  trade_id: 't-1',
  side: 'BUY',
  executed_qty: '10',
  executed_price: '48',
  notional: '480',
  commission: '0.048',
  day: '2026-11-20',
  order_done: true,
  order_price: '48',
  ...over,
});
const fill = (over: Partial<FillBooking> = {}): PositionCommandBody => ({
  type: 'BookFill',
  data: { ...booking(over), step: '0.000001', limits: null },
});
const openState = (state: unknown): OpenPositionState => state as OpenPositionState;

describe('position', () => {
  it('opens with what the user gave, the anchor as cost where none is named', () => given().when(open).then(opened));
  it('opens once, however often it is asked', () => given(opened).when(open).thenNothing());
  it('refuses shares without any idea of their cost', () =>
    given()
      .when({ ...open, data: { ...open.data, anchor_price: null } })
      .thenRejects('position.cost_required'));
  it('refuses negative cash', () =>
    given()
      .when({ ...open, data: { ...open.data, cash: '-1' } })
      .thenRejects('position.negative_cash'));

  it('keeps every cent that is deposited and withdrawn', () => {
    const after = openState(
      given(opened)
        .when({ type: 'DepositCash', data: { amount: '0.01' } })
        .state(),
    );
    expect(formatAmount(after.cash)).toBe('10000.01');
    given(opened)
      .when({ type: 'WithdrawCash', data: { amount: '10000' } })
      .then({ type: 'CashWithdrawn', data: { amount: '10000', cash_account: 'position:p-1', currency: 'USD', reason: 'WITHDRAWAL' } });
  });
  it('never pays out cash that a live order reserves', () =>
    given(opened, reserved)
      .when({ type: 'WithdrawCash', data: { amount: '9499.00000001' } })
      .thenRejects('position.insufficient_cash'));
  it('refuses a deposit of nothing', () =>
    given(opened)
      .when({ type: 'DepositCash', data: { amount: '0' } })
      .thenRejects('amount.not_positive'));

  it('reserves cash for a purchase and frees it when the order ends', () => {
    expect(freeCash(openState(given(opened, reserved).state))).toBe(parseAmount('9499'));
    const released = given(opened, reserved).when({
      type: 'ReleaseReservation',
      data: { order_id: 'o-1', outcome: 'CANCELED', order_price: null },
    });
    released.then({ type: 'ReservationReleased', data: { order_id: 'o-1', outcome: 'CANCELED' } });
    expect(freeCash(openState(released.state()))).toBe(parseAmount('10000'));
  });
  it('reserves shares for a sale', () => {
    const selling = given(opened).when(reserve({ side: 'SELL', qty: '40', cash: '0' }));
    expect(freeQty(openState(selling.state()))).toBe(parseAmount('60'));
  });
  it('never sells short', () =>
    given(opened)
      .when(reserve({ side: 'SELL', qty: '100.000001' }))
      .thenRejects('order.insufficient_shares'));
  it('never spends more than it has', () =>
    given(opened)
      .when(reserve({ cash: '10000.01' }))
      .thenRejects('order.insufficient_cash'));
  it('has one live order at a time', () =>
    given(opened, reserved)
      .when(reserve({ order_id: 'o-2' }))
      .thenRejects('position.order_pending'));
  it('does not order for a strategy while paused', () =>
    given(opened, { type: 'PositionPaused', data: { reason: 'holiday' } })
      .when(reserve())
      .thenRejects('position.paused'));
  it('lets a person order while paused', () =>
    given(opened, { type: 'PositionPaused', data: { reason: 'holiday' } })
      .when(reserve({ manual: true }))
      .then(reserved));
  it('orders nothing while halted', () =>
    given(opened, { type: 'PositionHalted', data: { reason: 'PRICE_JUMP' } })
      .when(reserve({ manual: true }))
      .thenRejects('position.halted'));

  it('books a purchase: shares, cash with commission, average cost, anchor', () => {
    const after = openState(given(opened, reserved).when(fill()).state());
    expect(formatAmount(after.qty)).toBe('110');
    expect(formatAmount(after.cash)).toBe('9519.952');
    expect(formatAmount(after.avg_cost)).toBe('49.81818182'); // (100·50 + 10·48) / 110
    expect(formatAmount(after.total_commission_paid)).toBe('0.048');
    expect(after.anchor_price).toBe(parseAmount('48'));
    expect(after.reservation).toBeNull();
    expect(after.day).toEqual({ date: '2026-11-20', orders: 1, notional: parseAmount('480') });
  });
  it('books a sale with its profit apart from its fee', () => {
    const sale = fill({ side: 'SELL', executed_qty: '20', executed_price: '55', notional: '1100', commission: '0.11', order_price: '55' });
    const after = openState(given(opened).when(sale).state());
    expect(formatAmount(after.realized_pnl)).toBe('100');
    expect(formatAmount(after.cash)).toBe('11099.89');
    expect(formatAmount(after.avg_cost)).toBe('50');
  });
  it('keeps the anchor until the order is done, and counts its fills as one order of the day', () => {
    const first = given(opened, reserved).when(fill({ executed_qty: '4', notional: '192', order_done: false, order_price: null }));
    const [update] = first.events();
    const between = openState(first.state());
    expect(between.anchor_price).toBe(parseAmount('50'));
    expect(between.day?.orders).toBe(1);
    if (!update) throw new Error('no update');
    const last = openState(
      given(opened, reserved, update)
        .when(fill({ trade_id: 't-2', executed_qty: '6', notional: '288' }))
        .state(),
    );
    expect(last.day).toEqual({ date: '2026-11-20', orders: 1, notional: parseAmount('480') });
    expect(last.anchor_price).toBe(parseAmount('48'));
  });
  it('starts counting anew on the exchange’s next day', () => {
    const [first] = given(opened, reserved).when(fill()).events();
    if (!first) throw new Error('no update');
    const after = openState(
      given(opened, first)
        .when(fill({ order_id: 'o-2', trade_id: 't-2', day: '2026-11-23' }))
        .state(),
    );
    expect(after.day).toEqual({ date: '2026-11-23', orders: 1, notional: parseAmount('480') });
  });
  it('does not free today’s limits where yesterday’s fill is reported late', () => {
    const [first] = given(opened, reserved).when(fill()).events();
    if (!first) throw new Error('no update');
    const late = fill({ order_id: 'o-0', trade_id: 't-2', day: '2026-11-19', executed_qty: '1', notional: '48' });
    const after = openState(given(opened, first).when(late).state());
    expect(formatAmount(after.qty)).toBe('111');
    expect(after.day).toEqual({ date: '2026-11-20', orders: 1, notional: parseAmount('480') });
  });
  it('books a fill that breaks the band, and says so', () => {
    const limits = { min_stock_pct: '25', max_stock_pct: '33' };
    const events = given(opened, reserved)
      .when({ type: 'BookFill', data: { ...booking(), step: '0.000001', limits } })
      .events();
    expect(events.map(({ type }) => type)).toEqual(['PositionUpdated', 'GuardrailBreached']);
    // 110·48 of 110·48 + 9519.952 = 35.67579138…%
    expect(events[1]?.data).toMatchObject({ guardrail: 'max_stock_pct', limit: '33', actual: '35.67579138' });
  });

  it('pauses, resumes, and does neither twice', () => {
    const paused: PositionEvent = { type: 'PositionPaused', data: { reason: 'holiday' } };
    given(opened)
      .when({ type: 'PausePosition', data: { reason: 'holiday' } })
      .then(paused);
    given(opened, paused)
      .when({ type: 'PausePosition', data: { reason: 'holiday' } })
      .thenNothing();
    given(opened, paused)
      .when({ type: 'ResumePosition', data: {} })
      .then({ type: 'PositionResumed', data: { former_status: 'PAUSED' } });
    given(opened).when({ type: 'ResumePosition', data: {} }).thenNothing();
  });
  it('forgets the prices from before a halt when a person resolves it', () => {
    const halted: PositionEvent = { type: 'PositionHalted', data: { reason: 'PRICE_JUMP' } };
    const after = openState(given(opened, halted).when({ type: 'ResumePosition', data: {} }).state());
    expect(after).toMatchObject({ status: 'ACTIVE', halt_reason: null, quote_epoch: 1 });
  });

  it('closes only without a live order', () => {
    given(opened, reserved)
      .when({ type: 'ClosePosition', data: { reason: 'done' } })
      .thenRejects('position.order_live');
    given(opened)
      .when({ type: 'ClosePosition', data: { reason: 'done' } })
      .then({ type: 'PositionClosed', data: { reason: 'done' } });
  });
  it('pays out what a closed position still holds', () =>
    given(opened, { type: 'PositionClosed', data: { reason: 'done' } })
      .when({ type: 'WithdrawCash', data: { amount: '10000' } })
      .then({ type: 'CashWithdrawn', data: { amount: '10000', cash_account: 'position:p-1', currency: 'USD', reason: 'WITHDRAWAL' } }));
  it('takes no money once closed', () =>
    given(opened, { type: 'PositionClosed', data: { reason: 'done' } })
      .when({ type: 'DepositCash', data: { amount: '1' } })
      .thenRejects('position.closed'));

  it('conserves cash over any sequence of fills, deposits and withdrawals', () => {
    const cents = fc.bigInt({ min: 1n, max: 10_000_000_000n }).map((units) => formatAmount((parseAmount('0') + units) as never));
    const command: fc.Arbitrary<PositionCommandBody> = fc.oneof(
      cents.map((amount): PositionCommandBody => ({ type: 'DepositCash', data: { amount } })),
      cents.map((amount): PositionCommandBody => ({ type: 'WithdrawCash', data: { amount } })),
      fc.record({ notional: cents, commission: cents, side: fc.constantFrom('BUY' as const, 'SELL' as const) }).map((over) => fill(over)),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        let state = given(opened).state;
        let expected = parseAmount('10000') as bigint;
        for (const next of commands) {
          if (next.type === 'WithdrawCash' && parseAmount(next.data.amount) > freeCash(openState(state))) continue;
          for (const event of positionDecider.decide(next, state, SPEC_TIME)) state = positionDecider.evolve(state, event, SPEC_TIME);
          if (next.type === 'DepositCash') expected += parseAmount(next.data.amount);
          if (next.type === 'WithdrawCash') expected -= parseAmount(next.data.amount);
          if (next.type === 'BookFill') {
            const notional = parseAmount(next.data.notional);
            expected += (next.data.side === 'BUY' ? -notional : notional) - parseAmount(next.data.commission);
          }
        }
        expect(openState(state).cash).toBe(expected);
      }),
    );
  });
});
