/** What is asked of the stream runner: commands on streams, and what shall be written with their events. */
import type { Instant } from '../../kernel/clock';
import type { Folded, Message } from '../../kernel/decider';
import type { NewEvent } from '../event-store/event-store.port';
import type { RowWrite } from '../event-store/row-write';

export interface StreamItem {
  readonly stream: string;
  readonly command: Message;
  /** The state this command was decided on, where the caller has loaded it already. */
  readonly loaded?: Folded<unknown> | null;
  /** Business time of the events; now, unless something says when it happened. */
  readonly ts?: Instant;
}

export type Load = <State>(stream: string) => Promise<Folded<State> | null>;
/** Built anew for each try, so that what was read is never older than what is decided. */
export type ItemSource = readonly StreamItem[] | ((load: Load) => Promise<readonly StreamItem[]> | readonly StreamItem[]);

export interface RunOptions {
  /** The answer that an idempotency key replays, from the states after the events. Secrets do not belong in it. */
  readonly respond?: (state: <State>(stream: string) => Folded<State>) => object;
  /** Tries on a version conflict; 1 leaves the conflict to the caller. */
  readonly tries?: number;
  /** Rows that belong to the same commit. */
  readonly writes?: readonly RowWrite[];
}

export interface RunResult {
  state<State>(stream: string): Folded<State>;
  /** What happened, in order; empty where everything was done before. */
  readonly events: readonly NewEvent[];
}
