/** Every decider and inline projection by stream category; each context's module adds its own at start. */
import type { Decider, EventSubject, Message } from '../../kernel/decider';
import type { EventProjection, Projection, StateProjection } from '../projections/projection';

// A registry holds deciders of every state, command and event type; the runner only passes them what they themselves produced.
/* eslint-disable @typescript-eslint/no-explicit-any -- the registry holds every state, command and event type */
export interface StreamDefinition {
  readonly decider: Decider<any, any, any>;
  /** Events are facts appended whatever the stream's version is; no state is loaded. */
  readonly appendsAnyway?: boolean;
  readonly state?: StateProjection<any>;
  readonly rows?: readonly EventProjection[];
  /** An event's data as readers get it, where what is stored leaves out what is usual; the header says what it is about. */
  readonly expand?: (data: object, header: EventSubject) => object;
}

export const defineStream = <State, Command extends Message, Event extends Message>(
  definition: Omit<StreamDefinition, 'decider' | 'state'> & {
    readonly decider: Decider<State, Command, Event>;
    readonly state?: StateProjection<State>;
  },
): StreamDefinition => definition;

export class StreamRegistry {
  private readonly byCategory = new Map<string, StreamDefinition>();

  register(...definitions: readonly StreamDefinition[]): void {
    for (const definition of definitions) {
      const { category } = definition.decider;
      if (this.byCategory.has(category)) throw new Error(`stream category ${category} is registered twice`);
      this.byCategory.set(category, definition);
    }
  }

  get(category: string): StreamDefinition {
    const definition = this.byCategory.get(category);
    if (!definition) throw new Error(`no decider is registered for streams ${category}-…`);
    return definition;
  }

  find(category: string): StreamDefinition | undefined {
    return this.byCategory.get(category);
  }

  projections(): readonly Projection[] {
    return [...this.byCategory.values()].flatMap((definition): Projection[] => [
      ...(definition.state ? [definition.state] : []),
      ...(definition.rows ?? []),
    ]);
  }
}
