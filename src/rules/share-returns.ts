/** What one share earns over a bar: the return that constant mixes are made from. */
import { toNumber } from '../kernel/amount';
import type { PriceHistory } from './benchmarks';
import type { Series } from './performance';

/** Over a bar without an action. */
export const returnAt = (closes: Series, bar: number): number => (closes[bar] as number) / (closes[Math.max(0, bar - 1)] as number) - 1;

/** Over any bar. */
export const returnOver = (history: PriceHistory, bar: number, kept: number): number =>
  history.actionsBefore.has(bar) ? returnWithActions(history, bar, kept) : returnAt(history.closes, bar);

/** Over a bar with actions before it: the new shares of splits, and dividends of which the fraction `kept` is left after tax. */
export function returnWithActions({ closes, actionsBefore }: PriceHistory, bar: number, kept: number): number {
  let shares = 1;
  let dividends = 0;
  for (const action of actionsBefore.get(bar) ?? []) {
    if (action.type === 'split') shares *= Number(action.ratio.new) / Number(action.ratio.old);
    else dividends += shares * toNumber(action.amount) * kept;
  }
  return (shares * (closes[bar] as number) + dividends) / (closes[bar - 1] as number) - 1;
}
