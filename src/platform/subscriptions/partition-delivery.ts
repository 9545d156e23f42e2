/** Gives a partition's events to the handler and commits what it answers; an event that fails for good takes only its own stream aside. */
import { ConflictError, messageOf, UnavailableError } from '../../kernel/errors';
import { DuplicateKey } from '../event-store/event-store.errors';
import type { EventStore, RecordedEvent } from '../event-store/event-store.port';
import { UnreadableEvent } from '../event-store/unreadable-event';
import type { RowWrite } from '../event-store/row-write';
import { movePark, park, type ParkedStream, type ParkedStreams, streamKey, unpark } from './parked-streams';
import { LeaseLost, type PartitionLease } from './partition-lease';
import { partitionOf } from './stream-partition';
import type { SubscriptionDefinition } from './subscription.port';

export interface DeliveryParts {
  readonly definition: SubscriptionDefinition;
  readonly lease: PartitionLease;
  readonly store: EventStore;
  readonly streams: ParkedStreams;
  /** Over how many partitions the log's streams are spread. */
  readonly partitions: number;
  readonly maxTries: number;
  readonly onParked: (stream: ParkedStream) => void;
  /** Throws for an event that must not be passed over unread. */
  readonly check: (event: RecordedEvent) => void;
}

type Events = readonly RecordedEvent[];

/** An event that failed alone, and how often. */
interface Suspect {
  readonly position: number;
  readonly tries: number;
}

export class PartitionDelivery {
  private suspect: Suspect | null = null;
  private kept: ReadonlySet<string> = new Set();

  constructor(private readonly parts: DeliveryParts) {}

  /** Learns what is parked: after the lease was taken, when earlier holders can add nothing any more. */
  async recover(): Promise<void> {
    this.kept = new Set((await this.parked()).map(({ tenantId, stream }) => streamKey(tenantId, stream)));
  }

  /** Those of a page that the handler is to see. Throws where one of the partition must not be passed over unread, whether or not it is for us. */
  concerned(events: Events): Events {
    const { definition, check } = this.parts;
    for (const event of events) {
      try {
        check(event);
      } catch (error) {
        if (this.isOurs(event.tenant_id, event.stream)) throw error;
      }
    }
    return events.filter((event) => definition.handles(event.type) && this.isOurs(event.tenant_id, event.stream) && !this.isKept(event));
  }

  /** Handles the events and moves the checkpoint to `upTo`. What fails is looked for by halves, so that what is before it is done. */
  async deliver(events: Events, upTo: number): Promise<void> {
    const [first, ...others] = events;
    if (!first) {
      await this.parts.lease.commit(upTo, []);
      return;
    }
    if (others.length > 0 && first.position === this.suspect?.position) {
      await this.inParts([first], others, upTo);
      return;
    }
    try {
      await this.handle(events, upTo, []);
      this.suspect = null;
    } catch (error) {
      if (!isOfEvents(error)) throw error;
      if (others.length === 0) await this.blame(first, upTo, error);
      else await this.inParts(events.slice(0, events.length >> 1), events.slice(events.length >> 1), upTo);
    }
  }

  /** Does what operators have decided about parked streams. `position` is how far the partition is read: later events come with its pages. */
  async redeliverDecided(position: number): Promise<void> {
    for (const parked of await this.parked()) if (parked.state !== 'PARKED') await this.redeliver(parked, position);
    await this.recover();
  }

  /** What was kept back of a stream, in order, unparking it with the last of it; where an event fails the stream stands still there. */
  private async redeliver(parked: ParkedStream, position: number): Promise<void> {
    const { store, definition } = this.parts;
    const after = parked.state === 'DISCARD' ? parked.version : parked.version - 1;
    const later = await store.readStream(parked, parked.stream, after);
    const events = later.filter((event) => event.position <= position && definition.handles(event.type));
    if (events.length === 0) await this.parts.lease.commit(position, [unpark(parked)]);
    else await this.redeliverPart({ parked, events, position }, 0, events.length);
  }

  private async inParts(head: Events, tail: Events, upTo: number): Promise<void> {
    await this.deliver(head, head.at(-1)?.position ?? upTo);
    await this.deliver(
      tail.filter((event) => !this.isKept(event)),
      upTo,
    );
  }

  private async handle(events: Events, position: number, writes: readonly RowWrite[]): Promise<void> {
    const { definition, lease } = this.parts;
    const rows = (await definition.handle(events)) ?? [];
    await lease.commit(position, [...rows, ...writes]);
    definition.committed?.();
  }

  /** The event comes again with growing patience; then its stream is parked, and with it what follows there. */
  private async blame(event: RecordedEvent, upTo: number, error: unknown): Promise<void> {
    const { definition, lease, streams, maxTries, onParked } = this.parts;
    const tries = this.suspect?.position === event.position ? this.suspect.tries + 1 : 1;
    this.suspect = { position: event.position, tries };
    if (tries < maxTries) throw error;
    const parked = streams.parked(definition.name, event, tries, messageOf(error));
    await lease.commit(upTo, [park(parked)]);
    this.kept = new Set([...this.kept, streamKey(event.tenant_id, event.stream)]);
    this.suspect = null;
    onParked(parked);
  }

  /** False where an event failed and the stream stays parked. */
  private async redeliverPart(kept: Kept, from: number, to: number): Promise<boolean> {
    const { parked, events, position } = kept;
    const next = events[to];
    const first = events[from];
    if (!first) return true;
    const rest = next ? movePark({ ...parked, position: next.position, version: next.version, state: 'REDRIVE' }) : unpark(parked);
    try {
      await this.handle(events.slice(from, to), position, [rest]);
      return true;
    } catch (error) {
      if (!isOfEvents(error)) throw error;
      if (to - from > 1) {
        const middle = (from + to) >> 1;
        return (await this.redeliverPart(kept, from, middle)) && this.redeliverPart(kept, middle, to);
      }
      const again = this.parts.streams.parked(parked.subscription, first, parked.tries + 1, messageOf(error));
      await this.parts.lease.commit(position, [movePark({ ...again, parkedAt: parked.parkedAt })]);
      this.parts.onParked(again);
      return false;
    }
  }

  private async parked(): Promise<readonly ParkedStream[]> {
    const { definition, streams, lease } = this.parts;
    return (await streams.of(definition.name, lease.log)).filter(({ tenantId, stream }) => this.isOurs(tenantId, stream));
  }

  private isOurs(tenantId: string, stream: string): boolean {
    return partitionOf(tenantId, stream, this.parts.partitions) === this.parts.lease.partition;
  }

  private isKept({ tenant_id, stream }: RecordedEvent): boolean {
    return this.kept.size > 0 && this.kept.has(streamKey(tenant_id, stream));
  }
}

/** What was kept back of a stream, and how far the partition is read. */
interface Kept {
  readonly parked: ParkedStream;
  readonly events: Events;
  readonly position: number;
}

/**
 * Not where a store or a broker is away, or where somebody was faster: then the same events may go through the next time, as those of a
 * newer release will in a newer process.
 */
function isOfEvents(error: unknown): boolean {
  if (error instanceof UnreadableEvent) return error.code === 'events.unreadable';
  if (error instanceof UnavailableError || error instanceof LeaseLost) return false;
  return !(error instanceof ConflictError) || error instanceof DuplicateKey;
}
