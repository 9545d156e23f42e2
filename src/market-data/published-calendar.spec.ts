import fc from 'fast-check';
import type { Exchange } from '../contracts/instrument';
import { epochMs, toInstant } from '../kernel/clock';
import { dates, isWeekday, newYorkWallClock, publishedClosures, publishedEarlyCloses, recordedDays } from './calendar.spec-support';
import { PublishedCalendar } from './published-calendar';

const calendar = new PublishedCalendar();
const US: readonly Exchange[] = ['XNYS', 'XNAS'];
const allDates = dates('1998-01-01', '2027-12-31');
const publishedDays = allDates.filter((date) => isWeekday(date) && !publishedClosures.has(date));

const instants = fc.integer({ min: Date.parse('1998-01-02'), max: Date.parse('2027-12-30') });
const hhmm = (instant: string) => newYorkWallClock(epochMs(instant)).slice(11, 16);

describe.each(US)('the calendar of %s', (exchange) => {
  it('trades on exactly the published days of 1998 to 2027: no order on a holiday, no session missed', () => {
    expect(calendar.days(exchange, '1998-01-01', '2027-12-31').map((day) => day.date)).toEqual(publishedDays);
  });

  it('closes early on exactly the published days, at 13:00', () => {
    const early = calendar.days(exchange, '1998-01-01', '2027-12-31').filter((day) => day.early_close);
    expect(early.map((day) => day.date)).toEqual([...publishedEarlyCloses]);
    expect(new Set(early.map((day) => `${hhmm(day.close)} ${hhmm(day.post_close)}`))).toEqual(new Set(['13:00 17:00']));
  });

  it('knows 3,268 sessions and 124 closures from 2015 to 2027', () => {
    const known = dates('2015-01-01', '2027-12-31').filter(isWeekday);
    const rows = known.map((date) => calendar.day(exchange, date));
    expect(rows.filter((row) => row !== null)).toHaveLength(3268);
    expect(rows.filter((row) => row === null)).toHaveLength(124);
  });

  it('names the session a millisecond before, at and after each boundary of every day', () => {
    let wrong = 0;
    for (const date of publishedDays) {
      const day = calendar.day(exchange, date);
      if (day === null || day === 'unknown') throw new Error(`${date} is a trading day`);
      const boundaries = [
        [day.pre_open, 'CLOSED', 'EXTENDED'],
        [day.open, 'EXTENDED', 'REGULAR'],
        [day.close, 'REGULAR', 'EXTENDED'],
        [day.post_close, 'EXTENDED', 'CLOSED'],
      ] as const;
      for (const [at, before, after] of boundaries) {
        const ms = epochMs(at);
        const seen = [-1, 0, 1].map((probe) => calendar.session(exchange, toInstant(ms + probe)));
        if (seen.join() !== [before, after, after].join()) wrong += 1;
      }
    }
    expect(wrong).toBe(0);
  });

  it('opens at 04:00 and 09:30, closes at 16:00 and 20:00 on the wall clock of New York, in summer and winter', () => {
    for (const day of calendar.days(exchange, '1998-01-01', '2027-12-31')) {
      if (day.early_close) continue;
      const hours = [day.pre_open, day.open, day.close, day.post_close].map(hhmm).join(' ');
      if (hours !== '04:00 09:30 16:00 20:00') expect(`${day.date} ${hours}`).toBe('04:00 09:30 16:00 20:00');
    }
  });

  it('is closed all day on a published closure', () => {
    for (const date of publishedClosures) {
      const noon = toInstant(Date.parse(date) + 17 * 3_600_000);
      expect(`${date} ${calendar.session(exchange, noon)}`).toBe(`${date} CLOSED`);
      expect(calendar.day(exchange, date)).toBeNull();
    }
  });

  it('knows nothing outside its years, so that nobody trades on a guess', () => {
    expect(calendar.session(exchange, '1997-12-31T15:00:00.000Z')).toBe('UNKNOWN');
    expect(calendar.session(exchange, '2028-01-03T15:00:00.000Z')).toBe('UNKNOWN');
    expect(calendar.session(exchange, '1998-01-01T04:59:59.999Z')).toBe('UNKNOWN');
    expect(calendar.session(exchange, '1998-01-01T05:00:00.000Z')).toBe('CLOSED');
    expect(calendar.session(exchange, '2028-01-01T04:59:59.999Z')).toBe('CLOSED');
    expect(calendar.session(exchange, '2028-01-01T05:00:00.000Z')).toBe('UNKNOWN');
    expect(calendar.session(exchange, 'never')).toBe('UNKNOWN');
    expect(calendar.day(exchange, '2028-01-03')).toBe('unknown');
    expect(() => calendar.days(exchange, '2027-12-01', '2028-01-03')).toThrow('to must be within the calendar of');
  });

  it('puts every instant into exactly one session of exactly one day', () => {
    fc.assert(
      fc.property(instants, (ms) => {
        const instant = toInstant(ms);
        const session = calendar.session(exchange, instant);
        const date = calendar.tradingDay(exchange, instant);
        expect(date).toBe(newYorkWallClock(ms).slice(0, 10));
        const day = calendar.day(exchange, date);
        if (day === null || day === 'unknown') return expect(session).toBe('CLOSED');
        const regular = instant >= day.open && instant < day.close;
        const extended = !regular && instant >= day.pre_open && instant < day.post_close;
        return expect(session).toBe(regular ? 'REGULAR' : extended ? 'EXTENDED' : 'CLOSED');
      }),
    );
  });

  it('steps from trading day to trading day without leaving one out', () => {
    fc.assert(
      fc.property(fc.constantFrom(...publishedDays.slice(1, -1)), (date) => {
        const index = publishedDays.indexOf(date);
        expect(calendar.nextTradingDay(exchange, date)).toBe(publishedDays[index + 1]);
        expect(calendar.previousTradingDay(exchange, date)).toBe(publishedDays[index - 1]);
      }),
    );
    expect(calendar.previousTradingDay(exchange, '1998-01-02')).toBeNull();
    expect(calendar.nextTradingDay(exchange, '2027-12-31')).toBeNull();
    expect(calendar.nextTradingDay(exchange, '2001-09-10')).toBe('2001-09-17');
  });
});

