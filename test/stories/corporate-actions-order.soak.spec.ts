/** The same law as in every run, over many more histories. */
import fc from 'fast-check';
import { entitlements, histories, outcome, record } from './support/action-history';

it('100,000 histories come to the same whatever the order in which they are recorded', () => {
  fc.assert(
    fc.property(histories, ({ history, recorded }) => {
      const [known, late] = [record(history, history.facts), record(history, recorded)];
      expect(outcome(late)).toEqual(outcome(known));
      expect(entitlements(late)).toEqual(entitlements(known));
    }),
    { numRuns: 100_000 },
  );
});
