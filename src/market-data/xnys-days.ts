/** Turns the calendar's rules into the days of one year that are not regular. */
import { dayNumber, easterSunday, isWeekend, nthWeekday, parseDate, weekdayOf, yearOf } from './civil-date';
import {
  type EarlyCloseRule,
  type HolidayRule,
  XNYS_CLOSURES,
  XNYS_EARLY_CLOSE_DATES,
  XNYS_EARLY_CLOSES,
  XNYS_HOLIDAYS,
  XNYS_HOURS,
} from './xnys-calendar';

/** Closed all day, or the minute of the day (New York) at which regular trading ends. */
export type DayException = 'closed' | number;

/** The weekdays of a year that are closed or short, by day number. */
export function exceptionsOf(year: number): ReadonlyMap<number, DayException> {
  const exceptions = new Map<number, DayException>();
  const add = (day: number | null, exception: DayException) => {
    if (day !== null && yearOf(day) === year && !isWeekend(day) && exceptions.get(day) !== 'closed') exceptions.set(day, exception);
  };
  for (const rule of XNYS_EARLY_CLOSES) add(earlyCloseDay(rule, year), XNYS_HOURS.earlyClose);
  for (const date of Object.keys(XNYS_EARLY_CLOSE_DATES)) add(parseDate(date), XNYS_HOURS.earlyClose);
  for (const rule of XNYS_HOLIDAYS) add(holiday(rule, year), 'closed');
  for (const date of Object.keys(XNYS_CLOSURES)) add(parseDate(date), 'closed');
  return exceptions;
}

function holiday(rule: HolidayRule, year: number): number | null {
  if (year < rule.since) return null;
  switch (rule.kind) {
    case 'fixed': {
      const day = dayNumber(year, rule.month, rule.day);
      if (weekdayOf(day) === 0) return day + 1;
      return weekdayOf(day) === 6 && rule.observed === 'nearest-weekday' ? day - 1 : day;
    }
    case 'weekday':
      return nthWeekday(year, rule.month, rule.weekday, rule.nth);
    case 'easter':
      return easterSunday(year) + rule.offset;
  }
}

function earlyCloseDay(rule: EarlyCloseRule, year: number): number | null {
  if (year < rule.since || year > rule.until) return null;
  if (rule.day === 'day-after-thanksgiving') return nthWeekday(year, 11, 4, 4) + 1;
  const day = dayNumber(year, rule.day.month, rule.day.day);
  return rule.day.weekdays.includes(weekdayOf(day)) ? day : null;
}
