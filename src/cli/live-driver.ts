/** Drives the live path step by step: a tick, then everything that follows from it, until nothing is left to do. */
import type { INestApplicationContext } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Instant } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import { RunTick, type TickScope, type TickView } from '../contracts/tick';
import { EventStore } from '../platform/event-store/event-store.port';
import { QueueWorker } from '../platform/queue/queue-worker';
import { SubscriptionsRunner } from '../platform/subscriptions/subscriptions.runner';

export class LiveDriver {
  constructor(
    private readonly commands: CommandBus,
    private readonly store: EventStore,
    private readonly subscriptions: SubscriptionsRunner,
    private readonly worker: QueueWorker,
  ) {}

  static of(nest: INestApplicationContext): LiveDriver {
    const strict = { strict: false };
    return new LiveDriver(
      nest.get(CommandBus, strict),
      nest.get(EventStore, strict),
      nest.get(SubscriptionsRunner, strict),
      nest.get(QueueWorker, strict),
    );
  }

  /** Evaluates every position of the scope, and sees its orders through. */
  async tick(context: CommandContext, tickId: Instant, scope: TickScope): Promise<TickView> {
    const tick = await this.commands.execute(new RunTick(context, tickId, scope));
    if (tick.orders > 0) await this.settle();
    return tick;
  }

  /** Delivers and handles what is due, also what that makes due. */
  async settle(): Promise<void> {
    for (let head = -1; head !== (await this.store.count());) {
      head = await this.store.count();
      await this.subscriptions.catchUp();
      await this.worker.drain();
    }
  }
}
