/** The instants of an ex-date: until when trades are entitled, and from when the instrument trades without the right. */
import type { Exchange } from '../contracts/instrument';
import type { Instant, TradingDay } from '../kernel/clock';
import type { ExchangeCalendar } from './exchange-calendar';

export interface ExDateInstants {
  /** End of the last extended session before the ex-date: 20:00 New York, 17:00 after an early close. */
  readonly cutoff: Instant;
  /** Start of the first session on or after the ex-date. */
  readonly ex_open: Instant;
  /** The trading day whose regular close is the price before. */
  readonly previous_day: TradingDay;
}

/** Also for an ex-date on a closed day: the sessions around it count. Null where the calendar does not know them. */
export function exDateInstants(calendar: ExchangeCalendar, exchange: Exchange, exDate: TradingDay): ExDateInstants | null {
  const previous = calendar.previousTradingDay(exchange, exDate);
  const before = previous === null ? null : calendar.day(exchange, previous);
  const first = firstSession(calendar, exchange, exDate);
  if (previous === null || before === null || before === 'unknown' || first === null) return null;
  return { cutoff: before.post_close, ex_open: first, previous_day: previous };
}

function firstSession(calendar: ExchangeCalendar, exchange: Exchange, exDate: TradingDay): Instant | null {
  const on = calendar.day(exchange, exDate);
  if (on === 'unknown') return null;
  if (on !== null) return on.pre_open;
  const next = calendar.nextTradingDay(exchange, exDate);
  const day = next === null ? null : calendar.day(exchange, next);
  return day === null || day === 'unknown' ? null : day.pre_open;
}
