/** How many shares a position held at an instant, by when things were executed and not by when they were recorded. */
import { type Amount, plus, ZERO } from '../kernel/amount';
import type { Instant, TradingDay } from '../kernel/clock';
import { type SplitRatio, splitShares } from './split';

/** A signed change of the holding, in the shares of its own time. */
export interface ShareChange {
  readonly at: Instant;
  readonly qty: Amount;
}

export interface PastSplit {
  readonly ex_date: TradingDay;
  /** The first instant at which new shares trade: what was executed before it counts in old ones. */
  readonly ex_open: Instant;
  readonly ratio: SplitRatio;
}

/**
 * The holding from changes executed before `before` (a cutoff: that instant itself is too late), restated by the splits with an
 * ex-date before `exDate`. A split of the same date is left to the caller: it comes before the dividend of that date.
 */
export function heldBefore(
  changes: readonly ShareChange[],
  splits: readonly PastSplit[],
  { before, exDate, step }: { readonly before: Instant; readonly exDate: TradingDay; readonly step: Amount },
): Amount {
  const entitled = changes.filter(({ at }) => at < before).sort((a, b) => order(a.at, b.at));
  const earlier = splits.filter(({ ex_date }) => ex_date < exDate).sort((a, b) => order(a.ex_date, b.ex_date));
  let qty = ZERO;
  let next = 0;
  const applyUntil = (instant: Instant): void => {
    for (let split = earlier[next]; split !== undefined; split = earlier[++next]) {
      if (split.ex_open > instant) return;
      qty = splitShares(qty, split.ratio, step).qty;
    }
  };
  for (const change of entitled) {
    applyUntil(change.at);
    qty = plus(qty, change.qty);
  }
  applyUntil(AFTER_ALL);
  return qty;
}

/** Later than every instant, as text. */
const AFTER_ALL: Instant = '~';

const order = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
