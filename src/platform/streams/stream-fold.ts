/** A stream's state from its events. */
import type { Instant } from '../../kernel/clock';
import type { Folded } from '../../kernel/decider';
import type { StreamDefinition } from './stream-registry';

export const advance = (before: Folded<unknown> | null, state: unknown, ts: Instant): Folded<unknown> => ({
  state,
  version: (before?.version ?? 0) + 1,
  createdAt: before?.createdAt ?? ts,
  updatedAt: ts,
});

/** Null where there are no events. */
export function foldEvents<State>(
  { decider }: Pick<StreamDefinition, 'decider'>,
  events: readonly { readonly type: string; readonly data: string; readonly ts: Instant }[],
  start: Folded<State> | null = null,
): Folded<State> | null {
  let folded: Folded<unknown> | null = start;
  for (const { type, data, ts } of events) {
    const event = { type, data: JSON.parse(data) as object };
    folded = advance(folded, decider.evolve(folded ? folded.state : decider.initialState, event, ts), ts);
  }
  return folded as Folded<State> | null;
}
