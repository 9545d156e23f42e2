import { decodeCursor, encodeCursor } from './cursor';

const isPlace = (value: unknown): value is { row: number } => typeof value === 'object' && value !== null && 'row' in value;

describe('a cursor', () => {
  it('comes back as it was given out', () => {
    expect(decodeCursor(encodeCursor({ row: 7 }), isPlace)).toEqual({ row: 7 });
    expect(decodeCursor(undefined, isPlace)).toBeNull();
  });

  it.each(['', 'x', '%00', encodeCursor({ other: 1 }), encodeCursor([]), 'bnVsbA', 'ÿþ'])(
    'is refused where it is not ours: %s',
    (cursor) => {
      expect(() => decodeCursor(cursor, isPlace)).toThrow(/next_cursor of an earlier page/);
    },
  );
});
