/** Dates of the proleptic Gregorian calendar as day numbers, without times or time zones. */
import type { TradingDay } from '../kernel/clock';
import { InputError } from '../kernel/errors';

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

/** 0 is Sunday, 6 is Saturday. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;
export const FRIDAY: Weekday = 5;

const PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Days since 1970-01-01. `month` is 1..12; a `day` past the month's end runs over. */
export const dayNumber = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) / DAY_MS;

/** The date of a day number, `YYYY-MM-DD`. */
export const dateText = (day: number): TradingDay => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): Weekday => ((((day + 4) % 7) + 7) % 7) as Weekday;
export const isWeekend = (day: number): boolean => weekdayOf(day) % 6 === 0;
export const yearOf = (day: number): number => new Date(day * DAY_MS).getUTCFullYear();

/** The day number of `YYYY-MM-DD`, or null for anything that is no date of the calendar. */
export function readDate(text: string): number | null {
  const [, year, month, date] = PATTERN.exec(text) ?? [];
  if (year === undefined) return null;
  const day = dayNumber(Number(year), Number(month), Number(date));
  return dateText(day) === text ? day : null;
}

/** As `readDate`. Throws InputError naming `field` for what is no date. */
export function parseDate(text: string, field = 'date'): number {
  const day = readDate(text);
  if (day === null) throw new InputError('date.invalid', field, 'a date of the calendar, YYYY-MM-DD', text);
  return day;
}

/** The `nth` (1..5) given weekday of a month; -1 is the last one. */
export function nthWeekday(year: number, month: number, weekday: Weekday, nth: number): number {
  if (nth < 0) {
    const last = dayNumber(year, month + 1, 0);
    return last - ((weekdayOf(last) - weekday + 7) % 7);
  }
  const first = dayNumber(year, month, 1);
  return first + ((weekday - weekdayOf(first) + 7) % 7) + (nth - 1) * 7;
}

/** Easter Sunday, Gregorian (the anonymous algorithm, Nature 1876). */
export function easterSunday(year: number): number {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const correction = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30;
  const weekdayShift = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * weekdayShift) / 451);
  const monthAndDay = epact + weekdayShift - 7 * late + 114;
  return dayNumber(year, Math.floor(monthAndDay / 31), (monthAndDay % 31) + 1);
}
