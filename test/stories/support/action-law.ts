/** The law of histories: whatever became known when, the same money, shares and anchor, and those that plain arithmetic gives. */
import fc from 'fast-check';
import { positionAt } from '../../../src/trading/as-of';
import { effectiveAt, entitlements, type History, histories, outcome, PAID_AT, record } from './action-history';
import { toldFromFrontToBack } from './action-oracle';

export function expectTheSameInEveryOrder(numRuns: number, seed: number): void {
  fc.assert(
    fc.property(histories, fc.nat(), ({ history, recorded }, moment) => {
      const told = toldFromFrontToBack(history, PAID_AT);
      for (const order of [history.facts, recorded]) {
        const { position, events } = record(history, order);
        expect(outcome(position)).toEqual(told.outcome);
        expect(entitlements(position)).toEqual(told.entitled);
        expectTheTruthOf(history, events, moment);
      }
    }),
    { numRuns, seed },
  );
}

/** By execution, the past is what had happened until then, as it is known today. */
function expectTheTruthOf(history: History, events: Parameters<typeof positionAt>[0], moment: number): void {
  const instants = [...history.facts.map(effectiveAt), PAID_AT];
  const at = instants[moment % instants.length] ?? PAID_AT;
  const folded = positionAt(events, { kind: 'executed', at });
  if (!folded || folded.state.status === 'NONE') throw new Error('the position was open by then');
  expect({ at, ...outcome(folded.state) }).toEqual({ at, ...toldFromFrontToBack(history, at).outcome });
}
