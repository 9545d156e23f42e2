/** Which regular sessions have ended since a job last looked: what SessionClosed events are made from. */
import type { Exchange } from '../contracts/instrument';
import { epochMs, type Instant } from '../kernel/clock';
import type { ExchangeCalendar, ExchangeDay } from './exchange-calendar';

/**
 * The trading days whose regular close lies in (since, until], oldest first: each close falls into exactly one of a chain of calls that
 * continue where the last one ended. Empty where `until` is not after `since`. Days outside the calendar's years are left out, for
 * whether they traded is not known.
 */
export function sessionsClosed(calendar: ExchangeCalendar, exchange: Exchange, since: Instant, until: Instant): readonly ExchangeDay[] {
  const [from, to] = [epochMs(since), epochMs(until)];
  const closed: ExchangeDay[] = [];
  const last = calendar.tradingDay(exchange, until);
  let date: string | null = calendar.tradingDay(exchange, since);
  while (date !== null && date <= last) {
    const day = calendar.day(exchange, date);
    if (day !== null && day !== 'unknown' && epochMs(day.close) > from && epochMs(day.close) <= to) closed.push(day);
    date = calendar.nextTradingDay(exchange, date);
  }
  return closed;
}
