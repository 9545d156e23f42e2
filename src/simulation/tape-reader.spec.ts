import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { InputError } from '../kernel/errors';
import { PublishedCalendar } from '../market-data/published-calendar';
import { readBars } from '../market-data/recorded-bars';
import { priceAt } from './price-column';
import { dayOf, labelOf, SESSIONS, tapeBetween } from './tape';
import { readTape } from './tape-reader';

const calendar = new PublishedCalendar();
const DATED = 'date,open,high,low,close,volume\n';
const TIMED = 'ts,open,high,low,close,volume\n';

/** Columns bar by bar, as `readBars` gives them. */
function asBars(text: string) {
  const tape = readTape(text, 'f.csv', calendar, 'XNYS');
  return Array.from({ length: tape.bars }, (_, bar) => ({
    at: new Date(tape.at[bar]!).toISOString(),
    day: dayOf(tape, bar),
    label: labelOf(tape, bar),
    dated: tape.dated,
    open: priceAt(tape.open!, bar),
    high: priceAt(tape.high!, bar),
    low: priceAt(tape.low!, bar),
    close: priceAt(tape.close, bar),
  }));
}

const expectedBars = (text: string) => readBars(text, 'f.csv', calendar, 'XNYS').map(({ volume: _volume, ...bar }) => bar);

const refusal = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('readTape', () => {
  it('reads recorded days as the strict reader does', () => {
    const text = readFileSync(join(__dirname, '../../test/data/daily/KO.csv'), 'utf8');
    expect(asBars(text)).toEqual(expectedBars(text));
  });

  it.each([
    [
      'instants in several forms',
      `${TIMED}2024-01-02T14:31Z,1,1,1,1,\n2024-01-02T14:32:00.500Z,1,1,1,1,1\n2024-01-02T16:00:00+01:00,1,1,1,1,2\n`,
    ],
    ['prices beyond what a double counts', `${DATED}2024-01-02,90071992.54740993,900000000000.00000001,1,123456789012.12345678,\n`],
    [
      'line ends of other systems and a missing last one',
      `${DATED}2024-01-02,1,2,0.5,1.5,3\n2024-01-03,1,2,0.5,1.5,3.5`.replaceAll('\n', '\r\n'),
    ],
    ['a byte order mark and blank lines', `\uFEFF${DATED}\n2024-01-02,1,2,0.5,1.5,3\n\n`],
    ['quoted values', `${DATED}"2024-01-02","1",2,0.5,1.5,3\n`],
    ['nothing but a header', DATED],
  ])('reads %s', (_what, text) => expect(asBars(text)).toEqual(expectedBars(text)));

  it.each([
    ['a day twice', `${DATED}2024-01-02,1,1,1,1,\n2024-01-02,1,1,1,1,\n`],
    ['days out of order', `${DATED}2024-01-03,1,1,1,1,\n2024-01-02,1,1,1,1,\n`],
    ['a day that is none', `${DATED}2024-02-30,1,1,1,1,\n`],
    ['a price of zero', `${DATED}2024-01-02,1,1,0,1,\n`],
    ['a close above the high', `${DATED}2024-01-02,1,2,1,3,\n`],
    ['nine places', `${DATED}2024-01-02,1.000000001,2,1,1,\n`],
    ['thirteen digits', `${DATED}2024-01-02,0000000000001,2,1,1,\n`],
    ['a missing value', `${DATED}2024-01-02,1,2,1\n`],
    ['a volume that is none', `${DATED}2024-01-02,1,2,1,1,-3\n`],
    ['an exponent', `${DATED}2024-01-02,1e0,2,1,1,3\n`],
    ['another header', 'day,open,high,low,close,volume\n2024-01-02,1,2,1,1,3\n'],
    ['line ends of two systems', `${DATED}2024-01-02,1,2,1,1,3\r\n`],
    ['nothing at all', ''],
  ])('refuses %s with the line that the strict reader names', (_what, text) => {
    const expected = refusal(() => readBars(text, 'f.csv', calendar, 'XNYS'));
    expect(expected).not.toBe('accepted');
    expect(refusal(() => readTape(text, 'f.csv', calendar, 'XNYS'))).toBe(expected);
  });

  it('places each instant in its session as the calendar does, on holidays, early closes and outside its years', () => {
    const instant = fc.integer({ min: Date.parse('1996-01-01') / 60_000, max: Date.parse('2030-01-01') / 60_000 });
    fc.assert(
      fc.property(
        fc.uniqueArray(instant, { minLength: 1, maxLength: 30 }),
        fc.constantFrom('XNYS' as const, '24X7' as const),
        (minutes, exchange) => {
          const instants = minutes.toSorted((a, b) => a - b).map((minute) => new Date(minute * 60_000).toISOString());
          const tape = readTape(
            TIMED + instants.map((at) => `${at.replace('.000Z', 'Z')},1,1,1,1,\n`).join(''),
            'f.csv',
            calendar,
            exchange,
          );
          expect(Array.from(tape.sessions, (code) => SESSIONS[code])).toEqual(instants.map((at) => calendar.session(exchange, at)));
          expect(instants.map((_, bar) => dayOf(tape, bar))).toEqual(instants.map((at) => calendar.tradingDay(exchange, at)));
        },
      ),
    );
  });
});

describe('tapeBetween', () => {
  const tape = readTape(`${DATED}2024-01-02,1,1,1,1,\n2024-01-04,2,2,2,2,\n2024-01-05,3,3,3,3,\n`, 'f.csv', calendar, 'XNYS');

  it('cuts a range by days that need not be in it', () => {
    const cut = tapeBetween(tape, '2024-01-03', '2024-01-04');
    expect([cut.bars, dayOf(cut, 0), priceAt(cut.close, 0)]).toEqual([1, '2024-01-04', 200_000_000n]);
  });

  it('refuses a range without a bar and says what there is', () => {
    expect(refusal(() => tapeBetween(tape, '2025-01-01', null))).toContain('2024-01-02 to 2024-01-05');
    expect(refusal(() => tapeBetween(tape, '2024-01-05', '2024-01-02'))).toContain('2024-01-05 or later');
  });
});
