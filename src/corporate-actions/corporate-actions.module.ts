/** Announcements, entitlements, payments: everything a company does to its shares. */
import { Module, type OnModuleInit } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Clock } from '../kernel/clock';
import { ActionProviders } from '../market-data/actions.port';
import { ExchangeCalendar } from '../market-data/exchange-calendar';
import { FreshPrices } from '../market-data/fresh-price';
import { Sql } from '../platform/database/sql';
import { TenantTables } from '../platform/database/tenant-tables';
import { EventStore } from '../platform/event-store/event-store.port';
import { TenantLogs } from '../platform/event-store/tenant-logs';
import { Log } from '../platform/observability/log';
import { JobRunner } from '../platform/scheduling/job-runner';
import { StreamRunner } from '../platform/streams/stream-runner';
import { ActionProcessing } from './action-processing';
import { AnnounceActionHandler, AnnouncementCommandHandler } from './announcement.handler';
import { GetAnnouncementHandler, PageAnnouncementsHandler } from './announcement.queries';
import { CorporateActionsController } from './corporate-actions.controller';
import { DividendsController } from './dividends.controller';
import { type Buses, DueActions, PositionHistory } from './due-actions';
import { DueAnnouncements } from './due-announcements';
import { DuePayments } from './due-payments';
import { ListReceivablesHandler, ListUpcomingHandler, PageEntriesHandler } from './entry.queries';
import { Ingestion } from './ingestion';
import { IngestActionsHandler, IngestionJob } from './ingestion.job';
import { PayDividendsHandler } from './pay-dividends.handler';
import { PositionSettings } from './position-settings';
import { ApplyDueActionsHandler, ProcessActionsHandler } from './process.handler';
import { ProcessingJob } from './processing.job';
import { Reinvestments } from './reinvestments';

/** What several parts share. */
class Surroundings implements Buses {
  constructor(
    readonly commands: CommandBus,
    readonly queries: QueryBus,
    readonly clock: Clock,
    readonly log: Log,
  ) {}
}

const processing = [
  {
    provide: Surroundings,
    inject: [CommandBus, QueryBus, Clock, Log],
    useFactory: (...parts: ConstructorParameters<typeof Surroundings>) => new Surroundings(...parts),
  },
  { provide: PositionSettings, inject: [QueryBus], useFactory: (queries: QueryBus) => new PositionSettings(queries) },
  {
    provide: PositionHistory,
    inject: [EventStore, TenantLogs],
    useFactory: (store: EventStore, logs: TenantLogs) => new PositionHistory(store, logs),
  },
  {
    provide: DueAnnouncements,
    inject: [TenantTables, ExchangeCalendar],
    useFactory: (tables: TenantTables, calendar: ExchangeCalendar) => new DueAnnouncements(tables, calendar),
  },
  {
    provide: DueActions,
    inject: [DueAnnouncements, PositionSettings, TenantTables, StreamRunner, PositionHistory, Surroundings],
    useFactory: (...parts: ConstructorParameters<typeof DueActions>) => new DueActions(...parts),
  },
  {
    provide: DuePayments,
    inject: [TenantTables, StreamRunner, PositionSettings, ExchangeCalendar, Clock],
    useFactory: (...parts: ConstructorParameters<typeof DuePayments>) => new DuePayments(...parts),
  },
  {
    provide: Reinvestments,
    inject: [TenantTables, StreamRunner, FreshPrices, ExchangeCalendar, Surroundings],
    useFactory: (...parts: ConstructorParameters<typeof Reinvestments>) => new Reinvestments(...parts),
  },
  {
    provide: ActionProcessing,
    inject: [DueActions, DuePayments, Reinvestments, DueAnnouncements, Sql, TenantLogs, StreamRunner, Clock],
    useFactory: (
      actions: DueActions,
      payments: DuePayments,
      reinvestments: Reinvestments,
      due: DueAnnouncements,
      sql: Sql,
      logs: TenantLogs,
      streams: StreamRunner,
      clock: Clock,
    ) => new ActionProcessing(actions, payments, reinvestments, due, { sql, logs, streams, clock }),
  },
  {
    provide: ProcessingJob,
    inject: [CommandBus, Clock],
    useFactory: (commands: CommandBus, clock: Clock) => new ProcessingJob(commands, clock),
  },
];

const ingestion = [
  {
    provide: Ingestion,
    inject: [ActionProviders, StreamRunner, TenantTables, ExchangeCalendar, Surroundings],
    useFactory: (...parts: ConstructorParameters<typeof Ingestion>) => new Ingestion(...parts),
  },
  {
    provide: IngestionJob,
    inject: [CommandBus, Clock],
    useFactory: (commands: CommandBus, clock: Clock) => new IngestionJob(commands, clock),
  },
];

@Module({
  controllers: [CorporateActionsController, DividendsController],
  providers: [
    ...processing,
    ...ingestion,
    ApplyDueActionsHandler,
    ProcessActionsHandler,
    IngestActionsHandler,
    AnnounceActionHandler,
    AnnouncementCommandHandler,
    PayDividendsHandler,
    PageAnnouncementsHandler,
    GetAnnouncementHandler,
    PageEntriesHandler,
    ListReceivablesHandler,
    ListUpcomingHandler,
  ],
})
export class CorporateActionsModule implements OnModuleInit {
  constructor(
    private readonly jobs: JobRunner,
    private readonly processing: ProcessingJob,
    private readonly ingestion: IngestionJob,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this.ingestion, this.processing);
  }
}
