/** All subscriptions of this process: woken by commits, started and stopped together. */
import type { RecordedEvent } from '../event-store/event-store.port';
import { NotFoundError } from '../../kernel/errors';
import { LogPages } from './log-pages';
import { type ParkedFilter, type ParkedKey, type ParkedStream, ParkedStreams } from './parked-streams';
import { Subscription } from './subscription';
import type { SubscriptionDefinition, SubscriptionParts, SubscriptionStatus } from './subscription.port';

const POLL_MS = 1_000;
/** How often a process looks who else is there, what is free, and what operators want. */
const LOOK_MS = 1_000;

export class SubscriptionsRunner {
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly pages: LogPages;
  private readonly streams: ParkedStreams;
  private stopWatching: readonly (() => void)[] = [];
  private isStarted = false;

  constructor(private readonly parts: SubscriptionParts) {
    this.pages = new LogPages(parts.store);
    this.streams = new ParkedStreams(parts.sql, parts.clock);
  }

  /** Two subscriptions of one name would share a checkpoint and miss events. */
  register(...definitions: readonly SubscriptionDefinition[]): void {
    for (const definition of definitions) {
      if (this.subscriptions.has(definition.name)) throw new Error(`subscription ${definition.name} is registered twice`);
      const subscription = new Subscription(definition, this.parts, this.pages);
      this.subscriptions.set(definition.name, subscription);
      if (this.isStarted) subscription.start();
    }
  }

  /** Follows the logs: at once after each commit, within a second whatever happens. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    const { store, timer, pollMs = POLL_MS } = this.parts;
    this.stopWatching = [
      store.onCommitted((events) => this.onCommitted(events)),
      store.onWakeUp((log) => this.onWakeUp(log)),
      timer.every(pollMs, () => this.wake()),
      timer.every(LOOK_MS, () => this.look()),
    ];
    for (const subscription of this.subscriptions.values()) subscription.start();
  }

  async stop(): Promise<void> {
    this.isStarted = false;
    for (const end of this.stopWatching) end();
    this.stopWatching = [];
    await Promise.all([...this.subscriptions.values()].map((subscription) => subscription.stop()));
  }

  /** Returns when every subscription has read to the end what this process may read, also what that appended meanwhile. */
  async catchUp(): Promise<void> {
    const { store } = this.parts;
    for (let head = -1; head !== (await store.count());) {
      head = await store.count();
      this.pages.changedAll();
      await Promise.all([...this.subscriptions.values()].map((subscription) => subscription.catchUp()));
    }
  }

  async statuses(): Promise<readonly SubscriptionStatus[]> {
    return (await Promise.all([...this.subscriptions.values()].map((subscription) => subscription.statuses()))).flat();
  }

  /** Streams that wait for an operator, or for the process that does what one decided. */
  async parked(filter: ParkedFilter): Promise<readonly ParkedStream[]> {
    return this.streams.list(await this.parts.store.logs(), filter);
  }

  /** Delivers what was kept back, from the failing event on: by whichever process reads the partition, within a second or so. */
  redrive(key: ParkedKey): Promise<void> {
    return this.decide(key, 'REDRIVE');
  }

  /** Skips the failing event and delivers what was kept back after it. */
  discard(key: ParkedKey): Promise<void> {
    return this.decide(key, 'DISCARD');
  }

  private async decide(key: ParkedKey, decision: 'REDRIVE' | 'DISCARD'): Promise<void> {
    if (!this.subscriptions.has(key.subscription)) throw new NotFoundError('parked stream');
    await this.streams.decide(key, decision);
    this.subscriptions.get(key.subscription)?.look();
  }

  private onCommitted(events: readonly RecordedEvent[]): void {
    for (const [log, ofLog] of byLog(events)) {
      this.pages.changed(log);
      for (const subscription of this.subscriptions.values()) subscription.onCommitted(log, ofLog);
    }
  }

  private onWakeUp(log: number): void {
    this.pages.changed(log);
    for (const subscription of this.subscriptions.values()) subscription.wake(log);
  }

  private wake(): void {
    this.pages.changedAll();
    for (const subscription of this.subscriptions.values()) subscription.wake(null);
  }

  private look(): void {
    for (const subscription of this.subscriptions.values()) subscription.look();
  }
}

/** One flush may hold events of several logs; those of one log are in order and without a gap. */
function byLog(events: readonly RecordedEvent[]): ReadonlyMap<number, readonly RecordedEvent[]> {
  const logs = new Map<number, RecordedEvent[]>();
  for (const event of events) {
    const ofLog = logs.get(event.log);
    if (ofLog) ofLog.push(event);
    else logs.set(event.log, [event]);
  }
  return logs;
}
