/** A column of prices: integers in units of 1e-8 in eight bytes each, exact up to 90 million; larger ones keep their whole value beside. */
import { type Amount, ofUnits } from '../kernel/amount';

const LARGEST_INTEGER = BigInt(Number.MAX_SAFE_INTEGER);

export interface PriceColumn {
  /** Units of 1e-8. Rounded where a price is beyond 2^53 units, and then still in the order of the prices. */
  readonly units: Float64Array;
  /** Every price, where one of them is beyond 2^53 units. */
  readonly wide: readonly bigint[] | null;
  /** The same in the currency's unit, where they are kept: one copy for all threads. */
  readonly doubles?: Float64Array;
}

/** From exact units. */
export function priceColumn(prices: readonly bigint[]): PriceColumn {
  const wide = prices.some((price) => price > LARGEST_INTEGER) ? prices : null;
  return { units: Float64Array.from(prices, Number), wide };
}

export const narrowColumn = (units: Float64Array): PriceColumn => ({ units, wide: null });

export function priceAt({ units, wide }: PriceColumn, bar: number): Amount {
  return ofUnits(wide?.[bar] ?? BigInt(units[bar] ?? Number.NaN));
}

/** As doubles in the currency's unit, for statistics: what `toNumber` makes of each price. */
export function doublesOf({ units, doubles }: PriceColumn): Float64Array {
  return doubles ?? fillDoubles(units, new Float64Array(units.length));
}

/** Below it a double in the currency's unit, off by at most 2^-53 of itself, gives back its units. */
const LARGEST_RETURNED = 2 ** 50;

/** The units of the price at a bar of which the double was looked at just now: a column is far away from it in memory. */
export function unitsOf(double: number, { units }: PriceColumn, bar: number): number {
  const returned = Math.round(double * 1e8);
  return returned < LARGEST_RETURNED ? returned : (units[bar] ?? Number.NaN);
}

/** The same column with its doubles in memory that threads share. */
export function withDoubles(column: PriceColumn): PriceColumn {
  const doubles = new Float64Array(new SharedArrayBuffer(column.units.length * 8));
  return { ...column, doubles: fillDoubles(column.units, doubles) };
}

function fillDoubles(units: Float64Array, doubles: Float64Array): Float64Array {
  for (let bar = 0; bar < doubles.length; bar++) doubles[bar] = (units[bar] as number) / 1e8;
  return doubles;
}

export const sliceColumn = ({ units, wide, doubles }: PriceColumn, from: number, to: number): PriceColumn => ({
  units: units.subarray(from, to),
  wide: wide?.slice(from, to) ?? null,
  ...(doubles && { doubles: doubles.subarray(from, to) }),
});
