import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatAmount } from '../kernel/amount';
import { PublishedCalendar } from './published-calendar';
import { barsBetween, readBars } from './recorded-bars';

const calendar = new PublishedCalendar();
const HEADER = 'date,open,high,low,close,volume';
const read = (...lines: string[]) => readBars(lines.join('\n'), 'KO.csv', calendar, 'XNYS');
const dated = (...lines: string[]) => read(HEADER, ...lines);
const timed = (...lines: string[]) => read(HEADER.replace('date', 'ts'), ...lines);

describe('recorded bars', () => {
  it('with a date close with the regular session of that day, summer, winter and short days', () => {
    const bars = dated('2026-07-01,1,2,1,2,10', '2026-11-25,1,2,1,2,10', '2026-11-27,1,2,1,2,10');
    expect(bars.map(({ at }) => at)).toEqual(['2026-07-01T20:00:00.000Z', '2026-11-25T21:00:00.000Z', '2026-11-27T18:00:00.000Z']);
    expect(bars.map(({ day }) => day)).toEqual(['2026-07-01', '2026-11-25', '2026-11-27']);
    expect(bars[0]).toMatchObject({ label: '2026-07-01', dated: true, volume: '10' });
  });

  it('on a closed day or outside the calendar are read too: a bar is historical fact', () => {
    const bars = dated('1990-07-02,1,1,1,1,', '2026-12-25,1,1,1,1,0');
    expect(bars.map(({ at }) => at)).toEqual(['1990-07-02T20:00:00.000Z', '2026-12-25T21:00:00.000Z']);
  });

  it("with a ts belong to the exchange's day, whatever the date in UTC", () => {
    const bars = timed('2026-11-20T23:30:00Z,1,1,1,1,1', '2026-11-21T00:30:00.000Z,1,1,1,1,1', '2026-11-21T09:00+00:00,1,1,1,1,1');
    expect(bars.map(({ day }) => day)).toEqual(['2026-11-20', '2026-11-20', '2026-11-21']);
    expect(bars.map(({ label, at }) => `${label} ${at}`)[0]).toBe('2026-11-20T23:30:00Z 2026-11-20T23:30:00.000Z');
    expect(bars[0]?.dated).toBe(false);
  });

  it('keep their prices exactly', () => {
    const [bar] = dated('2026-11-20,0.1,99999999999.12345678,0.00000001,0.3,1');
    const { open, high, low, close } = bar ?? { open: null, high: null, low: null, close: null };
    expect([open, high, low, close].map((price) => price && formatAmount(price))).toEqual([
      '0.1',
      '99999999999.12345678',
      '0.00000001',
      '0.3',
    ]);
  });

  it('are read from files with a byte order mark, Windows line ends and blank lines', () => {
    expect(readBars(`\uFEFF${HEADER}\r\n2026-11-20,1,1,1,1,1\r\n\r\n`, 'KO.csv', calendar, 'XNYS')).toHaveLength(1);
    expect(dated()).toEqual([]);
  });

  it.each([
    ['', 'KO.csv line 1 header must be date,open,high,low,close,volume or ts,open,high,low,close,volume; received ""'],
    ['Date,Open,High,Low,Close,Volume', 'KO.csv line 1 header must be'],
    [`${HEADER},extra`, 'KO.csv line 1 header must be'],
    [`${HEADER}\n2026-11-20,1,1,1,1`, 'KO.csv line 2 row must be 6 values, as the header; received "2026-11-20,1,1,1,1"'],
    [`${HEADER}\n2026-11-20,1,1,1,1,1,1`, 'KO.csv line 2 row must be 6 values'],
    [`${HEADER}\n2026-11-20,"1,1,1,1,1`, 'KO.csv line 2 row must be comma-separated values'],
    [`${HEADER}\n\n2026-02-30,1,1,1,1,1`, 'KO.csv line 3 date must be a date of the calendar, YYYY-MM-DD; received "2026-02-30"'],
    [
      `${HEADER}\n2026-11-20,1,1,1,NaN,1`,
      'KO.csv line 2 close must be a decimal above 0 with at most 12 integer digits and 8 places; received "NaN"',
    ],
    [`${HEADER}\n2026-11-20,1,1,1,0,1`, 'KO.csv line 2 close must be a decimal above 0'],
    [`${HEADER}\n2026-11-20,1,1,-1,1,1`, 'KO.csv line 2 low must be a decimal above 0'],
    [`${HEADER}\n2026-11-20,1e2,1,1,1,1`, 'KO.csv line 2 open must be a decimal above 0'],
    [`${HEADER}\n2026-11-20,1,1,1,0.123456789,1`, 'KO.csv line 2 close must be'],
    [
      `${HEADER}\n2026-11-20,1,1,1,,1`,
      'KO.csv line 2 close must be a decimal above 0 with at most 12 integer digits and 8 places; received ""',
    ],
    [`${HEADER}\n2026-11-20,1,2,1,3,1`, 'KO.csv line 2 close must be not above the high of 2; received "3"'],
    [`${HEADER}\n2026-11-20,1,2,1.5,2,1`, 'KO.csv line 2 open must be not below the low of 1.5; received "1"'],
    [`${HEADER}\n2026-11-20,1,1,2,1,1`, 'KO.csv line 2 low must be not above the high of 1'],
    [`${HEADER}\n2026-11-20,1,1,1,1,many`, 'KO.csv line 2 volume must be a decimal not below 0, or empty; received "many"'],
    [
      `${HEADER}\n2026-11-20,1,1,1,1,1\n2026-11-20,1,1,1,1,1`,
      'KO.csv line 3 date must be once in the file (it is a duplicate); received "2026-11-20"',
    ],
    [
      `${HEADER}\n2026-11-20,1,1,1,1,1\n2026-11-19,1,1,1,1,1`,
      'KO.csv line 3 date must be later than the row before (the file is not sorted)',
    ],
    [`ts,open,high,low,close,volume\n2026-11-20 14:35:00,1,1,1,1,1`, 'KO.csv line 2 ts must be a date and time with Z'],
    [`ts,open,high,low,close,volume\n2026-02-30T14:35:00Z,1,1,1,1,1`, 'KO.csv line 2 ts must be a date and time with Z'],
    [
      `ts,open,high,low,close,volume\n2026-11-20T14:35:00Z,1,1,1,1,1\n2026-11-20T15:35:00+01:00,1,1,1,1,1`,
      'KO.csv line 3 ts must be once in the file',
    ],
  ])('that are corrupt stop the run with the place: %j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('of two decades are read, and cut to a span of days with both ends included', () => {
    const text = readFileSync(join(__dirname, '../../test/data/daily/KO.csv'), 'utf8');
    const bars = readBars(text, 'KO.csv', calendar, 'XNYS');
    expect(bars).toHaveLength(6642);
    expect([bars[0]?.label, bars.at(-1)?.label]).toEqual(['1999-12-31', '2026-05-29']);
    const span = barsBetween(bars, '2000-01-01', '2000-01-05');
    expect(span.map(({ label }) => label)).toEqual(['2000-01-03', '2000-01-04', '2000-01-05']);
    expect(barsBetween(bars, null, '2000-01-03')).toHaveLength(2);
    expect(barsBetween(bars, null, null)).toHaveLength(6642);
    expect(() => barsBetween(bars, '2000-1-1', null)).toThrow('start must be a date of the calendar');
    expect(() => barsBetween(bars, '2000-01-02', '2000-01-01')).toThrow('end must be 2000-01-02 or later');
  });
});
