/** The life of one position: cash, anchor, status, reservation and what its fills do to it. */
import { type Amount, formatAmount, formatOptional, isZero, parseAmount, parseOptional, plus, ZERO } from '../kernel/amount';
import type { Decider } from '../kernel/decider';
import { DomainError, InputError, never } from '../kernel/errors';
import type { Instant } from '../kernel/clock';
import type { PositionCommandBody, PositionEvent } from '../contracts/position';
import { actionKey, decideAction, isActionCommand } from './position.action';
import { isActionEvent } from './position.action-evolve';
import { anchorOr, movesAnchor } from './position.anchor';
import { bookFill } from './position.fill';
import { evolvePosition } from './position.evolve';
import { cashAccountOf, freeCash, freeQty, type OpenPositionState, type PositionState } from './position.state';

type CommandData<Type extends PositionCommandBody['type']> = Extract<PositionCommandBody, { type: Type }>['data'];

export const positionDecider: Decider<PositionState, PositionCommandBody, PositionEvent> = {
  category: 'position',
  initialState: { status: 'NONE' },

  decide(command, state, at) {
    if (command.type === 'OpenPosition') return state.status === 'NONE' ? [opened(command.data)] : [];
    if (state.status === 'NONE') throw new DomainError('position.unknown', 'Open the position first');
    if (isActionCommand(command)) return decideAction(state, command);
    switch (command.type) {
      case 'DepositCash':
        return [{ type: 'CashDeposited', data: movement(notClosed(state), command.data, 'DEPOSIT') }];
      case 'WithdrawCash':
        return withdraw(state, command.data); // also from a closed position: its cash stays its owner's
      case 'SetAnchor':
        return setAnchor(notClosed(state), command.data);
      case 'PausePosition':
        if (notClosed(state).status !== 'ACTIVE') return [];
        return [{ type: 'PositionPaused', data: command.data }];
      case 'ResumePosition':
        if (notClosed(state).status === 'ACTIVE') return [];
        return [{ type: 'PositionResumed', data: { former_status: state.status } }];
      case 'HaltPosition':
        if (state.status === 'CLOSED' || state.status === 'HALTED') return [];
        return [{ type: 'PositionHalted', data: command.data }];
      case 'ClosePosition':
        return close(state, command.data);
      case 'ReserveForOrder':
        return reserve(notClosed(state), command.data);
      case 'ReleaseReservation':
        return release(state, command.data, timeOf(at));
      case 'BookFill':
        return bookFill(state, command.data, timeOf(at));
      default:
        return never(command);
    }
  },

  evolve: (state, event, at) => evolvePosition(state, event, at),

  subject(state, event) {
    if (state.status === 'NONE') throw new Error(`${event.type} on a position that was never opened`);
    const { portfolio_id, instrument_id, symbol, cash_account } = state;
    return { portfolio_id, instrument_id, symbol, position_id: cash_account.slice('position:'.length) };
  },

  uniqueKey: (event) => (isActionEvent(event) ? actionKey(event) : null),
};

function timeOf(at: Instant | undefined): Instant {
  if (at === undefined) throw new Error('a position depends on when things were executed: say when');
  return at;
}

function opened(data: CommandData<'OpenPosition'>): PositionEvent {
  const { position_id, avg_cost, ...terms } = data;
  const qty = parseAmount(data.qty, 'qty');
  const cash = parseAmount(data.cash, 'cash');
  if (cash < 0n) throw new InputError('position.negative_cash', 'cash', 'zero or more', data.cash);
  if (qty < 0n) throw new InputError('position.negative_qty', 'qty', 'zero or more: short selling is off', data.qty);
  positive(data.anchor_price, 'anchor_price');
  const cost = avg_cost ?? data.anchor_price;
  if (qty > 0n && cost === null) {
    throw new InputError(
      'position.cost_required',
      'avg_cost',
      'given where a position starts with shares and has no anchor_price',
      avg_cost,
    );
  }
  positive(avg_cost, 'avg_cost');
  return {
    type: 'PositionOpened',
    data: {
      ...terms,
      qty: formatAmount(qty),
      cash: formatAmount(cash),
      cash_account: cashAccountOf(position_id),
      avg_cost: isZero(qty) || cost === null ? '0' : formatAmount(parseAmount(cost)),
      anchor_price: formatOptional(parseOptional(data.anchor_price)),
    },
  };
}

function positive(text: string | null, field: string): void {
  if (text !== null && parseAmount(text, field) <= 0n) throw new InputError('amount.not_positive', field, 'more than zero', text);
}