describe('the traps of the calendar', () => {
  const isOpen = (date: string) => calendar.day('XNYS', date) !== null;

  it.each([
    ["New Year's Day on a Saturday is not observed on the Friday before", '2010-12-31', true],
    ["New Year's Day on a Saturday is not observed on the Monday after", '2011-01-03', true],
    ["New Year's Day on a Sunday is observed on Monday", '2023-01-02', false],
    ['Independence Day on a Saturday is observed on Friday', '2026-07-03', false],
    ['Juneteenth of 2021 was a trading day', '2021-06-18', true],
    ['Juneteenth on a Sunday is observed on Monday', '2022-06-20', false],
    ['Columbus Day is a trading day', '2024-10-14', true],
    ['Veterans Day is a trading day', '2024-11-11', true],
    ['the Monday before a Sunday Christmas Eve is a trading day', '2023-12-18', true],
  ])('%s', (_sentence, date, open) => {
    expect(isOpen(date)).toBe(open);
  });

  it.each(['AAPL.raw.csv', 'KO.csv'])('the recorded days of %s are trading days, and no trading day between them is missing', (file) => {
    const recorded = recordedDays(file);
    const known = calendar.days('XNYS', recorded[0] ?? '', recorded.at(-1) ?? '').map((day) => day.date);
    expect(known).toEqual(recorded);
  });

  it('refuses what is no date instead of guessing one', () => {
    for (const date of ['2026-02-30', '2026-2-3', '20260203', '', '2026-13-01']) {
      expect(() => calendar.day('XNYS', date)).toThrow('date must be a date of the calendar');
    }
    expect(() => calendar.tradingDay('XNYS', 'soon')).toThrow('instant must be UTC');
  });
});

describe('the 24X7 calendar', () => {
  it('always trades, and its day is the date in UTC', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.parse('2100-01-01') }), (ms) => {
        const instant = toInstant(ms);
        expect(calendar.session('24X7', instant)).toBe('REGULAR');
        expect(calendar.tradingDay('24X7', instant)).toBe(instant.slice(0, 10));
      }),
    );
  });

  it('closes each day at midnight UTC', () => {
    expect(calendar.day('24X7', '2028-02-29')).toEqual({
      date: '2028-02-29',
      pre_open: '2028-02-29T00:00:00.000Z',
      open: '2028-02-29T00:00:00.000Z',
      close: '2028-03-01T00:00:00.000Z',
      post_close: '2028-03-01T00:00:00.000Z',
      early_close: false,
    });
    expect(calendar.previousTradingDay('24X7', '2028-03-01')).toBe('2028-02-29');
    expect(calendar.nextTradingDay('24X7', '2028-02-29')).toBe('2028-03-01');
  });
});
