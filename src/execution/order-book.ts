/** Writes what happens to orders: one append per fill, order and position together; every end releases what was reserved. */
import { formatAmount, formatOptional, max, minus, parseAmount, plus, ZERO } from '../kernel/amount';
import type { CommandContext } from '../kernel/context';
import { ConflictError, NotFoundError } from '../kernel/errors';
import { divide, exact, roundHalfEven } from '../kernel/exact';
import type { Ids } from '../kernel/ids';
import { commission, notional } from '../rules/commission';
import type { BrokerFill, OrderCommandBody } from '../contracts/order';
import { isTerminal } from '../contracts/order-status';
import type { PositionCommandBody } from '../contracts/position';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import { DuplicateKey } from '../platform/event-store/event-store.errors';
import type { Log } from '../platform/observability/log';
import type { Load, RunOptions, StreamItem } from '../platform/streams/stream-item';
import type { StreamRunner } from '../platform/streams/stream-runner';
import { averageFillPrice, type OrderState, type PlacedOrder } from './order.decider';

export interface StockLimits {
  readonly min_stock_pct: string;
  readonly max_stock_pct: string;
}

type EndCommand = Extract<OrderCommandBody, { type: 'CancelOrder' | 'RejectOrder' | 'ExpireOrder' | 'SkipOrder' | 'RequestCancel' }>;

export const orderStream = (orderId: string): string => `order-${orderId}`;

export class OrderBook {
  constructor(
    private readonly streams: StreamRunner,
    private readonly calendar: ExchangeCalendar,
    private readonly ids: Ids,
    private readonly log: Log,
  ) {}

  /** Throws NotFoundError for unknown and foreign orders. */
  async order(tenantId: string, orderId: string): Promise<PlacedOrder> {
    const folded = await this.streams.load<OrderState>(tenantId, orderStream(orderId));
    if (!folded || folded.state.status === 'NONE') throw new NotFoundError('order');
    return folded.state;
  }

  /** Books one execution; the same `broker_trade_id` again changes nothing. */
  async book(
    context: CommandContext,
    orderId: string,
    fill: BrokerFill,
    about: { readonly accepted: string | null; readonly limits: StockLimits | null },
    options: RunOptions = {},
  ): Promise<PlacedOrder> {
    const stream = orderStream(orderId);
    try {
      const result = await this.streams.run(context, (load) => this.bookingItems(load, stream, fill, about), options);
      return placed(result.state<OrderState>(stream).state);
    } catch (error) {
      if (error instanceof DuplicateKey && error.constraint === 'unique_key') return this.bookedBefore(context, orderId, fill);
      throw error;
    }
  }

  /** Somebody booked this trade first. On this order that is what was asked for; on another one, two executions share one id. */
  private async bookedBefore({ tenantId }: CommandContext, orderId: string, { broker_trade_id }: BrokerFill): Promise<PlacedOrder> {
    const order = await this.order(tenantId, orderId);
    if (order.broker_refs.includes(broker_trade_id)) return order;
    throw new ConflictError(
      'order.trade_of_another',
      `Trade ${broker_trade_id} of this account is booked on another order; nothing was booked here, ask the broker which order it fills`,
    );
  }

  private async bookingItems(
    load: Load,
    stream: string,
    fill: BrokerFill,
    about: { readonly accepted: string | null; readonly limits: StockLimits | null },
  ): Promise<readonly StreamItem[]> {
    const loaded = await load<OrderState>(stream);
    if (!loaded || loaded.state.status === 'NONE') throw new NotFoundError('order');
    const order = loaded.state;
    const item = (command: OrderCommandBody): StreamItem => ({ stream, command, loaded, ts: fill.executed_at });
    const accept: StreamItem[] =
      about.accepted !== null && order.broker_order_id === null
        ? [item({ type: 'AcceptOrder', data: { broker_order_id: about.accepted } })]
        : [];
    const trade = this.tradeOf(order, fill);
    const record = item({ type: 'RecordTrade', data: trade });
    if (order.broker_refs.includes(fill.broker_trade_id)) return [record];
    const position = (command: PositionCommandBody): StreamItem => ({
      stream: `position-${order.position_id}`,
      command,
      ts: fill.executed_at,
    });
    return [...accept, record, position(this.bookFill(order, fill, trade, about.limits)), ...this.alarms(order, fill).map(position)];
  }

