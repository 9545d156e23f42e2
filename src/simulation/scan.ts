/** The inner loop of a run: bars at which nothing can happen, as fast as plain numbers go. */

/** Columns of one run, in the currency's unit. */
export interface ScanColumns {
  /** What evaluations see; NaN where nothing can be decided. Often the very array of `prices`. */
  readonly signal: Float64Array;
  readonly prices: Float64Array;
  readonly equity: Float64Array;
}

/**
 * Records the value of the position at each bar from `from` on, and stops before the first at which the signal reaches a bound, or at
 * `to`. Bounds and signal are rounded the same way, so no bar that reaches a bound is passed over.
 */
export function scan(columns: ScanColumns, from: number, to: number, sellAt: number, buyAt: number, qty: number, cash: number): number {
  const { signal, prices, equity } = columns;
  for (let bar = from; bar < to; bar++) {
    const price = signal[bar] as number;
    if (price >= sellAt || price <= buyAt) return bar;
    equity[bar] = qty * (prices[bar] as number) + cash;
  }
  return to;
}
