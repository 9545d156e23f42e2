import fc from 'fast-check';
import { narrowed, narrowPart, unitOf, widenInPlace } from './narrow-integers';

const there = (values: Float64Array): Float64Array | null => {
  const unit = unitOf(values);
  if (unit === null) return null;
  const memory = new SharedArrayBuffer(values.byteLength);
  const { buffer, byteLength } = narrowed(values, unit);
  narrowPart(memory).set(new Uint8Array(buffer, 0, byteLength));
  widenInPlace(memory, unit);
  return new Float64Array(memory);
};

describe('numbers as small multiples of a unit', () => {
  it('come back as they were, whatever the unit and the sign', () => {
    const multiples = fc.array(fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }), { maxLength: 50 });
    fc.assert(
      fc.property(multiples, fc.constantFrom(1, 3, 1_000, 60_000, 1_000_000), (counts, unit) => {
        const values = Float64Array.from(counts, (count) => count * unit + 0);
        expect(there(values)).toEqual(values);
      }),
    );
  });

  it.each([
    ['a fraction among them', [1, 1.5]],
    ['a value that is no number', [1, Number.NaN]],
    ['too many units for four bytes', [1, 2 ** 31]],
    ['a value beyond what doubles count', [2 ** 53]],
  ])('stay as they are with %s', (_what, values) => {
    expect(unitOf(Float64Array.from(values))).toBeNull();
  });

  it('of cents and of minutes have these units', () => {
    expect(unitOf(Float64Array.of(100_25_000_000, 0, 99_99_000_000))).toBe(1_000_000);
    expect(unitOf(Float64Array.of(1_704_205_800_000, 1_704_206_100_000))).toBe(300_000);
  });
});
