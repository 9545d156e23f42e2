import fc from 'fast-check';
import { parseAmount, toNumber } from '../kernel/amount';
import { type PastAction, type PriceHistory, priceHistory } from './benchmarks';
import { actionsFor, closesOf, expectClose, historyOf, plainDrawdown, tapeKinds } from './figures.spec-support';
import { segmentsFor } from './mix-segments';
import { performanceOf, type Series } from './performance';
import { staticMix } from './static-mix';

const WITHHOLDING = parseAmount('15');

const tapes = tapeKinds.chain((kind) => actionsFor(kind.bars).map((actions) => historyOf(closesOf(kind), kind.barsPerDay, actions)));

/** Bar by bar. */
function plainMix({ closes, actionsBefore }: PriceHistory, start: number, exposure: number): Series {
  let value = start;
  return closes.map((close, bar) => {
    if (bar === 0) return value;
    let [shares, dividends] = [1, 0];
    for (const action of actionsBefore.get(bar) ?? []) {
      if (action.type === 'split') shares *= Number(action.ratio.new) / Number(action.ratio.old);
      else dividends += shares * toNumber(action.amount) * 0.85;
    }
    value *= 1 + exposure * ((shares * close + dividends) / (closes[bar - 1] as number) - 1);
    return value;
  });
}

function expectPlain(history: PriceHistory, start: number, exposure: number): void {
  const values = plainMix(history, start, exposure);
  const mix = staticMix(history, start, exposure, WITHHOLDING);
  const { max_drawdown } = plainDrawdown(values, history.timeline.calendarDays);
  const daily = Float64Array.from(history.timeline.dayEnds, (bar) => values[bar] as number);
  const plain = performanceOf({ daily, max_drawdown });
  expectClose(mix.total_return, plain.total_return, 1 + Math.abs(plain.total_return ?? 0));
  expectClose(mix.cagr, plain.cagr, 1 + Math.abs(plain.cagr ?? 0));
  // the product bar by bar is rounded a thousand times a day itself, which counts where hardly anything moves
  const volatility = plain.volatility ?? 1;
  expectClose(mix.volatility, plain.volatility, 0.02 + volatility);
  expectClose(mix.sharpe, plain.sharpe, (1 + Math.abs(plain.sharpe ?? 0)) * (1 + 0.5 / volatility));
  expectClose(mix.max_drawdown, max_drawdown, Math.max(Math.abs(max_drawdown ?? 0), 0.01));
}

describe('a constant mix', () => {
  const closes = (...prices: readonly string[]) =>
    prices.map((close, index) => ({ day: `2026-01-${String(index * 3 + 1).padStart(2, '0')}`, close: parseAmount(close) }));
  const dividend = (ex_date: string, amount: string): PastAction => ({ ex_date, type: 'dividend', amount: parseAmount(amount) });
  const split = (ex_date: string, to: bigint, from: bigint): PastAction => ({ ex_date, type: 'split', ratio: { new: to, old: from } });
  const mix = (prices: readonly string[], actions: readonly PastAction[], exposure: number, withholding = '0') =>
    staticMix(priceHistory(closes(...prices), actions), 1000, exposure, parseAmount(withholding));

  it('follows the stock by its share of the wealth', () => {
    // 1000, 1050, 997.5: the returns are 5 % and -5 %
    const { total_return, volatility, sharpe } = mix(['100', '110', '99'], [], 0.5);
    expect(total_return).toBeCloseTo(-0.0025, 15);
    expect(volatility).toBeCloseTo(Math.sqrt(2 * 0.05 ** 2 * 252), 14);
    expect(sharpe).toBeCloseTo(0, 12);
  });

  it('sees a split as no return', () =>
    expect(mix(['100', '50', '50'], [split('2026-01-04', 2n, 1n)], 1)).toMatchObject({ total_return: 0, volatility: 0, sharpe: null }));

  it('earns dividends net of tax, per new share after a split of the same date', () => {
    const actions = [dividend('2026-01-04', '1'), split('2026-01-04', 2n, 1n)];
    expect(mix(['100', '50', '50'], actions, 1, '25').total_return).toBeCloseTo(0.015, 12);
  });

  it('that lost more than all it had falls deepest where it owes most, however much it has later', () => {
    const history = priceHistory(closes('100', '75', '37.5', '41.25', '8.25'), [split('2026-01-07', 2n, 1n)]);
    const { total_return, max_drawdown } = staticMix(history, 100, 6, parseAmount('0'));
    expect(total_return).toBeCloseTo(2.04, 12); // 100, -50, -50, -80, 304
    expect(max_drawdown).toBeCloseTo(-1.8, 12);
  });

  it('has the figures of the mix bar by bar', () => {
    const exposures = fc.constantFrom(0, 0.003, 0.25, 0.5, 0.9, 1, 1.7, 6, -0.6);
    fc.assert(
      fc.property(tapes, exposures, fc.constantFrom(100_000, 100_000, 1, 0, -500), (history, exposure, start) =>
        expectPlain(history, start, exposure),
      ),
      { numRuns: 300 },
    );
  });

  it('stays with its plain definition over hundreds of thousands of bars', () => {
    const kind = { seed: 11, bars: 200_000, move: 0.0155, drift: 0, jumps: 0, barsPerDay: 390, tick: 1e-8 };
    const history = historyOf(closesOf(kind), kind.barsPerDay);
    expect(segmentsFor(history).count).toBeGreaterThan(300);
    expectPlain(history, 100_000, 1);
  });

  it('sees the fall that going up and down comes to, where the returns add up to nothing', () => {
    let price = 100;
    const zigzag = Array.from({ length: 256 }, (_, bar) => (price *= bar % 2 === 0 ? 1.015 : 0.985));
    const history = historyOf(Float64Array.of(100, 98, 100, ...zigzag), 3);
    expect(segmentsFor(history).count).toBe(1);
    expect(staticMix(history, 1_000, 1, WITHHOLDING).max_drawdown).toBeLessThan(-0.04);
    expectPlain(history, 1_000, 1);
  });
});
