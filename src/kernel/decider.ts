/** Pure decisions: state and command in, events out. Deciders call nothing; quote, rules, time and rates come in with the command. */
import type { Instant } from './clock';

/** What an event is about; copied onto its header so that it can be found without reading its data. */
export interface EventSubject {
  readonly portfolio_id?: string | null;
  readonly position_id?: string | null;
  readonly instrument_id?: string | null;
  readonly symbol?: string | null;
}

export interface Message {
  readonly type: string;
  readonly data: object;
  /** What an event is about, where its stream's state does not say; kept in the header, not in the data. */
  readonly subject?: EventSubject;
}

export interface Decider<State, Command extends Message, Event extends Message> {
  /** The part of a stream's name before its first `-`. */
  readonly category: string;
  readonly initialState: State;
  /** Already done gives `[]`; a rule that says no throws DomainError. `at` is the business time of the command: when it happened. */
  decide(command: Command, state: State, at?: Instant): readonly Event[];
  /** `at` is the event's business time. */
  evolve(state: State, event: Event, at?: Instant): State;
  /** What an event of this stream is about, from the state after it. */
  subject(state: State, event: Event): EventSubject;
  /** Present where an event may happen once per tenant, whatever its stream's version. */
  uniqueKey?(event: Event): string | null;
}

/** A stream's state with what its log says about it. `createdAt` and `updatedAt` are the business times of its first and last event. */
export interface Folded<State> {
  readonly state: State;
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export const streamName = (category: string, id: string): string => `${category}-${id}`;
export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));
export const streamId = (stream: string): string => stream.slice(stream.indexOf('-') + 1);
