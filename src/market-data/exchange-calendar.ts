/** When an exchange trades: the port that evaluation, execution and simulation ask. */
import type { Session } from '../contracts/evaluation';
import type { Exchange } from '../contracts/instrument';
import type { Instant, TradingDay } from '../kernel/clock';

/** A day on which the exchange trades. Regular trading is [open, close), extended trading [pre_open, open) and [close, post_close). */
export interface ExchangeDay {
  readonly date: TradingDay;
  readonly pre_open: Instant;
  readonly open: Instant;
  readonly close: Instant;
  readonly post_close: Instant;
  readonly early_close: boolean;
}

export abstract class ExchangeCalendar {
  /** Goes with every decision that a session was part of; overrides show in it. */
  abstract readonly version: string;

  /** UNKNOWN outside the calendar's years and for what is no instant: no trading, and an alarm. */
  abstract session(exchange: Exchange, instant: Instant): Session;

  /** The exchange's own date at an instant, whether it trades on it or not. Throws InputError for what is no instant. */
  abstract tradingDay(exchange: Exchange, instant: Instant): TradingDay;

  /** Null on a day without trading, `unknown` outside the calendar's years. Throws InputError for what is no date. */
  abstract day(exchange: Exchange, date: TradingDay): ExchangeDay | null | 'unknown';

  /** The last trading day before a date; null where the calendar's years end first. */
  abstract previousTradingDay(exchange: Exchange, date: TradingDay): TradingDay | null;

  /** The first trading day after a date; null where the calendar's years end first. */
  abstract nextTradingDay(exchange: Exchange, date: TradingDay): TradingDay | null;

  /** The trading days from one date to another, both included. Throws InputError where a date lies outside the calendar's years. */
  abstract days(exchange: Exchange, from: TradingDay, to: TradingDay): readonly ExchangeDay[];
}
