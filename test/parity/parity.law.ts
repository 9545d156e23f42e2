/** The laws of parity, for as many random runs as there is time for. */
import fc from 'fast-check';
import { comparable, replayed, simulated } from './parity';
import { randomRun } from './random-run';

/** A replay starts the whole program on a store of its own, so the first law takes a second per run. */
export function parityLaws(numRuns: number): void {
  it('simulates what the live path does, and both what an independent oracle says', async () => {
    await fc.assert(
      fc.asyncProperty(randomRun(false), async (run) => {
        const { result } = simulated(run);
        expect(await replayed(run)).toEqual(result);
        const { expected, received } = comparable(run, result);
        expect(received).toEqual(expected);
      }),
      { numRuns, endOnFailure: true },
    );
  }, 3_600_000);

  it('treats dividends and splits as the oracle does', () => {
    fc.assert(
      fc.property(randomRun(true), (run) => {
        const { expected, received } = comparable(run, simulated(run).result);
        expect(received).toEqual(expected);
      }),
      { numRuns, endOnFailure: true },
    );
  });

  it('decides on the first bars alone what it decides with the rest to come', () => {
    fc.assert(
      fc.property(randomRun(true), fc.double({ min: 0.1, max: 1, noNaN: true }), (run, part) => {
        const bars = Math.max(1, Math.floor(run.bars.length * part));
        const [whole, prefix] = [simulated(run).run, simulated(run, bars).run];
        const known = <Item extends { readonly bar: number }>(items: readonly Item[]) => items.filter(({ bar }) => bar < bars);
        expect(Array.from(prefix.reasons)).toEqual(Array.from(whole.reasons.subarray(0, bars)));
        expect(prefix.trades).toEqual(known(whole.trades));
        expect(Array.from(prefix.curve.equity)).toEqual(Array.from(whole.curve.equity.subarray(0, bars)));
      }),
      { numRuns, endOnFailure: true },
    );
  });
}
