/** The market that the settings ask for: calendar with its overrides, one feed and its announcers behind a time limit. */
import { never } from '../kernel/errors';
import { TenantTables } from '../platform/database/tenant-tables';
import type { Platform } from '../platform/open-platform';
import type { AnnouncerName, Settings } from '../platform/settings';
import type { ActionProvider } from './actions.port';
import { BoundedActions } from './bounded-actions';
import { BoundedQuotes } from './bounded-quotes';
import { loadCalendar } from './calendar-file.adapter';
import { CsvActions } from './csv-actions.adapter';
import { CsvQuotes } from './csv.adapter';
import type { ExchangeCalendar } from './exchange-calendar';
import { InstrumentReferences } from './instrument-references';
import type { Market } from './market-data.module';
import { PushQuotes } from './push.adapter';
import { PushedQuoteTable } from './pushed-quote.table';
import type { QuoteSource } from './quotes.port';
import { SimulatedQuotes } from './simulated.adapter';
import { YahooQuotes } from './yahoo.adapter';
import { YahooActions } from './yahoo-actions.adapter';

/** Throws InputError where the calendar's override file is missing or wrong. */
export function marketFrom(platform: Platform): Market {
  const { settings, timer, log } = platform;
  const calendar = loadCalendar(settings.calendarOverrides);
  const feed = feedOf(settings, calendar, platform);
  const quotes = new BoundedQuotes(feed, timer, (failure) => log.warn('a quote could not be had in time', { ...failure }));
  const actions = settings.announcements.map((name) => new BoundedActions(announcerOf(name, settings), timer));
  return { calendar, quotes, actions, isHistorical: () => false };
}

function announcerOf(name: AnnouncerName, { marketDataCsv }: Settings): ActionProvider {
  switch (name) {
    case 'csv':
      return new CsvActions(marketDataCsv ?? '');
    case 'yahoo':
      return new YahooActions();
    default:
      return never(name);
  }
}

function feedOf(settings: Settings, calendar: ExchangeCalendar, { opened, logs, clock }: Platform): QuoteSource {
  switch (settings.marketData) {
    case 'simulated':
      return new SimulatedQuotes(new InstrumentReferences(opened.sql));
    case 'push':
      return new PushQuotes(new PushedQuoteTable(opened.sql, new TenantTables(opened.sql, logs), logs, clock));
    case 'csv':
      return new CsvQuotes(settings.marketDataCsv ?? '', calendar);
    case 'yahoo':
      return new YahooQuotes();
    default:
      return never(settings.marketData);
  }
}
