/** The hours that recorded bars with dates count as having: each is its day's regular close, whatever the exchange did on that day. */
import { type Instant, later, type TradingDay } from '../kernel/clock';
import type { ExchangeDay } from './exchange-calendar';

const HOUR_MS = 3_600_000;

/** The usual hours around the close, also on dates that the exchange has no session on. */
export const dayAround = (close: Instant, date: TradingDay): ExchangeDay => ({
  date,
  pre_open: later(close, -12 * HOUR_MS),
  open: later(close, -6.5 * HOUR_MS),
  close,
  post_close: later(close, 4 * HOUR_MS),
  early_close: false,
});
