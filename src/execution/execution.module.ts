/** Orders from intent to fill: queue, worker, broker. */
import { Injectable, Module, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Clock } from '../kernel/clock';
import { Ids } from '../kernel/ids';
import { ExchangeCalendar } from '../market-data/exchange-calendar';
import { FreshPrices } from '../market-data/fresh-price';
import { CrashPoints } from '../platform/event-store/crash-points';
import { Log } from '../platform/observability/log';
import { IntentQueue } from '../platform/queue/queue.port';
import { QueueWorker } from '../platform/queue/queue-worker';
import { Settings } from '../platform/settings';
import { StreamRunner } from '../platform/streams/stream-runner';
import { SubscriptionsRunner } from '../platform/subscriptions/subscriptions.runner';
import { Timer } from '../platform/time/timer.port';
import { Broker } from './broker.port';
import { BrokerWithCrashPoints } from './broker-crash-points';
import { executionQueryHandlers } from './execution.queries';
import { ManualOrders } from './manual-orders';
import { OrderBook } from './order-book';
import { BookBrokerFillHandler, FlattenPositionHandler, PlaceManualOrderHandler, RequestOrderCancelHandler } from './order.handler';
import { OrderSettings } from './order-settings';
import { OrderWorker } from './order-worker';
import { OrdersController } from './orders.controller';
import { PaperBroker } from './paper-broker.adapter';
import { ORDER_QUEUE, type OrderMessage, sendOrders } from './send-order.policy';
import { TradesController } from './trades.controller';

/** Starts to work on orders with the process, and stops with what is in flight finished. */
@Injectable()
class OrderProcessing implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly worker: QueueWorker,
    private readonly queue: IntentQueue,
    private readonly settings: Settings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.settings.roles.has('worker')) return;
    await this.queue.reclaim();
    this.worker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }
}

@Module({
  controllers: [OrdersController, TradesController],
  providers: [
    { provide: OrderSettings, inject: [QueryBus], useFactory: (queries: QueryBus) => new OrderSettings(queries) },
    {
      provide: Broker,
      inject: [Settings, Clock, Timer, CrashPoints],
      useFactory: ({ paper }: Settings, clock: Clock, timer: Timer, crashPoints: CrashPoints) =>
        new BrokerWithCrashPoints(new PaperBroker(paper, clock, timer), crashPoints),
    },
    {
      provide: OrderBook,
      inject: [StreamRunner, ExchangeCalendar, Ids, Log],
      useFactory: (runner: StreamRunner, calendar: ExchangeCalendar, ids: Ids, log: Log) => new OrderBook(runner, calendar, ids, log),
    },
    {
      provide: ManualOrders,
      inject: [StreamRunner, OrderSettings, FreshPrices, ExchangeCalendar, QueryBus, Clock, Ids],
      useFactory: (...parts: ConstructorParameters<typeof ManualOrders>) => new ManualOrders(...parts),
    },
    {
      provide: OrderWorker,
      inject: [OrderBook, Broker, OrderSettings, FreshPrices, ExchangeCalendar, CommandBus, QueryBus, Clock],
      useFactory: (...parts: ConstructorParameters<typeof OrderWorker>) => new OrderWorker(...parts),
    },
    {
      provide: QueueWorker,
      inject: [IntentQueue, Timer, OrderWorker, Log],
      useFactory: (queue: IntentQueue, timer: Timer, worker: OrderWorker, log: Log) =>
        new QueueWorker(queue, timer, {
          queue: ORDER_QUEUE,
          keyOf: ({ tenantId, payload }) => `${tenantId}/${(JSON.parse(payload) as OrderMessage).position_id}`,
          handle: ({ tenantId, payload, attempts }) =>
            worker.handle({ tenantId, attempt: attempts, message: JSON.parse(payload) as OrderMessage }),
          onFailure: ({ message, error, isBuried }) =>
            log.error(isBuried ? 'an order message went to the dead letters' : 'an order message failed and is tried again', {
              order_id: message?.id,
              tenant_id: message?.tenantId,
              err: error,
            }),
        }),
    },
    PlaceManualOrderHandler,
    FlattenPositionHandler,
    RequestOrderCancelHandler,
    BookBrokerFillHandler,
    OrderProcessing,
    ...executionQueryHandlers,
  ],
})
export class ExecutionModule implements OnModuleInit {
  constructor(
    private readonly subscriptions: SubscriptionsRunner,
    private readonly queue: IntentQueue,
    private readonly worker: QueueWorker,
  ) {}

  onModuleInit(): void {
    this.subscriptions.register(sendOrders(this.queue, () => this.worker.wake()));
  }
}
