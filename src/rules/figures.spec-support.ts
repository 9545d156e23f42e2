/** Tapes and holdings of every kind, and the figures of a run by their plain definitions, bar by bar. */
import fc from 'fast-check';
import { parseAmount } from '../kernel/amount';
import type { PastAction, PriceHistory } from './benchmarks';
import { HeldStretches, pricedBars } from './held-stretches';
import type { Series } from './performance';

function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

interface TapeKind {
  readonly seed: number;
  readonly bars: number;
  /** No bar moves by more, but for jumps. */
  readonly move: number;
  readonly drift: number;
  /** Bars between two that jump; 0 for none. */
  readonly jumps: number;
  readonly barsPerDay: number;
  /** What a price is rounded to. */
  readonly tick: number;
}

export function closesOf({ seed, bars, move, drift, jumps, tick }: TapeKind): Series {
  const random = uniform(seed);
  const closes = new Float64Array(bars);
  let price = 100;
  for (let bar = 0; bar < bars; bar++) {
    const step = jumps > 0 && bar % jumps === jumps - 1 ? 0.3 : move;
    price = Math.min(1e6, Math.max(0.01, price * Math.exp(drift + (random() + random() - 1) * step)));
    closes[bar] = Math.max(tick, Math.round(price / tick) * tick);
  }
  return closes;
}

export function historyOf(closes: Series, barsPerDay: number, actionsBefore: PriceHistory['actionsBefore'] = new Map()): PriceHistory {
  const calendarDays = new Int32Array(closes.length).map((_, bar) => 20_000 + Math.floor(bar / barsPerDay));
  const days = Math.ceil(closes.length / barsPerDay);
  const dayEnds = Int32Array.from({ length: days }, (_, day) => Math.min(closes.length, (day + 1) * barsPerDay) - 1);
  const timeline = { bars: closes.length, dayEnds, calendarDays };
  return { ...pricedBars(closes, timeline), firstClose: parseAmount('100'), actionsBefore };
}

/** Quiet and wild, standing still, climbing and falling, with jumps; days of one bar to a thousand. */
export const tapeKinds: fc.Arbitrary<TapeKind> = fc.record({
  seed: fc.nat(),
  bars: fc.integer({ min: 1, max: 3_000 }),
  move: fc.constantFrom(0, 0.0001, 0.001, 0.003, 0.01, 0.04, 0.2),
  drift: fc.constantFrom(0, 0, 0.0003, -0.0003, 0.01),
  jumps: fc.constantFrom(0, 0, 70, 400),
  barsPerDay: fc.constantFrom(1, 7, 78, 300, 1_000),
  tick: fc.constantFrom(0.01, 0.01, 1e-8),
});

/** Splits and dividends before some bars. */
export const actionsFor = (bars: number): fc.Arbitrary<PriceHistory['actionsBefore']> =>
  fc
    .array(fc.tuple(fc.nat(Math.max(0, bars - 1)), fc.constantFrom('2/1', '1/3', '0.5', '0.01')), { maxLength: bars > 1 ? 4 : 0 })
    .map((list) => {
      const actions = new Map<number, readonly PastAction[]>();
      for (const [bar, text] of list.toSorted((a, b) => a[0] - b[0])) {
        const [to, from] = text.split('/');
        const action: PastAction = from
          ? { ex_date: '', type: 'split', ratio: { new: BigInt(to ?? 1), old: BigInt(from) } }
          : { ex_date: '', type: 'dividend', amount: parseAmount(text) };
        if (bar > 0) actions.set(bar, [...(actions.get(bar) ?? []), action]);
      }
      return actions;
    });

export interface Holding {
  readonly bar: number;
  readonly shares: number;
  readonly cash: number;
}

/** Long, short, leveraged, all in cash, and worth nothing at some bar; from now and then to bar after bar. */
export const holdingsFor = (closes: Series): fc.Arbitrary<readonly Holding[]> =>
  fc
    .array(
      fc.record({
        bar: fc.nat(closes.length - 1),
        shares: fc.oneof(fc.constant(0), fc.integer({ min: -40, max: 900 })),
        kind: fc.constantFrom('cash', 'cash', 'cash', 'cash', 'debt', 'debt', 'nothing'),
        part: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { maxLength: 14 },
    )
    .map((list) => [
      { bar: 0, shares: 500, cash: 50_000.25 },
      ...list
        .toSorted((a, b) => a.bar - b.bar)
        .map(({ bar, shares: whole, kind, part }) => {
          const shares = whole === 0 ? 0 : whole + 0.123456;
          const stock = shares * (closes[bar] as number);
          const cash = kind === 'nothing' ? -stock : kind === 'debt' ? -0.9 * part * stock : 100 + part * 90_000;
          return { bar, shares, cash: kind === 'debt' && stock === 0 ? 50 : cash };
        }),
    ]);

export function stretchesOf(holdings: readonly Holding[]): HeldStretches {
  const held = new HeldStretches();
  for (const { bar, shares, cash } of holdings) held.add(bar, shares, cash);
  return held;
}

/** Of each bar the holding that was given last. */
export const holdingAt = (holdings: readonly Holding[], bar: number): Holding =>
  holdings.findLast((holding) => holding.bar <= bar) ?? { bar, shares: Number.NaN, cash: Number.NaN };

export const valuesOf = (closes: Series, holdings: readonly Holding[]): Series =>
  closes.map((close, bar) => {
    const { shares, cash } = holdingAt(holdings, bar);
    return shares * close + cash;
  });

/** The least of value over the greatest before, less 1; the most days from a peak until the value is back at it, or to the last day. */
export function plainDrawdown(
  values: Series,
  days: Int32Array,
): { readonly max_drawdown: number | null; readonly max_drawdown_days: number } {
  let [deepest, longest, peakBar, fallen] = [0, 0, 0, false];
  const endAt = (bar: number): void => {
    if (fallen) longest = Math.max(longest, (days[bar] as number) - (days[peakBar] as number));
  };
  values.forEach((value, bar) => {
    const peak = values[peakBar] as number;
    if (value >= peak - Math.abs(peak) * 1e-14) {
      endAt(bar);
      [peakBar, fallen] = [bar, false];
      return;
    }
    fallen = true;
    deepest = Math.min(deepest, Math.abs(peak) < 1e-12 ? Number.NaN : value / peak - 1);
  });
  endAt(values.length - 1);
  return { max_drawdown: Number.isFinite(deepest) ? deepest : null, max_drawdown_days: longest };
}

/** Relative 1e-11; `size` is that of what was added up, and the noise of doubles for a figure that is zero. */
export function expectClose(received: number | null | undefined, wanted: number | null | undefined, size = Math.abs(wanted ?? 0)): void {
  if (typeof received !== 'number' || typeof wanted !== 'number') expect(received).toBe(wanted);
  else if (!(Math.abs(received - wanted) <= 1e-11 * size + 1e-14) && !Object.is(received, wanted)) expect(received).toBe(wanted);
}
