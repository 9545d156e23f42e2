import fc from 'fast-check';
import { courseOfStretches, exposureOfStretches, fillEquity, HeldStretches, startOf } from './held-stretches';
import { courseOf } from './performance';
import { blocksOf } from './price-blocks';

/** Prices in cents around 100, with runs of equal ones; days of one to a few hundred bars. */
const tapes = fc
  .record({
    moves: fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 1, maxLength: 700 }),
    barsPerDay: fc.constantFrom(1, 7, 78, 300),
    changes: fc.array(fc.tuple(fc.nat(699), fc.integer({ min: -40, max: 900 }), fc.integer({ min: -2_000, max: 90_000 })), {
      maxLength: 12,
    }),
  })
  .map(({ moves, barsPerDay, changes }) => {
    let cents = 10_000;
    const closes = Float64Array.from(moves, (move) => (cents = Math.max(1, cents + move)) / 100);
    const calendarDays = Int32Array.from(moves, (_, bar) => 20_000 + Math.floor(bar / barsPerDay));
    const dayEnds = Int32Array.from([...calendarDays.keys()].filter((bar) => calendarDays[bar] !== calendarDays[bar + 1]));
    const held = new HeldStretches();
    held.add(0, 500, 50_000.25);
    for (const [bar, shares, cash] of changes.toSorted((a, b) => a[0] - b[0])) {
      if (bar < closes.length) held.add(bar, shares + 0.123456, cash + 0.1);
    }
    const timeline = { bars: closes.length, dayEnds, calendarDays };
    return { priced: { closes, timeline, blocks: blocksOf(closes) }, held };
  });

describe('a holding in stretches', () => {
  it('has the very figures that its value at every bar has', () => {
    fc.assert(
      fc.property(tapes, ({ priced, held }) => {
        const equity = new Float64Array(priced.closes.length);
        fillEquity(equity, priced.closes, held);
        expect(courseOfStretches(priced, held)).toEqual(courseOf(equity, priced.timeline));
        expect(startOf(priced.closes, held)).toBe(equity[0]);
      }),
      { numRuns: 400 },
    );
  });

  it('has no exposure where a bar finds it worth nothing', () => {
    const held = new HeldStretches();
    held.add(0, 1, 100);
    held.add(1, 0, 0);
    expect(exposureOfStretches(Float64Array.of(100, 100), held)).toBeNull();
    held.add(1, 0, 50);
    expect(exposureOfStretches(Float64Array.of(100, 100), held)).toBe(0.25);
  });
});
