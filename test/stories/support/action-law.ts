/** The law of histories: whatever became known when, the same money, shares and anchor, namely those that plain arithmetic gives. */
import fc from 'fast-check';
import { positionAt } from '../../../src/trading/as-of';
import { effectiveAt, entitlements, histories, outcome, PAID_AT, record } from './action-history';
import { toldFromFrontToBack } from './action-oracle';

/** In the order of a history itself, and in one in which things became known; at the end, and by execution at an instant of the past. */
export function expectTheSameInEveryOrder(numRuns: number, seed: number): void {
  fc.assert(
    fc.property(histories, fc.boolean(), fc.nat(), ({ history, recorded }, isKnownAtOnce, moment) => {
      const { position, events } = record(history, isKnownAtOnce ? history.facts : recorded);
      const told = toldFromFrontToBack(history, PAID_AT);
      same({ ...outcome(position), entitled: entitlements(position) }, { ...told.outcome, entitled: told.entitled });

      const instants = [...history.facts.map(effectiveAt), PAID_AT];
      const at = instants[moment % instants.length] ?? PAID_AT;
      const folded = positionAt(events, { kind: 'executed', at });
      if (!folded || folded.state.status === 'NONE') throw new Error('the position was open by then');
      same({ at, ...outcome(folded.state) }, { at, ...toldFromFrontToBack(history, at).outcome });
    }),
    { numRuns, seed },
  );
}

/** As `expect(received).toEqual(expected)`, which is asked only where it has something to say: it is slower than all the rest. */
function same(received: object, expected: object): void {
  if (JSON.stringify(received) !== JSON.stringify(expected)) expect(received).toEqual(expected);
}
