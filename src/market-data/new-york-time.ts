/** New York's clock: its offset from UTC by the rules of the United States since 1987, without a time-zone database. */
import { DAY_MS, dateText, nthWeekday, yearOf } from './civil-date';

const HOUR_MS = 3_600_000;
const STANDARD_MS = -5 * HOUR_MS;
const DAYLIGHT_MS = -4 * HOUR_MS;

interface DaylightTime {
  /** Epoch milliseconds of the two changes: 02:00 standard time in spring, 02:00 daylight time in autumn. */
  readonly from: number;
  readonly to: number;
}

const byYear = new Map<number, DaylightTime>();

/** Since 2007 second Sunday of March to first of November (Energy Policy Act of 2005), before first Sunday of April to last of October. */
function daylightTime(year: number): DaylightTime {
  const known = byYear.get(year);
  if (known) return known;
  const [first, last] =
    year >= 2007 ? [nthWeekday(year, 3, 0, 2), nthWeekday(year, 11, 0, 1)] : [nthWeekday(year, 4, 0, 1), nthWeekday(year, 10, 0, -1)];
  const rule = { from: first * DAY_MS + 2 * HOUR_MS - STANDARD_MS, to: last * DAY_MS + 2 * HOUR_MS - DAYLIGHT_MS };
  byYear.set(year, rule);
  return rule;
}

/** Milliseconds to add to UTC for New York's wall clock: -5 or -4 hours. Both changes lie inside one UTC year, so its year decides. */
export function newYorkOffset(epochMs: number): number {
  const { from, to } = daylightTime(yearOf(Math.floor(epochMs / DAY_MS)));
  return epochMs >= from && epochMs < to ? DAYLIGHT_MS : STANDARD_MS;
}

/** Day number of the date in New York at an instant. */
export const newYorkDay = (epochMs: number): number => Math.floor((epochMs + newYorkOffset(epochMs)) / DAY_MS);

/** Date in New York at an instant, `YYYY-MM-DD`. */
export const newYorkDate = (epochMs: number): string => dateText(newYorkDay(epochMs));

/**
 * Epoch milliseconds of a wall-clock minute of a New York date. The hour that is left out in spring maps to the hour after it; of the
 * hour that happens twice in autumn the first is meant. Neither touches a trading session.
 */
export function newYorkInstant(day: number, minuteOfDay: number): number {
  const wall = day * DAY_MS + minuteOfDay * 60_000;
  const daylight = wall - DAYLIGHT_MS;
  return newYorkOffset(daylight) === DAYLIGHT_MS ? daylight : wall - STANDARD_MS;
}
