/** The trading days of the New York Stock Exchange as data; Nasdaq keeps the same days. Sources are named beside each entry. */

/** Goes with every evaluation. Raise it with every change below. */
export const XNYS_VERSION = 'xnys-1998-2027.1';
export const XNYS_YEARS = { first: 1998, last: 2027 } as const;

/** New York wall clock, minutes of the day. Early closes end the late session at 17:00 (NYSE holiday notices). */
export const XNYS_HOURS = {
  preOpen: 4 * 60,
  open: 9 * 60 + 30,
  close: 16 * 60,
  postClose: 20 * 60,
  earlyClose: 13 * 60,
  earlyPostClose: 17 * 60,
} as const;

/** Saturday to Friday and Sunday to Monday (NYSE Rule 7.2); New Year's Day on a Saturday is not observed, for Friday ends the year. */
export type Observance = 'nearest-weekday' | 'sunday-to-monday';

export type HolidayRule =
  | {
      readonly name: string;
      readonly since: number;
      readonly kind: 'fixed';
      readonly month: number;
      readonly day: number;
      readonly observed: Observance;
    }
  | {
      readonly name: string;
      readonly since: number;
      readonly kind: 'weekday';
      readonly month: number;
      readonly weekday: 1 | 4;
      readonly nth: number;
    }
  | { readonly name: string; readonly since: number; readonly kind: 'easter'; readonly offset: number };

/** `since` is the first year observed; 1998 where it is older than this calendar. */
export const XNYS_HOLIDAYS: readonly HolidayRule[] = [
  { name: "New Year's Day", since: 1998, kind: 'fixed', month: 1, day: 1, observed: 'sunday-to-monday' },
  { name: 'Martin Luther King, Jr. Day', since: 1998, kind: 'weekday', month: 1, weekday: 1, nth: 3 },
  { name: "Washington's Birthday", since: 1998, kind: 'weekday', month: 2, weekday: 1, nth: 3 },
  { name: 'Good Friday', since: 1998, kind: 'easter', offset: -2 },
  { name: 'Memorial Day', since: 1998, kind: 'weekday', month: 5, weekday: 1, nth: -1 },
  { name: 'Juneteenth', since: 2022, kind: 'fixed', month: 6, day: 19, observed: 'nearest-weekday' },
  { name: 'Independence Day', since: 1998, kind: 'fixed', month: 7, day: 4, observed: 'nearest-weekday' },
  { name: 'Labor Day', since: 1998, kind: 'weekday', month: 9, weekday: 1, nth: 1 },
  { name: 'Thanksgiving Day', since: 1998, kind: 'weekday', month: 11, weekday: 4, nth: 4 },
  { name: 'Christmas Day', since: 1998, kind: 'fixed', month: 12, day: 25, observed: 'nearest-weekday' },
];

/** Whole days without trading that follow from no rule. */
export const XNYS_CLOSURES: Readonly<Record<string, string>> = {
  '2001-09-11': 'attacks of September 11',
  '2001-09-12': 'attacks of September 11',
  '2001-09-13': 'attacks of September 11',
  '2001-09-14': 'attacks of September 11',
  '2004-06-11': 'mourning for Ronald Reagan',
  '2007-01-02': 'mourning for Gerald Ford',
  '2012-10-29': 'Hurricane Sandy',
  '2012-10-30': 'Hurricane Sandy',
  '2018-12-05': 'mourning for George H. W. Bush',
  '2025-01-09': 'mourning for Jimmy Carter',
};

/**
 * Early closes at 13:00 around a holiday, where that day trades at all: `weekdays` are the days (0 is Sunday) on which it happens.
 * Independence Day on a Thursday had its short day on the Friday after until 2012, and on the Wednesday before since 2013.
 */
export interface EarlyCloseRule {
  readonly name: string;
  readonly since: number;
  readonly until: number;
  readonly day: { readonly month: number; readonly day: number; readonly weekdays: readonly number[] } | 'day-after-thanksgiving';
}

export const XNYS_EARLY_CLOSES: readonly EarlyCloseRule[] = [
  { name: 'before Independence Day', since: 1998, until: 2027, day: { month: 7, day: 3, weekdays: [1, 2, 4] } },
  { name: 'before Independence Day', since: 2013, until: 2027, day: { month: 7, day: 3, weekdays: [3] } },
  { name: 'after Independence Day', since: 1998, until: 2012, day: { month: 7, day: 5, weekdays: [5] } },
  { name: 'after Thanksgiving Day', since: 1998, until: 2027, day: 'day-after-thanksgiving' },
  { name: 'Christmas Eve', since: 1998, until: 2027, day: { month: 12, day: 24, weekdays: [1, 2, 3, 4] } },
];

/** Early closes that follow from no rule. Unplanned halts and minutes of silence at the open are not kept: there are no quotes then. */
export const XNYS_EARLY_CLOSE_DATES: Readonly<Record<string, string>> = {
  '1999-12-31': 'change of millennium (NYSE board, June 1999)',
  '2003-12-26': 'day after Christmas',
};
