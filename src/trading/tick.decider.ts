/** One tick: started once with the positions it covers, completed once. Missed instants are recorded on a stream of their own. */
import type { Decider } from '../kernel/decider';
import { never } from '../kernel/errors';
import type { TickCounts, TickEvent } from '../contracts/tick';

type EventData<Type extends TickEvent['type']> = Extract<TickEvent, { type: Type }>['data'];

export type TickState =
  | { readonly status: 'NONE' }
  | { readonly status: 'STARTED'; readonly positions: EventData<'TickStarted'>['positions'] }
  | { readonly status: 'COMPLETED'; readonly counts: TickCounts; readonly positions: EventData<'TickStarted'>['positions'] };

export type TickCommand =
  | { readonly type: 'StartTick'; readonly data: EventData<'TickStarted'> }
  | { readonly type: 'CompleteTick'; readonly data: EventData<'TickCompleted'> }
  | { readonly type: 'RecordMissedTicks'; readonly data: EventData<'TickMissed'> };

export const tickDecider: Decider<TickState, TickCommand, TickEvent> = {
  category: 'tick',
  initialState: { status: 'NONE' },

  decide(command, state) {
    switch (command.type) {
      case 'StartTick':
        return state.status === 'NONE' ? [{ type: 'TickStarted', data: command.data }] : [];
      case 'CompleteTick':
        return state.status === 'STARTED' ? [{ type: 'TickCompleted', data: command.data }] : [];
      case 'RecordMissedTicks':
        return state.status === 'NONE' ? [{ type: 'TickMissed', data: command.data }] : [];
      default:
        return never(command);
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'TickStarted':
        return { status: 'STARTED', positions: event.data.positions };
      case 'TickCompleted': {
        const { evaluated, holds, orders, already_evaluated, failed } = event.data;
        const positions = state.status === 'NONE' ? {} : state.positions;
        return { status: 'COMPLETED', counts: { evaluated, holds, orders, already_evaluated, failed }, positions };
      }
      case 'TickMissed':
        return { status: 'COMPLETED', counts: { evaluated: 0, holds: 0, orders: 0, already_evaluated: 0, failed: 0 }, positions: {} };
      default:
        return never(event);
    }
  },

  subject: () => ({}),
};

export const tickStream = (tickId: string): string => `tick-${tickId}`;
/** Where the instants between two ticks are recorded as missed: named by the first of them. */
export const missedStream = (first: string): string => `tick-missed:${first}`;
