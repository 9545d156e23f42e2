/** Finds the next bar at which anything can happen. */
import { BLOCK_BITS, type PriceBlocks } from '../rules/price-blocks';

/** What evaluations see; NaN where nothing can be decided. */
export interface ScanColumns {
  readonly signal: Float64Array;
  readonly blocks: PriceBlocks;
}

/**
 * The first bar from `from` on at which the signal reaches a bound, else `to`. Bounds and signal are rounded the same way, so no bar
 * that reaches a bound is passed over, and a block whose extremes lie within them has none.
 */
export function scan({ signal, blocks }: ScanColumns, from: number, to: number, sellAt: number, buyAt: number): number {
  const { least, greatest } = blocks;
  for (let bar = from; bar < to;) {
    const block = bar >> BLOCK_BITS;
    const end = Math.min(to, (block + 1) << BLOCK_BITS);
    if ((greatest[block] as number) >= sellAt || (least[block] as number) <= buyAt) {
      for (; bar < end; bar++) {
        const price = signal[bar] as number;
        if (price >= sellAt || price <= buyAt) return bar;
      }
    }
    bar = end;
  }
  return to;
}
