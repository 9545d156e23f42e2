/** Repeatable randomness over time: the value at any instant costs the same few steps, whatever was asked before. */

interface Octave {
  /** Seconds between two random values; between them the curve is smooth. */
  readonly period: number;
  readonly amplitude: number;
}

/** Swing of the octave of 2^15 s (9 hours); chosen so that hourly returns have the volatility that simulated.adapter.ts names. */
const SESSION_SWING = 0.042;
/** Swing of each slower octave: over weeks the curve wanders by some percent and does not drift away. */
const SLOW_SWING = 0.02;

/** Up to 9 hours the swing grows with the square root of time, as a random walk's does; slower ones are equal. */
const OCTAVES: readonly Octave[] = Array.from({ length: 19 }, (_, index) => {
  const exponent = index + 4;
  return { period: 2 ** exponent, amplitude: exponent <= 15 ? SESSION_SWING * 2 ** ((exponent - 15) / 2) : SLOW_SWING };
});

/** Hash of a text (FNV-1a, 32 bits), as a seed. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mixed(hash);
}

/** The finalizer of MurmurHash3: every input bit changes every output bit with a chance of one half. */
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Even over [-1, 1). */
const valueAt = (seed: number, index: number): number => mixed(seed ^ Math.imul(index, 0x9e3779b1)) / 2 ** 31 - 1;

/** The curve of a seed at a second (since any fixed instant): the sum of its octaves, each between two hashed values. */
export function noiseAt(seed: number, second: number): number {
  let sum = 0;
  for (const { period, amplitude } of OCTAVES) {
    const octaveSeed = mixed(seed + period);
    const shifted = second + (octaveSeed % period);
    const index = Math.floor(shifted / period);
    const part = shifted / period - index;
    const before = valueAt(octaveSeed, index);
    const weight = part * part * (3 - 2 * part);
    sum += amplitude * (before + (valueAt(octaveSeed, index + 1) - before) * weight);
  }
  return sum;
}
