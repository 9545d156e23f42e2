/** A made-up market of five-minute bars: the same on every machine. */
import { narrowColumn, withDoubles } from '../src/simulation/price-column';
import type { Tape } from '../src/simulation/tape';

const BAR_MS = 300_000;
const DAY_MS = 86_400_000;

/** A linear congruential generator: small, quick, and good enough for a random walk. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/**
 * Prices in cents around 100, drawn back to it so that a million bars stay in the range of a stock. `move` is the standard deviation
 * of a bar's return: 0.0012 is a stock that moves 1 % on a day of 78 bars.
 */
export function walk(bars: number, move: number, seed: number): Float64Array {
  const random = uniform(seed);
  const units = new Float64Array(new SharedArrayBuffer(bars * 8));
  let log = 0;
  for (let bar = 0; bar < bars; bar++) {
    const normal = random() + random() + random() + random() - 2; // variance 1/3
    log += normal * Math.sqrt(3) * move - log * 0.00002;
    units[bar] = Math.round(10_000 * Math.exp(log)) * 1e6;
  }
  return units;
}

/** Every five minutes of every day, all of it regular session; columns of their own, as those of a stored tape. */
export function benchTape(bars: number, move = 0.0012, seed = 7): Tape {
  const close = walk(bars, move, seed);
  const copy = () => {
    const column = new Float64Array(new SharedArrayBuffer(bars * 8));
    column.set(close);
    return narrowColumn(column);
  };
  const first = Date.parse('2000-01-01T00:00:00Z');
  const at = new Float64Array(new SharedArrayBuffer(bars * 8));
  const days = new Int32Array(new SharedArrayBuffer(bars * 4));
  for (let bar = 0; bar < bars; bar++) {
    at[bar] = first + bar * BAR_MS;
    days[bar] = Math.floor((at[bar] ?? 0) / DAY_MS);
  }
  const sessions = new Uint8Array(new SharedArrayBuffer(bars));
  const inDay = new Uint8Array(new SharedArrayBuffer(bars));
  return {
    bars,
    dated: false,
    open: copy(),
    high: copy(),
    low: copy(),
    close: withDoubles(narrowColumn(close)),
    at,
    days,
    sessions,
    inDay,
    labels: null,
  };
}
