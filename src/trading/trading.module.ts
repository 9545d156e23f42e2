/** Portfolios, positions, evaluations and ticks. */
import { Module, type OnModuleInit } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Clock } from '../kernel/clock';
import { Ids } from '../kernel/ids';
import { ExchangeCalendar } from '../market-data/exchange-calendar';
import { QuoteBoards } from '../market-data/quote-board';
import { Sql } from '../platform/database/sql';
import { TenantTables } from '../platform/database/tenant-tables';
import { TenantLogs } from '../platform/event-store/tenant-logs';
import { Log } from '../platform/observability/log';
import { JobRunner } from '../platform/scheduling/job-runner';
import { TickInstants } from '../platform/scheduling/tick-instants';
import { Settings } from '../platform/settings';
import { Timer } from '../platform/time/timer.port';
import { StreamRunner } from '../platform/streams/stream-runner';
import { EvaluatePositionHandler, ReevaluateOrderHandler } from './evaluate-position.handler';
import { InstrumentDirectory } from './instrument.directory';
import { AddInstrumentHandler, FindInstrumentHandler, ListInstrumentsHandler, SetReferencePriceHandler } from './instrument.handler';
import { InstrumentsController } from './instruments.controller';
import { OpenPortfolioHandler, RenamePortfolioHandler } from './portfolio.handler';
import { PortfoliosController } from './portfolios.controller';
import { ActionGate } from './action-gate';
import { PositionEvaluator } from './position.evaluator';
import { GetPositionHandler, OpenPositionHandler, PositionCommandHandler } from './position.handler';
import { PositionsController } from './positions.controller';
import { GetRegularCloseHandler } from './regular-close.query';
import { RunTickHandler } from './run-tick.handler';
import { SessionCloseJob } from './session-close.job';
import { TickJob } from './tick.job';
import { TickMarket } from './tick-market';
import { AloneTick, TickSharing } from './tick-sharing';
import { SharedTick } from './shared-tick';
import { tradingQueryHandlers } from './trading.queries';
import { TicksController } from './ticks.controller';

@Module({
  controllers: [InstrumentsController, PortfoliosController, PositionsController, TicksController],
  providers: [
    { provide: InstrumentDirectory, inject: [Sql], useFactory: (sql: Sql) => new InstrumentDirectory(sql) },
    {
      provide: ActionGate,
      inject: [CommandBus, StreamRunner],
      useFactory: (commands: CommandBus, runner: StreamRunner) => new ActionGate(commands, runner),
    },
    {
      provide: PositionEvaluator,
      inject: [StreamRunner, TenantTables, QueryBus, ExchangeCalendar, Clock, Ids, ActionGate],
      useFactory: (...parts: ConstructorParameters<typeof PositionEvaluator>) => new PositionEvaluator(...parts),
    },
    {
      provide: TickMarket,
      inject: [Sql, TenantLogs, Clock, ExchangeCalendar, Log],
      useFactory: (sql: Sql, logs: TenantLogs, clock: Clock, calendar: ExchangeCalendar, log: Log) =>
        new TickMarket(sql, logs, clock, calendar, log),
    },
    {
      provide: TickSharing,
      inject: [Sql, TenantLogs, Clock, Timer, Ids],
      useFactory: (sql: Sql, logs: TenantLogs, clock: Clock, timer: Timer, ids: Ids) =>
        sql.isShared ? new SharedTick(sql, logs, clock, timer, ids) : new AloneTick(),
    },
    {
      provide: TickJob,
      inject: [Settings, CommandBus, StreamRunner, TenantTables, Clock, Log],
      useFactory: (settings: Settings, commands: CommandBus, runner: StreamRunner, tables: TenantTables, clock: Clock, log: Log) =>
        new TickJob(new TickInstants(settings.tickCron), commands, runner, tables, clock, log),
    },
    {
      provide: SessionCloseJob,
      inject: [InstrumentDirectory, ExchangeCalendar, QuoteBoards, StreamRunner, Clock, Log],
      useFactory: (
        directory: InstrumentDirectory,
        calendar: ExchangeCalendar,
        boards: QuoteBoards,
        runner: StreamRunner,
        clock: Clock,
        log: Log,
      ) => new SessionCloseJob(directory, calendar, boards, runner, clock, log),
    },
    AddInstrumentHandler,
    SetReferencePriceHandler,
    ListInstrumentsHandler,
    FindInstrumentHandler,
    OpenPortfolioHandler,
    RenamePortfolioHandler,
    OpenPositionHandler,
    PositionCommandHandler,
    GetPositionHandler,
    GetRegularCloseHandler,
    EvaluatePositionHandler,
    ReevaluateOrderHandler,
    RunTickHandler,
    ...tradingQueryHandlers,
  ],
})
export class TradingModule implements OnModuleInit {
  constructor(
    private readonly jobs: JobRunner,
    private readonly tick: TickJob,
    private readonly sessionClose: SessionCloseJob,
  ) {}

  onModuleInit(): void {
    this.jobs.register(this.tick, this.sessionClose);
  }
}
