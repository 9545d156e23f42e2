import fc from 'fast-check';
import {
  closesOf,
  expectClose,
  historyOf,
  holdingAt,
  holdingsFor,
  plainDrawdown,
  stretchesOf,
  tapeKinds,
  valuesOf,
} from './figures.spec-support';
import { courseOf, CourseWatch, fillEquity, HeldStretches } from './held-stretches';

const runs = tapeKinds.chain((kind) => {
  const history = historyOf(closesOf(kind), kind.barsPerDay);
  return holdingsFor(history.closes).map((holdings) => ({ history, holdings }));
});
const columns = ({ closesFrom, shares, effectiveCash }: HeldStretches) => ({ closesFrom, shares, effectiveCash });

describe('a holding in stretches', () => {
  it('has the value of every bar', () => {
    fc.assert(
      fc.property(runs, ({ history, holdings }) => {
        const { closes } = history;
        const equity = new Float64Array(closes.length);
        fillEquity(equity, closes, stretchesOf(holdings));
        expect(equity).toEqual(valuesOf(closes, holdings));
        expect(new CourseWatch(history, stretchesOf(holdings)).start).toBe(equity[0]);
      }),
      { numRuns: 100 },
    );
  });

  it('has the daily values and the drawdown that its value at every bar has', () => {
    fc.assert(
      fc.property(runs, ({ history, holdings }) => {
        const { closes, timeline } = history;
        const values = valuesOf(closes, holdings);
        const { daily, max_drawdown, max_drawdown_days } = courseOf(history, stretchesOf(holdings));
        const plain = plainDrawdown(values, timeline.calendarDays);
        expect(daily).toEqual(Float64Array.from(timeline.dayEnds, (bar) => values[bar] as number));
        expect(max_drawdown_days).toBe(plain.max_drawdown_days);
        expectClose(max_drawdown, plain.max_drawdown);
      }),
      { numRuns: 400 },
    );
  });

  it('is the same whoever records it: at its changes, at every bar, or twice at one bar', () => {
    fc.assert(
      fc.property(runs, ({ history: { closes }, holdings }) => {
        const [everyBar, corrected] = [new HeldStretches(), new HeldStretches()];
        closes.forEach((_, bar) => {
          const { shares, cash } = holdingAt(holdings, bar);
          everyBar.add(bar, shares, cash);
          corrected.add(bar, bar, -1);
          corrected.add(bar, shares, cash);
        });
        const once = columns(stretchesOf(holdings));
        expect(columns(everyBar)).toEqual(once);
        expect(columns(corrected)).toEqual(once);
      }),
      { numRuns: 100 },
    );
  });
});
