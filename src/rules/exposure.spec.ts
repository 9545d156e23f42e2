import fc from 'fast-check';
import { type Exposures, ExposureSum, exposuresOf } from './exposure';
import { closesOf, expectClose, type Holding, holdingAt, holdingsFor, stretchesOf, tapeKinds } from './figures.spec-support';
import { type HeldStretches, HeldWalk } from './held-stretches';
import type { Series } from './performance';

function exposureOf(closes: Series, held: HeldStretches, prepared?: Exposures | null): number | null {
  const sum = new ExposureSum(closes, prepared);
  new HeldWalk(held, [sum]).upTo(closes.length);
  return sum.mean();
}

const runs = tapeKinds.chain((kind) => {
  const closes = closesOf(kind);
  return holdingsFor(closes).map((holdings) => ({ closes, holdings }));
});

/** Bar by bar; with the sum of the absolute shares. */
function plainExposure(closes: Series, holdings: readonly Holding[]): { readonly exposure: number | null; readonly size: number } {
  let [sum, size, hasNothing] = [0, 0, false];
  closes.forEach((close, bar) => {
    const { shares, cash } = holdingAt(holdings, bar);
    const share = (shares * close) / (shares * close + cash);
    if (Math.abs(shares * close + cash) < 1e-12) hasNothing = true;
    sum += share;
    size += Math.abs(share);
  });
  return { exposure: hasNothing ? null : sum / closes.length, size: size / closes.length };
}

describe('the exposure of a holding', () => {
  it('is the mean over all bars of its share of stock, in blocks as bar by bar', () => {
    fc.assert(
      fc.property(runs, ({ closes, holdings }) => {
        const { exposure, size } = plainExposure(closes, holdings);
        const held = stretchesOf(holdings);
        expectClose(exposureOf(closes, held, null), exposure, size);
        expectClose(exposureOf(closes, held, exposuresOf(closes)), exposure, size);
      }),
      { numRuns: 400 },
    );
  });

  it('is exact to 3e-14 up to the bounds of a block, and beyond them', () => {
    for (const w of [-20, -3, -0.25, 0.001, 0.03, 0.25, 0.5, 1, 1.5, 4, 30]) {
      for (const far of [0.001, 0.03, 0.031, 0.04, 0.06, 0.1, 0.3]) {
        // of a block, a quarter lies as far above the reference price as these bounds allow; or all but the reference far below it
        const d = Math.min(far / Math.abs(w), far < 0.04 ? 0.124 : 3);
        const rising = new Float64Array(512).map((_, bar) => (bar % 4 === 1 ? 100 * (1 + d) : 100));
        const falling = new Float64Array(512).map((_, bar) => (bar % 32 === 0 ? 100 : 100 * Math.max(0.01, 1 - d)));
        for (const closes of [rising, falling]) {
          const holdings = [{ bar: 0, shares: w < 0 ? -1 : 1, cash: Math.abs(100 / w) * (1 - w) }];
          const { exposure, size } = plainExposure(closes, holdings);
          const received = exposureOf(closes, stretchesOf(holdings), exposuresOf(closes)) ?? Number.NaN;
          expect(Math.abs(received - (exposure ?? 0))).toBeLessThan(3e-14 * size);
        }
      }
    }
  });

  it('is nothing where a bar finds it worth nothing, be it the first of a block or the last of all', () => {
    for (const bars of [600, 601]) {
      for (const bar of [0, 1, 63, 64, 300, 511, bars - 1]) {
        const closes = new Float64Array(bars).fill(100);
        closes[bar] = 50;
        const held = stretchesOf([{ bar: 0, shares: 1, cash: -50 + 5e-13 }]);
        expect(exposureOf(closes, held, exposuresOf(closes))).toBeNull();
        expect(exposureOf(closes, held, null)).toBeNull();
      }
    }
    const closes = new Float64Array(512).fill(100);
    expect(exposureOf(closes, stretchesOf([{ bar: 0, shares: 0, cash: 1e-13 }]), exposuresOf(closes))).toBeNull();
  });

  it('of a long tape is the same as without blocks, and the same again', () => {
    const closes = closesOf({ seed: 5, bars: 40_000, move: 0.002, drift: 0, jumps: 0, barsPerDay: 78, tick: 0.01 });
    const holdings = [0, 9_000, 9_100, 30_001].map((bar) => ({ bar, shares: 1 + bar, cash: 5_000 }));
    const exposure = exposureOf(closes, stretchesOf(holdings));
    expectClose(exposure, plainExposure(closes, holdings).exposure);
    expect(exposureOf(closes, stretchesOf(holdings))).toBe(exposure);
    expect(exposureOf(closes, stretchesOf(holdings), exposuresOf(closes))).toBe(exposure);
  });
});
