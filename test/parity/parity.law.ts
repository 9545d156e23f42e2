/** The laws of parity, for as many random runs as there is time for. */
import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { comparable, replayed, simulated } from './parity';
import { randomRun } from './random-run';

const BARS = { actions: false, timed: true, quotes: false };
const ACTIONS = { actions: true, timed: false, quotes: false };
const EVERYTHING = { actions: true, timed: true, quotes: true };

const seed = Number(process.env['PARITY_SEED'] ?? randomInt(2 ** 31));

/** A replay starts the whole program on a store of its own, so the laws about it take half a second per run. */
export function parityLaws(numRuns: number): void {
  const terms = { numRuns, seed, endOnFailure: true };

  it(`with PARITY_SEED=${seed} simulates what the live path does, and both what an independent oracle says`, async () => {
    await fc.assert(
      fc.asyncProperty(randomRun(BARS), async (run) => {
        const { result } = simulated(run);
        expect(await replayed(run)).toEqual(result);
        const { expected, received } = comparable(run, result);
        expect(received).toEqual(expected);
      }),
      terms,
    );
  }, 3_600_000);

  it('simulates what the live path does with dividends, splits and the quotes that were seen', async () => {
    await fc.assert(
      fc.asyncProperty(randomRun(EVERYTHING), async (run) => {
        expect(simulated(run).result).toEqual(await replayed(run));
      }),
      { ...terms, numRuns: numRuns / 2 },
    );
  }, 3_600_000);

  it('treats dividends and splits as the oracle does', () => {
    fc.assert(
      fc.property(randomRun(ACTIONS), (run) => {
        const { expected, received } = comparable(run, simulated(run).result);
        expect(received).toEqual(expected);
      }),
      terms,
    );
  });

  it('decides on the first bars alone what it decides with the rest to come', () => {
    fc.assert(
      fc.property(randomRun(EVERYTHING), fc.double({ min: 0.1, max: 1, noNaN: true }), (run, part) => {
        const bars = Math.max(1, Math.floor(run.bars.length * part));
        const [whole, prefix] = [simulated(run).run, simulated(run, bars).run];
        const known = <Item extends { readonly bar: number }>(items: readonly Item[]) => items.filter(({ bar }) => bar < bars);
        expect(Array.from(prefix.reasons)).toEqual(Array.from(whole.reasons.subarray(0, bars)));
        expect(prefix.trades).toEqual(known(whole.trades));
        expect(Array.from(prefix.curve.equity)).toEqual(Array.from(whole.curve.equity.subarray(0, bars)));
      }),
      terms,
    );
  });
}
