/** Columns of large numbers that are small multiples of one unit: half the bytes to store and to read. */

const LARGEST = 2 ** 31 - 1;

/** The largest unit of which all values are whole multiples; null where one of them is no whole number or too many units. */
export function unitOf(values: Float64Array): number | null {
  let unit = 0;
  let greatest = 0;
  for (let index = 0; index < values.length; index++) {
    const value = Math.abs(values[index] as number);
    if (!Number.isSafeInteger(value)) return null;
    if (value > greatest) greatest = value;
    if (unit === 0 || value % unit !== 0) unit = divisor(unit, value);
  }
  if (unit === 0) return 1;
  return greatest / unit <= LARGEST ? unit : null;
}

/** The greatest common one. */
function divisor(a: number, b: number): number {
  let [large, small] = [a, b];
  while (small !== 0) [large, small] = [small, large % small];
  return large;
}

export function narrowed(values: Float64Array, unit: number): Int32Array {
  const integers = new Int32Array(values.length);
  for (let index = 0; index < values.length; index++) integers[index] = (values[index] as number) / unit;
  return integers;
}

/** The second half of the memory of a column of eight bytes per value: integers that are read into it can be widened where they are. */
export const narrowPart = (memory: SharedArrayBuffer): Uint8Array => new Uint8Array(memory, memory.byteLength / 2);

/** From the front: what is written never reaches an integer that was not read. */
export function widenInPlace(memory: SharedArrayBuffer, unit: number): void {
  const values = new Float64Array(memory);
  const integers = new Int32Array(memory, memory.byteLength / 2);
  for (let index = 0; index < values.length; index++) values[index] = (integers[index] as number) * unit;
}
