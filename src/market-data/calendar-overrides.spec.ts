import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCalendar } from './calendar-file.adapter';
import { parseOverrides } from './calendar-overrides';
import { PublishedCalendar } from './published-calendar';
import { XNYS_VERSION } from './xnys-calendar';

const announced = JSON.stringify({
  version: '2026-12.a',
  XNYS: { '2026-12-09': 'closed', '2026-12-10': '13:00', '2026-12-24': '16:00' },
});
const withOverrides = (text: string) => new PublishedCalendar(parseOverrides(text, 'closures.json'));

describe('announced closures', () => {
  const calendar = withOverrides(announced);

  it('stop trading on a day that the built-in calendar holds open', () => {
    expect(calendar.session('XNYS', '2026-12-09T15:00:00.000Z')).toBe('CLOSED');
    expect(calendar.day('XNYS', '2026-12-09')).toBeNull();
    expect(calendar.nextTradingDay('XNYS', '2026-12-08')).toBe('2026-12-10');
  });

  it('shorten a day, extended trading to 17:00', () => {
    expect(calendar.session('XNYS', '2026-12-10T17:59:59.999Z')).toBe('REGULAR');
    expect(calendar.session('XNYS', '2026-12-10T18:00:00.000Z')).toBe('EXTENDED');
    expect(calendar.session('XNYS', '2026-12-10T22:00:00.000Z')).toBe('CLOSED');
  });

  it('take back an early close', () => {
    expect(calendar.day('XNYS', '2026-12-24')).toMatchObject({ close: '2026-12-24T21:00:00.000Z', early_close: false });
  });

  it('hold for the exchange that they name and show in the version of every decision', () => {
    expect(calendar.session('XNAS', '2026-12-09T15:00:00.000Z')).toBe('REGULAR');
    expect(calendar.version).toBe(`${XNYS_VERSION}+2026-12.a`);
    expect(new PublishedCalendar().version).toBe(XNYS_VERSION);
  });

  it.each([
    ['{', /closures\.json must be JSON of the form .*received/],
    ['[]', /closures\.json must be an object/],
    ['{"XNYS": {}}', /closures\.json, entry "version", must be a text of 1 to 40.*received nothing/],
    ['{"version": "1", "XLON": {}}', /entry "XLON", must be version, XNYS or XNAS/],
    ['{"version": "1", "XNYS": []}', /entry "XNYS", must be an object of dates/],
    ['{"version": "1", "XNYS": {"2026-02-30": "closed"}}', /entry "XNYS 2026-02-30", must be under a date/],
    ['{"version": "1", "XNYS": {"2026-12-12": "closed"}}', /entry "XNYS 2026-12-12", must be under a weekday/],
    ['{"version": "1", "XNYS": {"2031-12-09": "closed"}}', /entry "XNYS 2031-12-09", must be within the years/],
    ['{"version": "1", "XNAS": {"2026-12-09": "close"}}', /entry "XNAS 2026-12-09", must be "closed" or .* received "close"/],
    ['{"version": "1", "XNYS": {"2026-12-09": "09:30"}}', /after 09:30 and not after 16:00; received "09:30"/],
    ['{"version": "1", "XNYS": {"2026-12-09": "16:01"}}', /received "16:01"/],
    ['{"version": "1", "XNYS": {"2026-12-09": "12:60"}}', /received "12:60"/],
    ['{"version": "1", "XNYS": {"2026-12-09": 13}}', /received 13/],
    ['{"version": "1", "XNYS": {"2026-12-25": "13:00"}}', /entry "XNYS 2026-12-25", must be a day on which the exchange trades/],
  ])('refuse %s with file, entry and rule', (text, message) => {
    expect(() => parseOverrides(text, 'closures.json')).toThrow(message);
  });

  describe('in a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'calendar-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    it('are read at start', () => {
      const file = join(folder, 'closures.json');
      writeFileSync(file, announced);
      expect(loadCalendar(file).day('XNYS', '2026-12-09')).toBeNull();
      expect(loadCalendar(null).day('XNYS', '2026-12-09')).not.toBeNull();
    });

    it('that is missing stop the start, for trading on an announced closure is worse', () => {
      expect(() => loadCalendar(join(folder, 'none.json'))).toThrow(
        /VB_CALENDAR_OVERRIDES must be a file that can be read; received.*none\.json/,
      );
    });
  });
});
