/** The rows of `vb calendar FROM [TO] --exchange`: one per trading day, instants in UTC. */
import type { Exchange } from '../contracts/instrument';
import type { TradingDay } from '../kernel/clock';
import { InputError } from '../kernel/errors';
import { parseDate } from './civil-date';
import type { ExchangeCalendar, ExchangeDay } from './exchange-calendar';

export const CALENDAR_COLUMNS = [
  'date',
  'pre_open',
  'open',
  'close',
  'post_close',
  'early_close',
] as const satisfies readonly (keyof ExchangeDay)[];

/** Without `to` the one date `from`. Throws InputError for no date, a date outside the calendar's years, and `to` before `from`. */
export function calendarTable(
  calendar: ExchangeCalendar,
  exchange: Exchange,
  from: TradingDay,
  to: TradingDay | null,
): readonly ExchangeDay[] {
  const last = to ?? from;
  if (parseDate(last, 'to') < parseDate(from, 'from')) throw new InputError('calendar.range', 'to', `${from} or later`, last);
  return calendar.days(exchange, from, last);
}
