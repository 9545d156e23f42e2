/** All subscriptions of this process: started and stopped together. */
import { Subscription, type SubscriptionDefinition, type SubscriptionParts, type SubscriptionStatus } from './subscription';

export class SubscriptionsRunner {
  private readonly subscriptions = new Map<string, Subscription>();
  private isStarted = false;

  constructor(private readonly parts: SubscriptionParts) {}

  /** Two subscriptions of one name would share a checkpoint and miss events. */
  register(...definitions: readonly SubscriptionDefinition[]): void {
    for (const definition of definitions) {
      if (this.subscriptions.has(definition.name)) throw new Error(`subscription ${definition.name} is registered twice`);
      const subscription = new Subscription(definition, this.parts);
      this.subscriptions.set(definition.name, subscription);
      if (this.isStarted) subscription.start();
    }
  }

  start(): void {
    this.isStarted = true;
    for (const subscription of this.subscriptions.values()) subscription.start();
  }

  async stop(): Promise<void> {
    this.isStarted = false;
    await Promise.all([...this.subscriptions.values()].map((subscription) => subscription.stop()));
  }

  /** Returns when every subscription has handled the whole log, also what they appended meanwhile. */
  async catchUp(): Promise<void> {
    for (let head = -1; head !== (await this.parts.store.count());) {
      head = await this.parts.store.count();
      await Promise.all([...this.subscriptions.values()].map((subscription) => subscription.catchUp()));
    }
  }

  statuses(): Promise<readonly SubscriptionStatus[]> {
    return Promise.all([...this.subscriptions.values()].map((subscription) => subscription.status()));
  }
}
