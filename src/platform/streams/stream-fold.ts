/** A stream's state from its events. */
import type { Instant } from '../../kernel/clock';
import type { Folded } from '../../kernel/decider';
import { messageOf } from '../../kernel/errors';
import { dataOf, type StoredEvent } from '../event-store/event-data';
import { unreadableEvent } from '../event-store/unreadable-event';
import type { StreamDefinition } from './stream-registry';

export const advance = (before: Folded<unknown> | null, state: unknown, ts: Instant): Folded<unknown> => ({
  state,
  version: (before?.version ?? 0) + 1,
  createdAt: before?.createdAt ?? ts,
  updatedAt: ts,
});

export type FoldedEvent = StoredEvent & { readonly ts: Instant };

/** Null where there are no events. Throws UnreadableEvent that names the event which cannot be read or makes no sense where it is. */
export function foldEvents<State>({ decider }: Pick<StreamDefinition, 'decider'>, events: readonly FoldedEvent[]): Folded<State> | null {
  let folded: Folded<unknown> | null = null;
  for (const event of events) {
    const message = { type: event.type, data: dataOf(event) };
    try {
      folded = advance(folded, decider.evolve(folded ? folded.state : decider.initialState, message, event.ts), event.ts);
    } catch (error) {
      throw unreadableEvent(event, messageOf(error), error);
    }
  }
  return folded as Folded<State> | null;
}
