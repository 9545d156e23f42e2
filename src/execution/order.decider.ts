/** The life of one order, from intent to its end. Terminal states absorb, except a late fill, which is recorded. */
import { type Amount, formatAmount, max, minus, parseAmount, plus, SCALE, ZERO } from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import type { Decider } from '../kernel/decider';
import { DomainError, never } from '../kernel/errors';
import { roundHalfEven } from '../kernel/exact';
import type { OrderCommandBody, OrderEvent, OrderIntent, OrderStatus } from '../contracts/order';
import { isTerminal, tickOrderKeys } from '../contracts/order-status';

export interface PlacedOrder extends Omit<OrderIntent, 'qty'> {
  readonly status: OrderStatus;
  readonly qty: Amount;
  /** What was sent: the quantity after the caps at the fresh price; null before. */
  readonly submitted_qty: Amount | null;
  readonly filled_qty: Amount;
  /** Exact sum of qty × price of the fills in units of 1e-16, for the volume-weighted price. */
  readonly filled_value: bigint;
  readonly commission: Amount;
  readonly broker_order_id: string | null;
  /** Broker trade ids booked so far: ingestion is idempotent by them. */
  readonly broker_refs: readonly string[];
  readonly repriced: number;
  readonly status_reason: string | null;
  readonly last_fill_at: Instant | null;
}

export type OrderState = { readonly status: 'NONE' } | PlacedOrder;

/** Volume-weighted price of the fills, half-even at 8 places; null without fills. */
export const averageFillPrice = (order: PlacedOrder): Amount | null =>
  order.filled_qty > ZERO ? roundHalfEven({ n: order.filled_value, d: order.filled_qty * SCALE }) : null;

/** What can still fill. */
export const remainingQty = (order: PlacedOrder): Amount => max(ZERO, minus(order.submitted_qty ?? order.qty, order.filled_qty));

const OPEN: readonly OrderStatus[] = ['SUBMITTED', 'PARTIALLY_FILLED', 'PENDING_CANCEL', 'UNKNOWN'];

export const orderDecider: Decider<OrderState, OrderCommandBody, OrderEvent> = {
  category: 'order',
  initialState: { status: 'NONE' },

  decide(command, state) {
    if (command.type === 'QueueOrder') return state.status === 'NONE' ? [{ type: 'OrderIntentQueued', data: command.data }] : [];
    if (command.type === 'RecordRejectedOrder') {
      if (state.status !== 'NONE') return [];
      return [
        { type: 'OrderIntentQueued', data: command.data },
        { type: 'OrderRejected', data: { reason: command.data.reason } },
      ];
    }
    if (state.status === 'NONE') throw new DomainError('order.unknown', 'There is no such order; queue it first');
    return decideFor(state, command);
  },

  evolve(state, event) {
    if (event.type === 'OrderIntentQueued') return queued(event.data);
    if (state.status === 'NONE') throw new Error(`${event.type} before OrderIntentQueued`);
    return evolveOrder(state, event);
  },

  subject(state) {
    if (state.status === 'NONE') throw new Error('an order event without an order');
    const { portfolio_id, position_id, instrument_id, symbol } = state;
    return { portfolio_id, position_id, instrument_id, symbol };
  },

  uniqueKey(event) {
    if (event.type === 'OrderIntentQueued') return intentKey(event.data);
    if (event.type === 'TradeExecuted') return `trade:${event.data.account_id}:${event.data.broker_ref}`;
    return null;
  },
};

const intentKey = ({ tick_id, position_id, dedupe_key }: OrderIntent): string =>
  tick_id === null ? `order:key:${dedupe_key}` : `${tickOrderKeys(tick_id)}${position_id}`;

function decideFor(
  order: PlacedOrder,
  command: Exclude<OrderCommandBody, { type: 'QueueOrder' | 'RecordRejectedOrder' }>,
): readonly OrderEvent[] {
  switch (command.type) {
    case 'RepriceOrder':
      return when(order, ['QUEUED'], { type: 'OrderRepriced', data: { ...command.data, attempt: order.repriced + 1 } });
    case 'SubmitOrder':
      return when(order, ['QUEUED'], { type: 'OrderSubmitted', data: { ...command.data, client_order_id: order.client_order_id } });
    case 'AcceptOrder':
      return when(order, ['SUBMITTED', 'UNKNOWN'], { type: 'OrderAccepted', data: command.data });
    case 'RecordTrade':
      return recordTrade(order, command.data);
    case 'RequestCancel':
      if (order.status === 'QUEUED') return [{ type: 'OrderCanceled', data: command.data }];
      return when(order, ['SUBMITTED', 'PARTIALLY_FILLED', 'UNKNOWN'], { type: 'OrderCancelRequested', data: command.data });
    case 'MarkUnknown':
      return when(order, ['SUBMITTED', 'PARTIALLY_FILLED', 'PENDING_CANCEL'], { type: 'OrderUnknown', data: command.data });
    case 'CancelOrder':
      return when(order, ['QUEUED', ...OPEN], { type: 'OrderCanceled', data: command.data });
    case 'RejectOrder':
      return when(order, ['QUEUED', ...OPEN], { type: 'OrderRejected', data: command.data });
    case 'ExpireOrder':
      return when(order, ['QUEUED', ...OPEN], { type: 'OrderExpired', data: command.data });
    case 'SkipOrder':
      return when(order, ['QUEUED'], { type: 'OrderSkipped', data: command.data });
    default:
      return never(command);
  }
}

