/** Orders of people: placed, flattened, cancelled; and what a broker calls back with. */
import { CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { abs, formatAmount, parseAmount, ZERO } from '../kernel/amount';
import { Clock, epochMs } from '../kernel/clock';
import { DomainError, InputError } from '../kernel/errors';
import {
  BookBrokerFill,
  FlattenPosition,
  type ManualOrderTerms,
  type OrderView,
  PlaceManualOrder,
  RequestOrderCancel,
} from '../contracts/order';
import { isTerminal } from '../contracts/order-status';
import { GetPosition } from '../contracts/position';
import { IntentQueue } from '../platform/queue/queue.port';
import type { RunOptions } from '../platform/streams/stream-item';
import { StreamRunner } from '../platform/streams/stream-runner';
import { Broker } from './broker.port';
import { ManualOrders } from './manual-orders';
import { OrderBook, orderStream } from './order-book';
import type { OrderState } from './order.decider';
import { orderView } from './order.projection';
import { OrderSettings, stockLimits } from './order-settings';
import { orderMessage } from './send-order.policy';

@CommandHandler(PlaceManualOrder)
export class PlaceManualOrderHandler implements ICommandHandler<PlaceManualOrder> {
  constructor(private readonly orders: ManualOrders) {}

  execute({ context, positionId, terms, evaluationPrice, before }: PlaceManualOrder): Promise<OrderView> {
    return this.orders.place(context, positionId, terms, { price: evaluationPrice, before });
  }
}

@CommandHandler(FlattenPosition)
export class FlattenPositionHandler implements ICommandHandler<FlattenPosition> {
  constructor(
    private readonly orders: ManualOrders,
    private readonly queries: QueryBus,
  ) {}

  /** Sells (or buys back) what is held in whole steps, and pauses: the rules shall not buy back what a person has just sold. */
  async execute({ context, positionId }: FlattenPosition): Promise<OrderView> {
    const position = await this.queries.execute(new GetPosition(context.tenantId, positionId));
    const held = await this.orders.wholeSteps(context.tenantId, position, parseAmount(position.free_qty));
    if (held === ZERO) {
      throw new DomainError(
        'position.flat',
        'The position holds nothing that is free to sell in whole steps; cancel its live order first, if it has one',
      );
    }
    const terms: ManualOrderTerms = {
      side: held > ZERO ? 'SELL' : 'BUY',
      qty: formatAmount(abs(held)),
      order_type: 'MARKET',
      time_in_force: 'DAY',
      limit_price: null,
      stop_price: null,
      reason: 'FLATTEN',
    };
    return this.orders.place(context, positionId, terms, { price: null, before: { type: 'PausePosition', data: { reason: 'FLATTEN' } } });
  }
}

@CommandHandler(RequestOrderCancel)
export class RequestOrderCancelHandler implements ICommandHandler<RequestOrderCancel> {
  constructor(
    private readonly book: OrderBook,
    private readonly broker: Broker,
    private readonly streams: StreamRunner,
    private readonly queue: IntentQueue,
  ) {}

  async execute({ context, orderId, reason }: RequestOrderCancel): Promise<OrderView> {
    const order = await this.book.order(context.tenantId, orderId);
    if (isTerminal(order.status) && order.status !== 'CANCELED') {
      throw new DomainError('order.ended', `The order is ${order.status} already; there is nothing left to cancel`, {
        status: order.status,
      });
    }
    const respond: RunOptions = { respond: (state) => orderView(state<OrderState>(orderStream(orderId))) };
    const requested = await this.book.end(context, orderId, { type: 'RequestCancel', data: { reason } }, respond);
    if (requested.status === 'PENDING_CANCEL') {
      const report = await this.broker.cancel(order.client_order_id);
      if (report?.status === 'CANCELED') {
        await this.book.end({ ...context, idempotency: null }, orderId, { type: 'CancelOrder', data: { reason } });
      } else {
        // The worker asks until the broker says what became of it, also where an operator has discarded the order's message.
        const { position_id } = requested;
        const message = { order_id: orderId, position_id, correlation_id: context.correlationId, causation_id: null };
        await this.queue.enqueue(orderMessage(context.tenantId, message));
      }
    }
    const folded = await this.streams.load<OrderState>(context.tenantId, orderStream(orderId));
    if (!folded) throw new Error('an order that was just cancelled is gone');
    return orderView(folded);
  }
}

/** How far a broker's clock may run ahead of ours. */
const CLOCK_TOLERANCE_MS = 60_000;

@CommandHandler(BookBrokerFill)
export class BookBrokerFillHandler implements ICommandHandler<BookBrokerFill> {
  constructor(
    private readonly book: OrderBook,
    private readonly streams: StreamRunner,
    private readonly settings: OrderSettings,
    private readonly clock: Clock,
  ) {}

  async execute({ context, orderId, fill }: BookBrokerFill): Promise<OrderView> {
    for (const field of ['qty', 'price'] as const) {
      if (parseAmount(fill[field], field) <= ZERO) throw new InputError('amount.not_positive', field, 'more than zero', fill[field]);
    }
    if (epochMs(fill.executed_at) > epochMs(this.clock.now()) + CLOCK_TOLERANCE_MS) {
      throw new InputError('fill.future', 'executed_at', 'at most a minute ahead of this server: a fill has happened', fill.executed_at);
    }
    const order = await this.book.order(context.tenantId, orderId);
    const limits = stockLimits(order, await this.settings.of(context.tenantId, order));
    await this.book.book(
      context,
      orderId,
      fill,
      { accepted: null, limits },
      { respond: (state) => orderView(state<OrderState>(orderStream(orderId))) },
    );
    const folded = await this.streams.load<OrderState>(context.tenantId, orderStream(orderId));
    if (!folded) throw new Error('an order that was just filled is gone');
    return orderView(folded);
  }
}
