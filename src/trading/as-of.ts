/** Moments of the past: an instant as it was recorded or as it was executed, or a position of the tenant's log. */
import type { Instant } from '../kernel/clock';
import type { Decider, Folded, Message } from '../kernel/decider';
import type { PositionCommandBody, PositionEvent } from '../contracts/position';
import type { RecordedEvent } from '../platform/event-store/event-store.port';
import { type FoldedEvent, foldEvents } from '../platform/streams/stream-fold';
import { positionDecider } from './position.decider';
import { bookFill } from './position.fill';
import type { PositionState } from './position.state';
import { stepOf } from './position.step';

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
 * happened. Null where the position was not open yet.
 */
function executedAsOf(events: readonly PlacedEvent[], instant: Instant): Folded<PositionState> | null {
  const [opening, ...later] = events;
  if (!opening || opening.ts > instant) return null;
  const happened = later.filter(({ ts }) => ts <= instant).sort((a, b) => (a.ts === b.ts ? 0 : a.ts < b.ts ? -1 : 1));
  return foldEvents<PositionState>({ decider: restatingDecider }, [opening, ...happened]);
}

/** A fill states what the position was after it; in another order than the recorded one that must be computed again. */
const restatingDecider: Decider<PositionState, PositionCommandBody, PositionEvent> = {
  ...positionDecider,
  evolve(state, event, at) {
    if (event.type !== 'PositionUpdated' || state.status === 'NONE' || at === undefined) return positionDecider.evolve(state, event, at);
    const booked = bookFill(state, { ...event.data, limits: null, step: stepOf(state) }, at);
    return booked.reduce<PositionState>((before, next) => positionDecider.evolve(before, next, at), state);
  },
};
