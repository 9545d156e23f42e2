/** The calendar from the published trading days and the override file, ready for thousands of questions per tick. */
import type { Session } from '../contracts/evaluation';
import type { Exchange } from '../contracts/instrument';
import { epochMs, type Instant, toInstant, type TradingDay } from '../kernel/clock';
import { InputError } from '../kernel/errors';
import { type CalendarOverrides, type DayOverrides, NO_OVERRIDES } from './calendar-overrides';
import { DAY_MS, dateText, isWeekend, parseDate, yearOf } from './civil-date';
import { type ExchangeDay, ExchangeCalendar } from './exchange-calendar';
import { newYorkDay, newYorkInstant } from './new-york-time';
import { XNYS_HOURS, XNYS_VERSION, XNYS_YEARS } from './xnys-calendar';
import { type DayException, exceptionsOf } from './xnys-days';

/** A local day, closed ones included, in epoch milliseconds. */
interface LocalDay {
  readonly day: number;
  readonly date: TradingDay;
  /** From local midnight to the next. */
  readonly from: number;
  readonly to: number;
  readonly hours: Hours | null;
}

interface Hours {
  readonly preOpen: number;
  readonly open: number;
  readonly close: number;
  readonly postClose: number;
  readonly early: boolean;
}

/** One exchange with New York hours. */
class NewYorkExchange {
  private readonly years = new Map<number, ReadonlyMap<number, DayException>>();
  private readonly known = new Map<number, LocalDay>();
  private latest: LocalDay | null = null;

  constructor(private readonly overrides: DayOverrides) {}

  isKnown(day: number): boolean {
    const year = yearOf(day);
    return year >= XNYS_YEARS.first && year <= XNYS_YEARS.last;
  }

  /** The local day around an instant. The last answer is kept: the questions of one tick fall on one day. */
  around(ms: number): LocalDay {
    const { latest } = this;
    if (latest !== null && ms >= latest.from && ms < latest.to) return latest;
    this.latest = this.localDay(newYorkDay(ms));
    return this.latest;
  }

  localDay(day: number): LocalDay {
    const known = this.known.get(day);
    if (known) return known;
    const local = { day, date: dateText(day), from: newYorkInstant(day, 0), to: newYorkInstant(day + 1, 0), hours: this.hours(day) };
    if (this.isKnown(day)) this.known.set(day, local);
    return local;
  }

  private hours(day: number): Hours | null {
    if (isWeekend(day) || !this.isKnown(day)) return null;
    const exception = this.overrides.get(day) ?? this.published(yearOf(day)).get(day) ?? XNYS_HOURS.close;
    if (exception === 'closed') return null;
    const early = exception < XNYS_HOURS.close;
    return {
      preOpen: newYorkInstant(day, XNYS_HOURS.preOpen),
      open: newYorkInstant(day, XNYS_HOURS.open),
      close: newYorkInstant(day, exception),
      postClose: newYorkInstant(day, early ? XNYS_HOURS.earlyPostClose : XNYS_HOURS.postClose),
      early,
    };
  }

  private published(year: number): ReadonlyMap<number, DayException> {
    const exceptions = this.years.get(year) ?? exceptionsOf(year);
    this.years.set(year, exceptions);
    return exceptions;
  }
}

export class PublishedCalendar extends ExchangeCalendar {
  readonly version: string;
  private readonly newYork: Readonly<Record<'XNYS' | 'XNAS', NewYorkExchange>>;

  constructor(overrides: CalendarOverrides = NO_OVERRIDES) {
    super();
    this.version = overrides.version === null ? XNYS_VERSION : `${XNYS_VERSION}+${overrides.version}`;
    this.newYork = { XNYS: new NewYorkExchange(overrides.XNYS), XNAS: new NewYorkExchange(overrides.XNAS) };
  }

  session(exchange: Exchange, instant: Instant): Session {
    const ms = epochMs(instant);
    if (Number.isNaN(ms)) return 'UNKNOWN';
    if (exchange === '24X7') return 'REGULAR';
    const { day, hours } = this.newYork[exchange].around(ms);
    if (hours === null) return this.newYork[exchange].isKnown(day) ? 'CLOSED' : 'UNKNOWN';
    if (ms >= hours.open && ms < hours.close) return 'REGULAR';
    return ms >= hours.preOpen && ms < hours.postClose ? 'EXTENDED' : 'CLOSED';
  }

  tradingDay(exchange: Exchange, instant: Instant): TradingDay {
    const ms = epochMs(instant);
    if (Number.isNaN(ms)) throw new InputError('instant.invalid', 'instant', 'UTC, YYYY-MM-DDTHH:MM:SS.sssZ', instant);
    return exchange === '24X7' ? dateText(Math.floor(ms / DAY_MS)) : this.newYork[exchange].around(ms).date;
  }

  day(exchange: Exchange, date: TradingDay): ExchangeDay | null | 'unknown' {
    const day = parseDate(date);
    return this.isKnown(exchange, day) ? this.row(exchange, day) : 'unknown';
  }

  previousTradingDay(exchange: Exchange, date: TradingDay): TradingDay | null {
    return this.nearest(exchange, parseDate(date), -1);
  }

  nextTradingDay(exchange: Exchange, date: TradingDay): TradingDay | null {
    return this.nearest(exchange, parseDate(date), 1);
  }

  days(exchange: Exchange, from: TradingDay, to: TradingDay): readonly ExchangeDay[] {
    const last = this.knownDay(exchange, to, 'to');
    const rows: ExchangeDay[] = [];
    for (let day = this.knownDay(exchange, from, 'from'); day <= last; day++) {
      const row = this.row(exchange, day);
      if (row !== null) rows.push(row);
    }
    return rows;
  }

  private isKnown(exchange: Exchange, day: number): boolean {
    return exchange === '24X7' || this.newYork[exchange].isKnown(day);
  }

  private isTradingDay(exchange: Exchange, day: number): boolean {
    return exchange === '24X7' || this.newYork[exchange].localDay(day).hours !== null;
  }

  private knownDay(exchange: Exchange, date: TradingDay, field: string): number {
    const day = parseDate(date, field);
    if (this.isKnown(exchange, day)) return day;
    const years = `${XNYS_YEARS.first}-01-01 to ${XNYS_YEARS.last}-12-31`;
    throw new InputError('calendar.unknown_year', field, `within the calendar of ${exchange}, ${years}`, date);
  }

  /** One step outside the known years is enough: a first or last known day may neighbour the date that was asked for. */
  private nearest(exchange: Exchange, start: number, step: 1 | -1): TradingDay | null {
    for (let day = start + step; this.isKnown(exchange, day); day += step) {
      if (this.isTradingDay(exchange, day)) return dateText(day);
    }
    return null;
  }

  private row(exchange: Exchange, day: number): ExchangeDay | null {
    const date = dateText(day);
    if (exchange === '24X7') {
      const [open, close] = [toInstant(day * DAY_MS), toInstant((day + 1) * DAY_MS)];
      return { date, pre_open: open, open, close, post_close: close, early_close: false };
    }
    const { hours } = this.newYork[exchange].localDay(day);
    if (hours === null) return null;
    return {
      date,
      pre_open: toInstant(hours.preOpen),
      open: toInstant(hours.open),
      close: toInstant(hours.close),
      post_close: toInstant(hours.postClose),
      early_close: hours.early,
    };
  }
}
