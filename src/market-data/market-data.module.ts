/** Calendars and quotes for every context; replays and tests bring their own. */
import { type DynamicModule, Module } from '@nestjs/common';
import { Clock } from '../kernel/clock';
import { Sql } from '../platform/database/sql';
import { TenantTables } from '../platform/database/tenant-tables';
import { TenantLogs } from '../platform/event-store/tenant-logs';
import { type ActionProvider, ActionProviders } from './actions.port';
import { ExchangeCalendar } from './exchange-calendar';
import { FreshPrices } from './fresh-price';
import { PushQuoteHandler } from './push-quote.handler';
import { PushedQuoteTable } from './pushed-quote.table';
import { QuoteBoards } from './quote-board';
import { QuotesController } from './quotes.controller';
import { QuoteSource } from './quotes.port';

export interface Market {
  readonly calendar: ExchangeCalendar;
  readonly quotes: QuoteSource;
  /** Where announcements come from; people alone where it is left out. */
  readonly actions?: readonly ActionProvider[];
  /** Recorded bars are historical fact: no age, jump or spread check applies to them. */
  readonly isHistorical: () => boolean;
}

@Module({})
export class MarketDataModule {
  static forRoot({ calendar, quotes, actions = [], isHistorical }: Market): DynamicModule {
    const boards = new QuoteBoards(quotes, isHistorical);
    const parts = [
      { provide: ExchangeCalendar, useValue: calendar },
      { provide: QuoteSource, useValue: quotes },
      { provide: ActionProviders, useValue: new ActionProviders(actions) },
      { provide: QuoteBoards, useValue: boards },
      { provide: FreshPrices, inject: [Clock], useFactory: (clock: Clock) => new FreshPrices(boards, clock) },
      {
        provide: PushedQuoteTable,
        inject: [Sql, TenantTables, TenantLogs, Clock],
        useFactory: (sql: Sql, tables: TenantTables, logs: TenantLogs, clock: Clock) => new PushedQuoteTable(sql, tables, logs, clock),
      },
    ];
    return {
      module: MarketDataModule,
      global: true,
      controllers: [QuotesController],
      providers: [...parts, PushQuoteHandler],
      exports: parts.map(({ provide }) => provide),
    };
  }
}