/** From any other status the command is late or done: nothing happens. */
const when = (order: PlacedOrder, statuses: readonly OrderStatus[], event: OrderEvent): readonly OrderEvent[] =>
  statuses.includes(order.status) ? [event] : [];

function recordTrade(order: PlacedOrder, trade: Extract<OrderCommandBody, { type: 'RecordTrade' }>['data']): readonly OrderEvent[] {
  if (order.broker_refs.includes(trade.broker_ref)) return [];
  const filled = plus(order.filled_qty, parseAmount(trade.executed_qty));
  const ordered = order.submitted_qty ?? order.qty;
  const { position_id, account_id, tick_id } = order;
  return [
    {
      type: 'TradeExecuted',
      data: {
        ...trade,
        position_id,
        account_id,
        tick_id,
        side: order.action,
        filled_qty: formatAmount(filled),
        late: isTerminal(order.status),
        excess_qty: formatAmount(max(ZERO, minus(filled, ordered))),
      },
    },
  ];
}

function queued(intent: OrderIntent): PlacedOrder {
  return {
    ...intent,
    status: 'QUEUED',
    qty: parseAmount(intent.qty),
    submitted_qty: null,
    filled_qty: ZERO,
    filled_value: 0n,
    commission: ZERO,
    broker_order_id: null,
    broker_refs: [],
    repriced: 0,
    status_reason: null,
    last_fill_at: null,
  };
}

function evolveOrder(order: PlacedOrder, event: Exclude<OrderEvent, { type: 'OrderIntentQueued' }>): PlacedOrder {
  switch (event.type) {
    case 'OrderRepriced': {
      const { attempt, evaluation_price, qty, commission_estimated } = event.data;
      return { ...order, evaluation_price, qty: parseAmount(qty), commission_estimated, repriced: attempt };
    }
    case 'OrderSubmitted':
      return { ...order, status: 'SUBMITTED', submitted_qty: parseAmount(event.data.qty) };
    case 'OrderAccepted':
      return { ...order, status: order.filled_qty > ZERO ? 'PARTIALLY_FILLED' : 'SUBMITTED', broker_order_id: event.data.broker_order_id };
    case 'TradeExecuted':
      return traded(order, event.data);
    case 'OrderCancelRequested':
      return { ...order, status: 'PENDING_CANCEL', status_reason: event.data.reason };
    case 'OrderUnknown':
      return { ...order, status: 'UNKNOWN', status_reason: event.data.reason };
    case 'OrderCanceled':
      return { ...order, status: 'CANCELED', status_reason: event.data.reason };
    case 'OrderRejected':
      return { ...order, status: 'REJECTED', status_reason: event.data.reason };
    case 'OrderExpired':
      return { ...order, status: 'EXPIRED', status_reason: event.data.reason };
    case 'OrderSkipped':
      return { ...order, status: 'SKIPPED', status_reason: event.data.reason };
    default:
      return never(event);
  }
}

function traded(order: PlacedOrder, trade: Extract<OrderEvent, { type: 'TradeExecuted' }>['data']): PlacedOrder {
  const qty = parseAmount(trade.executed_qty);
  const filled = plus(order.filled_qty, qty);
  const open = order.status === 'PENDING_CANCEL' ? 'PENDING_CANCEL' : 'PARTIALLY_FILLED';
  const complete = filled >= (order.submitted_qty ?? order.qty);
  return {
    ...order,
    status: isTerminal(order.status) ? order.status : complete ? 'FILLED' : open,
    filled_qty: filled,
    filled_value: order.filled_value + qty * parseAmount(trade.executed_price),
    commission: plus(order.commission, parseAmount(trade.commission)),
    broker_refs: [...order.broker_refs, trade.broker_ref],
    last_fill_at: trade.executed_at,
  };
}
