/** What moves events and work between the parts of the program: queue, subscriptions, live bus, scheduled jobs, projections. */
import { type DynamicModule, Injectable, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import { SchedulerRegistry } from '@nestjs/schedule';
import { requireKnown } from './event-store/event-data';
import { AdminController } from './http/admin.controller';
import { EventsController } from './http/events.controller';
import { SubscriptionsController } from './http/subscriptions.controller';
import { lagCheck } from './observability/lag-check';
import type { Log } from './observability/log';
import { Readiness } from './observability/readiness';
import type { Platform } from './open-platform';
import { ProjectionRebuilder } from './projections/projection-rebuilder';
import { DatabaseQueue } from './queue/database-queue.adapter';
import { IntentQueue } from './queue/queue.port';
import { JobRunner } from './scheduling/job-runner';
import { NestCronTimers } from './scheduling/nest-cron-timers.adapter';
import { EventBusPublisher } from './subscriptions/event-bus.publisher';
import type { SubscriptionParts } from './subscriptions/subscription.port';
import { SubscriptionsRunner } from './subscriptions/subscriptions.runner';
import { Settings } from './settings';

/** Starts what runs in the background once every module is ready, and stops it before the store closes. */
@Injectable()
class Background implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly publisher: EventBusPublisher,
    private readonly subscriptions: SubscriptionsRunner,
    private readonly jobs: JobRunner,
    private readonly settings: Settings,
    private readonly readiness: Readiness,
  ) {}

  onApplicationBootstrap(): void {
    this.publisher.start();
    if (this.settings.roles.has('worker')) {
      this.readiness.register(
        'subscriptions',
        lagCheck(() => this.subscriptions.statuses()),
      );
      this.subscriptions.start();
    }
    if (this.settings.roles.has('scheduler')) this.jobs.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.jobs.stop();
    await this.subscriptions.stop();
    this.publisher.stop();
  }
}

const tellingOf = (log: Log): Pick<SubscriptionParts, 'onError' | 'onParked'> => ({
  onError: (subscription, err) => log.error('a subscription failed and is tried again', { subscription, err }),
  onParked: (parked) => log.error('a subscription parked a stream; redrive or discard it', { ...parked }),
});

@Module({})
export class MessagingModule {
  static forRoot({ opened, projections, logs, clock, ids, timer, log }: Platform): DynamicModule {
    const { store, sql } = opened;
    const holder = ids.next();
    const parts = [
      { provide: IntentQueue, useValue: new DatabaseQueue(sql, clock, logs, holder) },
      {
        provide: SubscriptionsRunner,
        useValue: new SubscriptionsRunner({
          store,
          sql,
          clock,
          timer,
          holder,
          isShared: sql.isShared,
          check: requireKnown,
          ...tellingOf(log),
        }),
      },
      { provide: ProjectionRebuilder, useValue: projections },
      {
        provide: EventBusPublisher,
        inject: [EventBus],
        useFactory: (bus: EventBus) =>
          new EventBusPublisher(store, bus, (err) => log.error('a watcher of committed events failed', { err })),
      },
      {
        provide: JobRunner,
        inject: [SchedulerRegistry],
        useFactory: (scheduler: SchedulerRegistry) =>
          new JobRunner(new NestCronTimers(scheduler), (job, err) => log.error('a job failed; it runs again when it is due', { job, err })),
      },
    ];
    return {
      module: MessagingModule,
      global: true,
      controllers: [AdminController, EventsController, SubscriptionsController],
      providers: [...parts, Background],
      exports: parts.map(({ provide }) => provide),
    };
  }
}
