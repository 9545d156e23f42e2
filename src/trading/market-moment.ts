/** Session and trading day of each exchange at one instant: asked once for all positions of a tick. */
import type { Instant, TradingDay } from '../kernel/clock';
import type { Session } from '../contracts/evaluation';
import type { Exchange } from '../contracts/instrument';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';

export interface ExchangeMoment {
  readonly session: Session;
  /** Null where the calendar does not know the day. */
  readonly day: TradingDay | null;
}

export class MarketMoment {
  private readonly known = new Map<Exchange, ExchangeMoment>();

  constructor(
    private readonly calendar: ExchangeCalendar,
    readonly now: Instant,
  ) {}

  get calendarVersion(): string {
    return this.calendar.version;
  }

  of(exchange: Exchange): ExchangeMoment {
    const known = this.known.get(exchange);
    if (known) return known;
    const session = this.calendar.session(exchange, this.now);
    const moment = { session, day: session === 'UNKNOWN' ? null : this.calendar.tradingDay(exchange, this.now) };
    this.known.set(exchange, moment);
    return moment;
  }
}
