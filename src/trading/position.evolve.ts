/** What each event makes of a position. */
import { abs, type Amount, minus, negate, parseAmount, parseOptional, plus, ZERO } from '../kernel/amount';
import type { Instant, TradingDay } from '../kernel/clock';
import { never } from '../kernel/errors';
import type { PositionEvent } from '../contracts/position';
import { evolveAction, isActionEvent } from './position.action-evolve';
import { baseOfToday, movesAnchor } from './position.anchor';
import type { OpenPositionState, PositionState, Reservation } from './position.state';

export function evolvePosition(state: PositionState, event: PositionEvent, at: Instant | undefined): PositionState {
  if (at === undefined) throw new Error(`${event.type} without its time: a position depends on when things were executed`);
  if (event.type === 'PositionOpened') return openedState(event.data, at);
  if (state.status === 'NONE') throw new Error(`${event.type} before PositionOpened`);
  if (isActionEvent(event)) return evolveAction(state, event);
  switch (event.type) {
    case 'CashDeposited':
      return { ...state, cash: plus(state.cash, parseAmount(event.data.amount)) };
    case 'CashWithdrawn':
      return { ...state, cash: minus(state.cash, parseAmount(event.data.amount)) };
    case 'AnchorSet':
      return anchored(state, event.data, at);
    case 'PositionPaused':
      return { ...state, status: 'PAUSED' };
    case 'PositionResumed':
      return {
        ...state,
        status: 'ACTIVE',
        halt_reason: null,
        quote_epoch: state.quote_epoch + (event.data.former_status === 'HALTED' ? 1 : 0),
      };
    case 'PositionHalted':
      return { ...state, status: 'HALTED', halt_reason: event.data.reason };
    case 'PositionClosed':
      return { ...state, status: 'CLOSED' };
    case 'OrderReserved':
      return { ...state, reservation: reserved(state, event.data) };
    case 'ReservationReleased':
      return { ...state, reservation: null };
    case 'PositionUpdated':
      return filled(state, event.data, at);
    case 'GuardrailBreached':
      return state;
    default:
      return never(event);
  }
}

function reserved(state: OpenPositionState, data: Extract<PositionEvent, { type: 'OrderReserved' }>['data']): Reservation {
  const { order_id, side, qty, cash, shares } = data;
  const counted = state.reservation?.order_id === order_id && state.reservation.counted;
  return { order_id, side, qty: parseAmount(qty), cash: parseAmount(cash), shares: parseAmount(shares), counted };
}

/** What a completed order sets is as old as its last fill; what is named today is in today's shares. */
function anchored(state: OpenPositionState, data: Extract<PositionEvent, { type: 'AnchorSet' }>['data'], at: Instant): OpenPositionState {
  const price = parseAmount(data.anchor_price);
  if (data.base_price !== undefined) return { ...state, anchor_price: price, anchor_base: { price: parseAmount(data.base_price), at } };
  return { ...state, anchor_price: price, anchor_base: baseOfToday(price, at, state.actions) };
}

function openedState(data: Extract<PositionEvent, { type: 'PositionOpened' }>['data'], at: Instant): OpenPositionState {
  const anchor = parseOptional(data.anchor_price);
  return {
    ...data,
    status: 'ACTIVE',
    halt_reason: null,
    qty: parseAmount(data.qty),
    cash: parseAmount(data.cash),
    anchor_price: anchor,
    anchor_base: anchor === null ? null : { price: anchor, at },
    avg_cost: parseAmount(data.avg_cost),
    dividend_receivable: ZERO,
    realized_pnl: ZERO,
    total_commission_paid: ZERO,
    total_dividends_gross: ZERO,
    total_dividends_withheld: ZERO,
    total_dividends_net: ZERO,
    reservation: null,
    day: null,
    quote_epoch: 0,
    opened_at: at,
    actions: [],
  };
}

function filled(
  state: OpenPositionState,
  data: Extract<PositionEvent, { type: 'PositionUpdated' }>['data'],
  at: Instant,
): OpenPositionState {
  const price = data.order_done ? parseOptional(data.order_price) : null;
  return {
    ...state,
    qty: parseAmount(data.qty),
    cash: parseAmount(data.cash),
    anchor_price: parseOptional(data.anchor_price),
    anchor_base: price !== null && movesAnchor(state, at) ? { price, at } : state.anchor_base,
    avg_cost: parseAmount(data.avg_cost),
    realized_pnl: parseAmount(data.realized_pnl),
    total_commission_paid: parseAmount(data.total_commission_paid),
    day: dayAfter(state.day, data),
    reservation: reservationAfter(state, data),
  };
}

const isOfEarlierDay = (today: OpenPositionState['day'], day: TradingDay): boolean => today !== null && day < today.date;

/** A fill that is reported after its day is over does not bring that day back: today's counts are what daily limits need. */
function dayAfter(
  today: OpenPositionState['day'],
  { day, day_orders, day_notional }: Extract<PositionEvent, { type: 'PositionUpdated' }>['data'],
): OpenPositionState['day'] {
  if (isOfEarlierDay(today, day)) return today;
  return { date: day, orders: day_orders, notional: parseAmount(day_notional) };
}

function reservationAfter(
  state: OpenPositionState,
  data: Extract<PositionEvent, { type: 'PositionUpdated' }>['data'],
): OpenPositionState['reservation'] {
  const { reservation } = state;
  if (reservation?.order_id !== data.order_id) return reservation;
  if (data.order_done) return null;
  const spent = data.side === 'BUY' ? negate(parseAmount(data.cash_delta)) : ZERO;
  const sold = data.side === 'SELL' ? abs(parseAmount(data.executed_qty)) : ZERO;
  return {
    ...reservation,
    cash: leftOf(reservation.cash, spent),
    shares: leftOf(reservation.shares, sold),
    counted: reservation.counted || !isOfEarlierDay(state.day, data.day),
  };
}

const leftOf = (held: Amount, used: Amount): Amount => (used >= held ? ZERO : minus(held, used));
