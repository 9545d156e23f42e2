/** Waiting is a port: production uses the machine's timers, tests and replays a virtual clock. */

/** A longer wait is a due date and belongs in a query: past 2^31 ms a timer of the machine would fire at once. */
export const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

export abstract class Timer {
  /** Calls back once, after `ms` (0..one day); the returned function cancels. Throws RangeError for a longer wait. */
  abstract after(ms: number, callback: () => void): () => void;
  /** Calls back every `ms` (1..one day) until the returned function is called. Throws RangeError for a longer period. */
  abstract every(ms: number, callback: () => void): () => void;
}

export function checkWait(ms: number, least: number): number {
  if (ms >= least && ms <= LONGEST_WAIT_MS) return ms;
  throw new RangeError(`a timer waits ${least} to ${LONGEST_WAIT_MS} ms, received ${ms}; keep a due date and query for it instead`);
}
