/** The least and the greatest price of each block of bars: whole blocks in which nothing can happen cost one look. */

/** A block is 64 bars. */
export const BLOCK_BITS = 6;
export const BLOCK = 1 << BLOCK_BITS;

/** By block; NaN prices are left out, and a block of nothing else has a least above its greatest. */
export interface PriceBlocks {
  readonly least: Float64Array;
  readonly greatest: Float64Array;
}

export function blocksOf(prices: Float64Array): PriceBlocks {
  const count = Math.ceil(prices.length / BLOCK);
  const least = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (let block = 0; block < count; block++) {
    const end = Math.min(prices.length, (block + 1) * BLOCK);
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let bar = block * BLOCK; bar < end; bar++) {
      const price = prices[bar] as number;
      if (price < low) low = price;
      if (price > high) high = price;
    }
    least[block] = low;
    greatest[block] = high;
  }
  return { least, greatest };
}
