/** Announced closures and early closes that came after the built-in calendar was made: the text of an override file. */
import { describe, InputError } from '../kernel/errors';
import { isWeekend, readDate, yearOf } from './civil-date';
import { XNYS_HOURS, XNYS_YEARS } from './xnys-calendar';
import { type DayException, exceptionsOf } from './xnys-days';

export type OverriddenExchange = 'XNYS' | 'XNAS';
export type DayOverrides = ReadonlyMap<number, DayException>;

export interface CalendarOverrides {
  /** Part of the calendar's version; null where there is no file. */
  readonly version: string | null;
  readonly XNYS: DayOverrides;
  readonly XNAS: DayOverrides;
}

export const NO_OVERRIDES: CalendarOverrides = { version: null, XNYS: new Map(), XNAS: new Map() };

const TIME = /^(\d{2}):(\d{2})$/;
const FORM = 'of the form {"version": "2026-12", "XNYS": {"2026-12-09": "closed", "2026-12-31": "13:00"}}';

/** Reads the file's JSON. Throws InputError naming the file, the entry, what it must be and what it is. */
export function parseOverrides(text: string, file: string): CalendarOverrides {
  const content = readJson(text, file);
  for (const key of Object.keys(content)) {
    if (!['version', 'XNYS', 'XNAS'].includes(key)) throw refused(file, key, 'version, XNYS or XNAS', key);
  }
  const { version } = content;
  if (typeof version !== 'string' || !/^[\w.-]{1,40}$/.test(version)) {
    throw refused(file, 'version', 'a text of 1 to 40 letters, digits, dots, dashes', version);
  }
  return { version, XNYS: readDays(content.XNYS, file, 'XNYS'), XNAS: readDays(content.XNAS, file, 'XNAS') };
}

function readJson(text: string, file: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new InputError('calendar.override_invalid', file, `JSON ${FORM}`, error instanceof Error ? error.message : error);
  }
  if (!isObject(content)) throw new InputError('calendar.override_invalid', file, `an object ${FORM}`, content);
  return content;
}

function readDays(entries: unknown, file: string, exchange: OverriddenExchange): DayOverrides {
  const days = new Map<number, DayException>();
  if (entries === undefined) return days;
  if (!isObject(entries)) throw refused(file, exchange, 'an object of dates', entries);
  for (const [date, value] of Object.entries(entries)) {
    const entry = `${exchange} ${date}`;
    const day = readDay(date, file, entry);
    const exception = readException(value, file, entry);
    if (exception !== 'closed' && exceptionsOf(yearOf(day)).get(day) === 'closed') {
      throw refused(file, entry, 'a day on which the exchange trades (it is closed already)', value);
    }
    days.set(day, exception);
  }
  return days;
}

function readDay(date: string, file: string, entry: string): number {
  const day = readDate(date);
  if (day === null) throw refused(file, entry, 'under a date, YYYY-MM-DD', date);
  if (isWeekend(day)) throw refused(file, entry, 'under a weekday (there is no trading on weekends)', date);
  const { first, last } = XNYS_YEARS;
  if (yearOf(day) < first || yearOf(day) > last) throw refused(file, entry, `within the years ${first} to ${last}`, date);
  return day;
}

/** `closed`, or the New York time at which regular trading ends: `16:00` takes back an early close. */
function readException(value: unknown, file: string, entry: string): DayException {
  if (value === 'closed') return value;
  const [, hours, minutes] = (typeof value === 'string' && TIME.exec(value)) || [];
  const minute = Number(hours) * 60 + Number(minutes);
  if (Number(minutes) < 60 && minute > XNYS_HOURS.open && minute <= XNYS_HOURS.close) return minute;
  throw refused(file, entry, '"closed" or a New York time "HH:MM" after 09:30 and not after 16:00', value);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refused = (file: string, entry: string, rule: string, received: unknown): InputError =>
  new InputError('calendar.override_invalid', `${file}, entry ${describe(entry)},`, rule, received);
