/** When the anchor moves: by what was executed last, and by every corporate action since. */
import type { Amount } from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import type { ActionEntry } from '../rules/action-ledger';
import { type AnchorBase, anchorToday } from '../rules/action-prices';
import type { OpenPositionState } from './position.state';

/** A completed order moves the anchor unless something executed later has moved it already. */
export const movesAnchor = ({ status, anchor_base }: OpenPositionState, at: Instant): boolean =>
  status !== 'CLOSED' && (anchor_base === null || at >= anchor_base.at);

/** The anchor that `base` has become; what it is now where an action would leave nothing of it. */
export const anchorOr = (base: AnchorBase | null, actions: readonly ActionEntry[], now: Amount | null): Amount | null =>
  base === null ? now : (anchorToday(base, actions) ?? now);

/** A price that a person or an evaluation names today is in today's shares, whatever the clock says. */
export function baseOfToday(price: Amount, at: Instant, actions: readonly ActionEntry[]): AnchorBase {
  const last = actions.at(-1)?.ex_open ?? at;
  return { price, at: last > at ? last : at };
}
