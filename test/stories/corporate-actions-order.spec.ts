/** When trades, dividends and splits become known must not matter: the same money, shares and anchor in the end. */
import fc from 'fast-check';
import { entitlements, histories, outcome, record } from './support/action-history';

describe('trades, dividends and splits', () => {
  it('come to the same whatever the order in which they are recorded', () => {
    fc.assert(
      fc.property(histories, ({ history, recorded }) => {
        const known = record(history, history.facts);
        const late = record(history, recorded);
        expect(outcome(late)).toEqual(outcome(known));
        expect(entitlements(late)).toEqual(entitlements(known));
      }),
      { numRuns: 1_000 },
    );
  }, 120_000);
});