function notClosed(state: OpenPositionState): OpenPositionState {
  if (state.status === 'CLOSED') throw new DomainError('position.closed', 'The position is closed; open a new one to go on trading');
  return state;
}

function movement(state: OpenPositionState, { amount }: { readonly amount: string }, reason: string) {
  const value = parseAmount(amount, 'amount');
  if (value <= 0n) throw new InputError('amount.not_positive', 'amount', 'more than zero', amount);
  return { amount: formatAmount(value), cash_account: state.cash_account, currency: state.currency, reason };
}

function withdraw(state: OpenPositionState, data: { readonly amount: string }): readonly PositionEvent[] {
  const free = freeCash(state);
  const withdrawn = movement(state, data, 'WITHDRAWAL');
  if (parseAmount(withdrawn.amount) > free) {
    throw new DomainError(
      'position.insufficient_cash',
      `Free cash is ${formatAmount(free)}, the withdrawal needs ${withdrawn.amount}; withdraw less, or cancel the live order that reserves the rest`,
      { free: formatAmount(free), needed: withdrawn.amount },
    );
  }
  return [{ type: 'CashWithdrawn', data: withdrawn }];
}

function setAnchor(state: OpenPositionState, { anchor_price, reason }: CommandData<'SetAnchor'>): readonly PositionEvent[] {
  positive(anchor_price, 'price');
  const price = parseAmount(anchor_price, 'price');
  if (state.anchor_price === price) return [];
  return [
    { type: 'AnchorSet', data: { anchor_price: formatAmount(price), former_anchor_price: formatOptional(state.anchor_price), reason } },
  ];
}

function close(state: OpenPositionState, data: CommandData<'ClosePosition'>): readonly PositionEvent[] {
  if (state.status === 'CLOSED') return [];
  if (state.reservation) {
    throw new DomainError(
      'position.order_live',
      `Order ${state.reservation.order_id} is still live; cancel it or wait for it, then close`,
      {
        order_id: state.reservation.order_id,
      },
    );
  }
  return [{ type: 'PositionClosed', data }];
}

function reserve(state: OpenPositionState, data: CommandData<'ReserveForOrder'>): readonly PositionEvent[] {
  const own = state.reservation?.order_id === data.order_id ? state.reservation : null;
  if (state.reservation && !own) {
    throw new DomainError('position.order_pending', `Order ${state.reservation.order_id} is still live; one at a time per position`, {
      order_id: state.reservation.order_id,
    });
  }
  if (state.status === 'HALTED') {
    throw new DomainError('position.halted', `The position is halted (${state.halt_reason ?? 'no reason'}); resume it before ordering`);
  }
  if (!data.manual && state.status !== 'ACTIVE')
    throw new DomainError('position.paused', 'The position is paused; resume it before ordering');
  const qty = parseAmount(data.qty);
  const cash = data.side === 'BUY' ? parseAmount(data.cash) : ZERO;
  const shares = data.side === 'SELL' ? qty : ZERO;
  refuseBeyondFree('insufficient_cash', 'Free cash', plus(freeCash(state), own?.cash ?? ZERO), cash);
  if (!data.short_selling) refuseBeyondFree('insufficient_shares', 'Free shares', plus(freeQty(state), own?.shares ?? ZERO), shares);
  return [
    {
      type: 'OrderReserved',
      data: { order_id: data.order_id, side: data.side, qty: formatAmount(qty), cash: formatAmount(cash), shares: formatAmount(shares) },
    },
  ];
}

function refuseBeyondFree(reason: string, what: string, free: Amount, needed: Amount): void {
  if (needed <= free) return;
  const [has, needs] = [formatAmount(free), formatAmount(needed)];
  throw new DomainError(`order.${reason}`, `${what}: ${has}, the order needs ${needs}; order less`, { free: has, needed: needs });
}

function release(
  state: OpenPositionState,
  { order_id, outcome, order_price }: CommandData<'ReleaseReservation'>,
  at: Instant,
): readonly PositionEvent[] {
  if (state.reservation?.order_id !== order_id) return [];
  const released: PositionEvent = { type: 'ReservationReleased', data: { order_id, outcome } };
  if (order_price === null || !movesAnchor(state, at)) return [released];
  const base = { price: parseAmount(order_price), at };
  const anchor = anchorOr(base, state.actions, state.anchor_price) ?? base.price;
  const data = { anchor_price: formatAmount(anchor), former_anchor_price: formatOptional(state.anchor_price) };
  return [released, { type: 'AnchorSet', data: { ...data, reason: 'ORDER_COMPLETED', base_price: order_price } }];
}
