import * as fc from 'fast-check';
import { InputError } from '../../kernel/errors';
import { TickInstants } from './tick-instants';

const everyFiveMinutes = new TickInstants('*/5 * * * *');

const enumerated = (instants: TickInstants, after: string, before: string): readonly string[] => {
  const all: string[] = [];
  for (let at = instants.next(after); at < before; at = instants.next(at)) all.push(at);
  return all;
};

describe('tick instants', () => {
  it.each([
    ['on time', '2026-11-20T14:35:00.000Z', '2026-11-20T14:35:00.000Z'],
    ['a timer that fires early', '2026-11-20T14:34:59.997Z', '2026-11-20T14:35:00.000Z'],
    ['a timer that fires late', '2026-11-20T14:35:00.412Z', '2026-11-20T14:35:00.000Z'],
    ['a busy process', '2026-11-20T14:37:29.999Z', '2026-11-20T14:35:00.000Z'],
    ['half-way, the earlier', '2026-11-20T14:37:30.000Z', '2026-11-20T14:35:00.000Z'],
    ['past half-way, the later', '2026-11-20T14:37:30.001Z', '2026-11-20T14:40:00.000Z'],
  ])('two processes name the same tick: %s', (_case, now, tickId) => expect(everyFiveMinutes.nearest(now)).toBe(tickId));

  it('reads schedules in UTC, whatever the machine thinks', () => {
    expect(new TickInstants('30 14 * * *').next('2026-03-08T00:00:00.000Z')).toBe('2026-03-08T14:30:00.000Z');
    expect(new TickInstants('30 2 * * *').next('2026-03-08T00:00:00.000Z')).toBe('2026-03-08T02:30:00.000Z');
  });

  it('records nothing as missed between two neighbours', () =>
    expect(everyFiveMinutes.missed('2026-11-20T14:35:00.000Z', '2026-11-20T14:40:00.000Z')).toBeNull());

  it('names the first and last of the missed ticks and how many there were', () =>
    expect(everyFiveMinutes.missed('2026-11-20T14:35:00.000Z', '2026-11-20T15:00:00.000Z')).toEqual({
      first: '2026-11-20T14:40:00.000Z',
      last: '2026-11-20T14:55:00.000Z',
      count: 4,
    }));

  it('counts years of seconds without walking through them', () =>
    expect(new TickInstants('* * * * * *').missed('2016-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')?.count).toBe(3653 * 86_400 - 1));

  it('counts exactly what it would list', () => {
    const schedules = ['*/5 * * * *', '*/7 9-16 * * 1-5', '15,45 */6 1,15 * *', '0 0 29 2 *', '30 */20 13-20 * * 5', '0 12 13 * 5'];
    const start = Date.UTC(2024, 1, 20);
    const instants = fc.integer({ min: 0, max: 9 * 86_400 }).map((seconds) => new Date(start + seconds * 1000).toISOString());
    fc.assert(
      fc.property(fc.constantFrom(...schedules), instants, instants, (cron, a, b) => {
        const schedule = new TickInstants(cron);
        const [after, before] = a < b ? [a, b] : [b, a];
        const all = enumerated(schedule, after, before);
        const expected = all.length === 0 ? null : { first: all[0], last: all.at(-1), count: all.length };
        expect(schedule.missed(after, before)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it.each(['', '* *', 'never', '61 * * * *', '0 0 31 2 *', 'H * * * *', '* * * * * * *', '@hourly'])(
    'refuses "%s" and says which setting is wrong',
    (cron) => {
      expect(() => new TickInstants(cron)).toThrow(InputError);
      expect(() => new TickInstants(cron)).toThrow(/VB_TICK_CRON must be a cron expression of 5 or 6 fields/);
    },
  );
});
