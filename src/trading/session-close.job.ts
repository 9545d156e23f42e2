/** Records the regular close of each instrument that is held: P_prev of dividends and the days of equity curves come from it. */
import type { Clock } from '../kernel/clock';
import { systemContext, SYSTEM_TENANT } from '../kernel/context';
import { formatAmount } from '../kernel/amount';
import { judgeQuote } from '../rules/quote-gate';
import { DEFAULT_SETTINGS_TEXT, parseSettings } from '../rules/settings';
import type { Exchange, InstrumentView } from '../contracts/instrument';
import type { ExchangeCalendar, ExchangeDay } from '../market-data/exchange-calendar';
import type { QuoteBoards } from '../market-data/quote-board';
import { sessionsClosed } from '../market-data/session-close';
import type { Log } from '../platform/observability/log';
import type { Job } from '../platform/scheduling/job-runner';
import type { StreamRunner } from '../platform/streams/stream-runner';
import type { InstrumentCommand, InstrumentState } from './instrument.decider';
import type { InstrumentDirectory } from './instrument.directory';

const SETTINGS = parseSettings(DEFAULT_SETTINGS_TEXT);

export class SessionCloseJob implements Job {
  readonly name = 'session-close';
  readonly setting = 'the session-close schedule';
  readonly cron = '* * * * *';

  constructor(
    private readonly instruments: InstrumentDirectory,
    private readonly calendar: ExchangeCalendar,
    private readonly boards: QuoteBoards,
    private readonly streams: StreamRunner,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async run(): Promise<void> {
    for (const instrument of await this.instruments.all()) {
      const closed = await this.closedSince(instrument);
      const newest = closed.at(-1);
      if (!newest) continue;
      if (closed.length > 1)
        this.log.warn('closes were missed while nothing ran', { instrument_id: instrument.id, missed: closed.length - 1 });
      await this.record(instrument, newest);
    }
  }

  /**
   * Trading days that closed since the last recorded one, or since the listing. Only the newest is worth an event: of the others
   * nobody knows a price any more.
   */
  private async closedSince(instrument: InstrumentView): Promise<readonly ExchangeDay[]> {
    const folded = await this.streams.load<InstrumentState>(SYSTEM_TENANT, `instrument-${instrument.id}`);
    if (!folded || folded.state.status === 'NONE') return [];
    const last = folded.state.last_close && this.calendar.day(instrument.exchange, folded.state.last_close.day);
    const since = last && last !== 'unknown' ? last.close : folded.createdAt;
    return sessionsClosed(this.calendar, instrument.exchange, since, this.clock.now());
  }

  private async record(instrument: InstrumentView, day: ExchangeDay): Promise<void> {
    const price = await this.closePrice(instrument, day);
    const command: InstrumentCommand = {
      type: 'CloseSession',
      data: {
        instrument_id: instrument.id,
        day: day.date,
        regular_close: price?.price ?? null,
        closed_at: day.close,
        source: price?.source ?? 'none',
        calendar_version: this.calendar.version,
      },
    };
    await this.streams.run(systemContext(SYSTEM_TENANT, this.name, `close:${day.date}`), [
      { stream: `instrument-${instrument.id}`, command },
    ]);
    if (price === null) this.log.warn('a regular close was recorded without a price', { instrument_id: instrument.id, day: day.date });
  }

  private async closePrice(
    instrument: InstrumentView,
    day: ExchangeDay,
  ): Promise<{ readonly price: string; readonly source: string } | null> {
    const board = this.boards.current();
    const about: { instrument_id: string; symbol: string; exchange: Exchange } = {
      instrument_id: instrument.id,
      symbol: instrument.symbol,
      exchange: instrument.exchange,
    };
    await board.fetch(SYSTEM_TENANT, [about], day.close);
    const quote = board.latest(SYSTEM_TENANT, instrument.id);
    const verdict = judgeQuote({ quote, now: day.close, settings: SETTINGS, memory: null, explained: false });
    return verdict.usable && quote ? { price: formatAmount(verdict.price), source: quote.source } : null;
  }
}
