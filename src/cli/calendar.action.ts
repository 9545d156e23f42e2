/** The calendar's rows as `vb calendar` prints them. */
import { InputError } from '../kernel/errors';
import { EXCHANGES } from '../contracts/exchanges';
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { CALENDAR_COLUMNS, calendarTable } from '../market-data/calendar-table';
import { loadSettings } from '../platform/settings';
import { table } from './console';

export interface CalendarFlags {
  readonly exchange: string;
  readonly json?: boolean;
}

/** Throws InputError naming the argument. */
export function calendarText(from: string, to: string | null, { exchange: name, json }: CalendarFlags): string {
  const exchange = EXCHANGES.find((known) => known === name);
  if (!exchange) throw new InputError('cli.exchange', '--exchange', `one of ${EXCHANGES.join(', ')}`, name);
  const rows = calendarTable(loadCalendar(loadSettings().calendarOverrides), exchange, from, to);
  if (json) return JSON.stringify(rows);
  return table([CALENDAR_COLUMNS, ...rows.map((row) => CALENDAR_COLUMNS.map((column) => String(row[column])))]);
}
