/** The market of a replay: recorded bars, or recorded quotes judged as live ones are; a dated bar counts as regular session. */
import { formatAmount } from '../kernel/amount';
import type { Instant, TradingDay } from '../kernel/clock';
import type { Session } from '../contracts/evaluation';
import type { Exchange } from '../contracts/instrument';
import { dayAround } from '../market-data/dated-bar-hours';
import { ExchangeCalendar, type ExchangeDay } from '../market-data/exchange-calendar';
import type { Market } from '../market-data/market-data.module';
import { QuoteSource, type RawQuote } from '../market-data/quotes.port';
import type { Bar } from '../market-data/recorded-bars';
import { quoteAt } from '../market-data/recorded-quotes';
import type { Quote } from '../rules/price-policy';

export class ReplayMarket implements Market {
  readonly calendar: ExchangeCalendar;
  readonly quotes: QuoteSource;
  /** While the replay opens its position: at the first bar's close, whatever the session, no quote asked. */
  isOpening = true;

  private bar: Bar;

  constructor(bars: readonly [Bar, ...Bar[]], exchangeCalendar: ExchangeCalendar, recorded: readonly Quote[] | null) {
    const [first] = bars;
    this.bar = first;
    const days = first.dated ? new BarDays(bars) : null;
    this.calendar = new ReplayCalendar(exchangeCalendar, days, () => (this.isOpening || this.bar.dated ? this.bar : null));
    this.quotes = new ReplayQuotes((at) => (recorded && !this.isOpening ? quoteAt(recorded, at) : barQuote(this.bar)));
    this.isHistorical = () => this.isOpening || recorded === null;
  }

  readonly isHistorical: () => boolean;

  moveTo(bar: Bar): void {
    this.bar = bar;
  }
}

/** A bar's close on every side, so that each price policy finds it. */
function barQuote({ at, close }: Bar): RawQuote {
  const price = formatAmount(close);
  return { ts: at, bid: price, ask: price, last: price, source: 'bars' };
}

/** The days of dated bars, in order. */
class BarDays {
  private readonly days: readonly TradingDay[];
  private readonly byDay: ReadonlyMap<TradingDay, Bar>;

  constructor(bars: readonly Bar[]) {
    this.days = bars.map(({ day }) => day);
    this.byDay = new Map(bars.map((bar) => [bar.day, bar]));
  }

  on(date: TradingDay): ExchangeDay | null {
    const bar = this.byDay.get(date);
    return bar ? dayAround(bar.at, bar.day) : null;
  }

  before = (date: TradingDay): TradingDay | null => this.days[this.firstFrom(date) - 1] ?? null;
  after = (date: TradingDay): TradingDay | null => this.days[this.firstFrom(`${date}~`)] ?? null;

  /** Index of the first day at or after a text. */
  private firstFrom(text: string): number {
    let [low, high] = [0, this.days.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.days[middle] ?? '') < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

class ReplayQuotes extends QuoteSource {
  readonly name = 'replay';
  readonly perTenant = false;

  constructor(private readonly at: (instant: Instant) => RawQuote | null) {
    super();
  }

  quote(_instrument: unknown, at: Instant): Promise<RawQuote | null> {
    return Promise.resolve(this.at(at));
  }
}

/** The exchange's calendar, except that the bar in force, if there is one, is regular session on its own day. Dated bars are the only days there are. */
class ReplayCalendar extends ExchangeCalendar {
  readonly version: string;

  constructor(
    private readonly exchange: ExchangeCalendar,
    private readonly barDays: BarDays | null,
    private readonly barInForce: () => Bar | null,
  ) {
    super();
    this.version = `${exchange.version}+bars`;
  }

  session(exchange: Exchange, instant: Instant): Session {
    return this.barInForce() ? 'REGULAR' : this.exchange.session(exchange, instant);
  }

  tradingDay(exchange: Exchange, instant: Instant): TradingDay {
    return this.barInForce()?.day ?? this.exchange.tradingDay(exchange, instant);
  }

  day(exchange: Exchange, date: TradingDay): ExchangeDay | null | 'unknown' {
    return this.barDays ? this.barDays.on(date) : this.exchange.day(exchange, date);
  }

  previousTradingDay(exchange: Exchange, date: TradingDay): TradingDay | null {
    if (!this.barDays) return this.exchange.previousTradingDay(exchange, date);
    return this.barDays.before(date);
  }

  nextTradingDay(exchange: Exchange, date: TradingDay): TradingDay | null {
    if (!this.barDays) return this.exchange.nextTradingDay(exchange, date);
    return this.barDays.after(date);
  }

  days(exchange: Exchange, from: TradingDay, to: TradingDay): readonly ExchangeDay[] {
    return this.exchange.days(exchange, from, to);
  }
}
