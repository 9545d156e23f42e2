/** Given these events, when this command, then those events: how a decider's spec reads. */
import type { Decider, Message } from './decider';
import { DomainError } from './errors';

/** When everything of a spec happens that does not say when. */
export const SPEC_TIME = '2026-11-20T15:00:00.000Z';

export const specFor =
  <State, Command extends Message, Event extends Message>(decider: Decider<State, Command, Event>) =>
  (...history: readonly Event[]) => {
    const state = history.reduce((before, event) => decider.evolve(before, event, SPEC_TIME), decider.initialState);
    return {
      state,
      when(command: Command) {
        const decide = () => decider.decide(command, state, SPEC_TIME);
        return {
          // oxlint-disable-next-line unicorn/no-thenable -- given, when, then: it is read, never awaited
          then: (...expected: readonly Event[]) => expect(decide()).toEqual(expected),
          thenNothing: () => expect(decide()).toEqual([]),
          thenRejects: (code: string) => {
            const thrown = catchError(decide);
            expect(thrown).toBeInstanceOf(DomainError);
            expect((thrown as DomainError).code).toBe(code);
          },
          events: decide,
          /** State after the command. */
          state: () => decide().reduce((before, event) => decider.evolve(before, event, SPEC_TIME), state),
        };
      },
    };
  };

function catchError(action: () => unknown): unknown {
  try {
    return action() && new Error('nothing was thrown');
  } catch (error) {
    return error;
  }
}