  private tradeOf(order: PlacedOrder, fill: BrokerFill): Extract<OrderCommandBody, { type: 'RecordTrade' }>['data'] {
    const value = notional(parseAmount(fill.qty, 'qty'), parseAmount(fill.price, 'price'));
    const snapshot = parseAmount(order.commission_rate_snapshot);
    const fee = fill.commission === null ? commission(snapshot, value) : parseAmount(fill.commission, 'commission');
    const rate = fill.commission === null || value === ZERO ? snapshot : roundHalfEven(divide(exact(fee), exact(value)));
    return {
      trade_id: this.ids.next(),
      order_id: order.order_id,
      executed_qty: formatAmount(parseAmount(fill.qty)),
      executed_price: formatAmount(parseAmount(fill.price)),
      notional: formatAmount(value),
      commission: formatAmount(fee),
      fee_currency: order.currency,
      commission_rate_effective: formatAmount(rate),
      broker_ref: fill.broker_trade_id,
      executed_at: fill.executed_at,
    };
  }

  private bookFill(
    order: PlacedOrder,
    fill: BrokerFill,
    trade: ReturnType<OrderBook['tradeOf']>,
    limits: StockLimits | null,
  ): PositionCommandBody {
    const qty = parseAmount(fill.qty);
    const filled = plus(order.filled_qty, qty);
    const done = !isTerminal(order.status) && filled >= (order.submitted_qty ?? order.qty);
    const after = { ...order, filled_qty: filled, filled_value: order.filled_value + qty * parseAmount(fill.price) };
    return {
      type: 'BookFill',
      data: {
        order_id: order.order_id,
        trade_id: trade.trade_id,
        side: order.action,
        executed_qty: trade.executed_qty,
        executed_price: trade.executed_price,
        notional: trade.notional,
        commission: trade.commission,
        day: this.calendar.tradingDay(order.exchange, fill.executed_at),
        order_done: done,
        order_price: done ? formatOptional(averageFillPrice(after)) : null,
        step: order.qty_step,
        limits,
      },
    };
  }

  /** A fill beyond the order, or after its end, is booked and looked at by a person. */
  private alarms(order: PlacedOrder, fill: BrokerFill): readonly PositionCommandBody[] {
    const excess = max(ZERO, minus(plus(order.filled_qty, parseAmount(fill.qty)), order.submitted_qty ?? order.qty));
    const about = { order_id: order.order_id, position_id: order.position_id, broker_trade_id: fill.broker_trade_id };
    if (isTerminal(order.status)) this.log.error('a fill came after its order had ended; it is booked, check with the broker', about);
    if (excess === ZERO) return [];
    this.log.error('a fill exceeds its order; it is booked and the position halted, check with the broker', about);
    const reason = `OVER_FILL: order ${order.order_id} was filled ${formatAmount(excess)} beyond its quantity; check with the broker, then resume`;
    return [{ type: 'HaltPosition', data: { reason } }];
  }

  /** Ends an order; what it reserved is free again, and an order with fills moves the anchor to their average price. */
  async end(context: CommandContext, orderId: string, command: EndCommand, options: RunOptions = {}): Promise<PlacedOrder> {
    const stream = orderStream(orderId);
    const result = await this.streams.run(
      context,
      async (load) => {
        const loaded = await load<OrderState>(stream);
        if (!loaded || loaded.state.status === 'NONE') throw new NotFoundError('order');
        const order = loaded.state;
        const ending: StreamItem = { stream, command, loaded };
        if (isTerminal(order.status) || (command.type === 'RequestCancel' && order.status !== 'QUEUED')) return [ending];
        const data = { order_id: orderId, outcome: command.type, order_price: formatOptional(averageFillPrice(order)) };
        const release: PositionCommandBody = { type: 'ReleaseReservation', data };
        // The anchor that fills have set is as old as the last of them, whenever the order ended.
        const ts = data.order_price === null ? undefined : (order.last_fill_at ?? undefined);
        return [ending, { stream: `position-${order.position_id}`, command: release, ts }];
      },
      options,
    );
    return placed(result.state<OrderState>(stream).state);
  }

  /** One step of an order that touches nothing else. */
  async step(context: CommandContext, orderId: string, command: OrderCommandBody): Promise<PlacedOrder> {
    const stream = orderStream(orderId);
    const result = await this.streams.run(context, [{ stream, command }]);
    return placed(result.state<OrderState>(stream).state);
  }
}

export function placed(state: OrderState): PlacedOrder {
  if (state.status === 'NONE') throw new NotFoundError('order');
  return state;
}
