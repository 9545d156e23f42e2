/** Moments of the past: an instant as it was recorded or as it was executed, or a position of the tenant's log. */
import type { Instant } from '../kernel/clock';
import type { Decider, Folded, Message } from '../kernel/decider';
import type { RecordedEvent } from '../platform/event-store/event-store.port';
import { type FoldedEvent, foldEvents } from '../platform/streams/stream-fold';
import { positionDecider } from './position.decider';
import { orderWithin, restatingDecider } from './position.restated';
import type { PositionState } from './position.state';

export type Moment =
  | { readonly kind: 'recorded'; readonly at: Instant }
  | { readonly kind: 'executed'; readonly at: Instant }
  | { readonly kind: 'position'; readonly at: number };

type PlacedEvent = FoldedEvent & Pick<RecordedEvent, 'position' | 'recorded_at'>;

/** A position at that moment; null where it was not there yet. */
export function positionAt(events: readonly PlacedEvent[], moment: Moment): Folded<PositionState> | null {
  if (moment.kind === 'executed') return executedAsOf(events, moment.at);
  return foldEvents<PositionState>({ decider: positionDecider }, knownAt(events, moment));
}

/** Any other stream at that moment: nothing of it is booked late, so that both bases mean the same order. */
export function streamAt<State>(
  decider: Decider<State, Message, Message>,
  events: readonly PlacedEvent[],
  moment: Moment,
): Folded<State> | null {
  return foldEvents<State>({ decider }, moment.kind === 'executed' ? events.filter(({ ts }) => ts <= moment.at) : knownAt(events, moment));
}

const knownAt = (events: readonly PlacedEvent[], moment: Exclude<Moment, { kind: 'executed' }>): readonly PlacedEvent[] =>
  events.filter(({ position, recorded_at }) => (moment.kind === 'position' ? position <= moment.at : recorded_at <= moment.at));

/**
 * What was true at that instant, as known today: in order of execution, so that a fill that was booked late counts from when it
 * happened, and what a dividend or split came to is what it came to in the end. Whether it traded, and what an order reserved, is
 * nothing that becomes known late. Null where the position was not open yet.
 */
function executedAsOf(events: readonly PlacedEvent[], instant: Instant): Folded<PositionState> | null {
  const [opening, ...later] = events;
  if (!opening || opening.ts > instant) return null;
  const happened = later.filter(({ ts }) => ts <= instant);
  const inOrder = happened.toSorted((a, b) => (a.ts === b.ts ? orderWithin(a) - orderWithin(b) : a.ts < b.ts ? -1 : 1));
  const folded = foldEvents<PositionState>({ decider: restatingDecider() }, [opening, ...inOrder]);
  const recorded = foldEvents<PositionState>({ decider: positionDecider }, [opening, ...happened]);
  if (!folded || !recorded || folded.state.status === 'NONE' || recorded.state.status === 'NONE') return folded;
  const { status, halt_reason, reservation, day, quote_epoch } = recorded.state;
  return { ...folded, state: { ...folded.state, status, halt_reason, reservation, day, quote_epoch } };
}
