import fc from 'fast-check';
import { newYorkWallClock } from './calendar.spec-support';
import { newYorkDate, newYorkInstant, newYorkOffset } from './new-york-time';

const HOUR_MS = 3_600_000;
const START = Date.parse('1997-06-01');
const END = Date.parse('2029-01-01');

/** UTC text of an instant moved by the offset: what a clock on a wall in New York shows. */
const shifted = (ms: number): string => new Date(ms + newYorkOffset(ms)).toISOString().slice(0, 19).replace('T', ' ');

describe("New York's clock", () => {
  it('agrees with the time-zone database at every hour around every change from 1997 to 2028, so no session opens an hour off', () => {
    let changes = 0;
    for (let ms = START; ms < END; ms += 24 * HOUR_MS) {
      if (newYorkOffset(ms) === newYorkOffset(ms + 24 * HOUR_MS)) continue;
      changes += 1;
      for (let hour = -30; hour <= 54; hour++) {
        for (const probe of [-1, 0, 1]) {
          const at = ms + hour * HOUR_MS + probe;
          expect(shifted(at)).toBe(newYorkWallClock(at));
        }
      }
    }
    expect(changes).toBe(63);
  });

  it('agrees with it at any instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: START, max: END }), (ms) => {
        expect(shifted(ms)).toBe(newYorkWallClock(ms));
        expect(newYorkDate(ms)).toBe(newYorkWallClock(ms).slice(0, 10));
      }),
    );
  });

  it('finds the instant of a wall-clock time before and after the rule of 2007', () => {
    const at = (date: string, minute: number) => new Date(newYorkInstant(Date.parse(date) / 86_400_000, minute)).toISOString();
    expect(at('2006-03-20', 570)).toBe('2006-03-20T14:30:00.000Z');
    expect(at('2007-03-20', 570)).toBe('2007-03-20T13:30:00.000Z');
    expect(at('2006-11-01', 570)).toBe('2006-11-01T14:30:00.000Z');
    expect(at('2007-11-01', 570)).toBe('2007-11-01T13:30:00.000Z');
  });
});
