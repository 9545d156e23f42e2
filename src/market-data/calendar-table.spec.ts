import { CALENDAR_COLUMNS, calendarTable } from './calendar-table';
import { PublishedCalendar } from './published-calendar';

const calendar = new PublishedCalendar();

describe('vb calendar', () => {
  it('prints one row per trading day in UTC, the early close included', () => {
    expect(calendarTable(calendar, 'XNYS', '2026-11-25', '2026-11-29')).toEqual([
      {
        date: '2026-11-25',
        pre_open: '2026-11-25T09:00:00.000Z',
        open: '2026-11-25T14:30:00.000Z',
        close: '2026-11-25T21:00:00.000Z',
        post_close: '2026-11-26T01:00:00.000Z',
        early_close: false,
      },
      {
        date: '2026-11-27',
        pre_open: '2026-11-27T09:00:00.000Z',
        open: '2026-11-27T14:30:00.000Z',
        close: '2026-11-27T18:00:00.000Z',
        post_close: '2026-11-27T22:00:00.000Z',
        early_close: true,
      },
    ]);
  });

  it('has its columns in the order of the specification', () => {
    expect(CALENDAR_COLUMNS).toEqual(Object.keys(calendarTable(calendar, 'XNYS', '2026-11-25', null)[0] ?? {}));
  });

  it('prints nothing for a single closed day', () => {
    expect(calendarTable(calendar, 'XNYS', '2026-11-26', null)).toEqual([]);
  });

  it('refuses a range that ends before it starts or leaves the calendar', () => {
    expect(() => calendarTable(calendar, 'XNYS', '2026-11-26', '2026-11-25')).toThrow(
      'to must be 2026-11-26 or later; received "2026-11-25"',
    );
    expect(() => calendarTable(calendar, 'XNYS', '1997-11-26', '2026-11-25')).toThrow('from must be within the calendar of XNYS');
    expect(() => calendarTable(calendar, 'XNYS', 'today', null)).toThrow('YYYY-MM-DD');
  });
});
