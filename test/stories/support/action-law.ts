/** The law of histories: whatever became known when, the same money, shares and anchor, and those that plain arithmetic gives. */
import fc from 'fast-check';
import { entitlements, histories, outcome, record } from './action-history';
import { toldFromFrontToBack } from './action-oracle';

export function expectTheSameInEveryOrder(numRuns: number, seed: number): void {
  fc.assert(
    fc.property(histories, ({ history, recorded }) => {
      const told = toldFromFrontToBack(history);
      for (const order of [history.facts, recorded]) {
        const position = record(history, order);
        expect(outcome(position)).toEqual(told.outcome);
        expect(entitlements(position)).toEqual(told.entitled);
      }
    }),
    { numRuns, seed },
  );
}
