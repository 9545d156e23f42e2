/** The event loop itself: no timer, so a lone caller waits for nothing. */
import type { Defer } from './defer';

export const deferToNextTurn: Defer = (task) => {
  setImmediate(task);
};
