import fc from 'fast-check';
import { toInstant } from '../kernel/clock';
import { PublishedCalendar } from './published-calendar';
import { sessionsClosed } from './session-close';

const calendar = new PublishedCalendar();
const closed = (since: string, until: string) => sessionsClosed(calendar, 'XNYS', since, until).map((day) => day.date);

describe('closed sessions', () => {
  it('are reported from the regular close on, not before', () => {
    expect(closed('2026-11-19T21:00:00.000Z', '2026-11-20T20:59:59.999Z')).toEqual([]);
    expect(closed('2026-11-19T21:00:00.000Z', '2026-11-20T21:00:00.000Z')).toEqual(['2026-11-20']);
  });

  it('are reported at 13:00 on a short day', () => {
    expect(closed('2026-11-27T17:00:00.000Z', '2026-11-27T18:00:00.000Z')).toEqual(['2026-11-27']);
  });

  it('are caught up after an outage over weekend and holiday, oldest first', () => {
    expect(closed('2026-11-24T22:00:00.000Z', '2026-12-01T22:00:00.000Z')).toEqual([
      '2026-11-25',
      '2026-11-27',
      '2026-11-30',
      '2026-12-01',
    ]);
  });

  it('are reported once, however often and whenever the job runs', () => {
    const start = Date.parse('2026-11-01');
    const steps = fc.array(fc.integer({ min: 1, max: 4 * 86_400_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.constantFrom('XNYS' as const, '24X7' as const), steps, (exchange, gaps) => {
        const at = gaps.reduce<number[]>((instants, gap) => [...instants, (instants.at(-1) ?? start) + gap], [start]).map(toInstant);
        const inSteps = at.slice(1).flatMap((until, index) => sessionsClosed(calendar, exchange, at[index] ?? '', until));
        expect(inSteps).toEqual(sessionsClosed(calendar, exchange, at[0] ?? '', at.at(-1) ?? ''));
      }),
    );
  });

  it('include the 24X7 day that ends at midnight UTC', () => {
    const days = sessionsClosed(calendar, '24X7', '2026-11-20T12:00:00.000Z', '2026-11-22T00:00:00.000Z');
    expect(days.map((day) => day.date)).toEqual(['2026-11-20', '2026-11-21']);
  });

  it('are none where time stands still, goes back, or leaves the calendar', () => {
    expect(closed('2026-11-20T21:00:00.000Z', '2026-11-20T21:00:00.000Z')).toEqual([]);
    expect(closed('2026-11-20T21:00:00.000Z', '2026-11-10T21:00:00.000Z')).toEqual([]);
    expect(closed('2027-12-31T20:00:00.000Z', '2028-02-01T21:00:00.000Z')).toEqual(['2027-12-31']);
  });
});
