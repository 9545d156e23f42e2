/** Simulations and sweeps: their tables, the worker that computes them, and the routes. */
import { Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Clock } from '../kernel/clock';
import { Ids } from '../kernel/ids';
import { ExchangeCalendar } from '../market-data/exchange-calendar';
import { HistoryProvider } from '../market-data/history.port';
import { SimulatedHistory } from '../market-data/simulated-history.adapter';
import { YahooHistory } from '../market-data/yahoo-history.adapter';
import { Sql } from '../platform/database/sql';
import { TenantTables } from '../platform/database/tenant-tables';
import { EventStore } from '../platform/event-store/event-store.port';
import { TenantLogs } from '../platform/event-store/tenant-logs';
import { Log } from '../platform/observability/log';
import { Settings } from '../platform/settings';
import { StreamRegistry } from '../platform/streams/stream-registry';
import { Timer } from '../platform/time/timer.port';
import { codeVersion } from './code-version.adapter';
import { JobTable } from './job.table';
import { JobWorker } from './job-worker';
import { PresetTable } from './preset.table';
import { RecordedMarket } from './recorded-market';
import { PresetsController, RunsController, SimulationsController } from './simulations.controller';
import { Simulations } from './simulations.service';
import { simulationPool } from './simulation-pool.adapter';
import { SweepsController } from './sweeps.controller';
import { TapeTable } from './tape.table';
import { TapesController } from './tapes.controller';

@Module({
  controllers: [TapesController, SimulationsController, RunsController, PresetsController, SweepsController],
  providers: [
    {
      provide: TapeTable,
      inject: [Sql, TenantTables, TenantLogs, Clock, Ids],
      useFactory: (...parts: ConstructorParameters<typeof TapeTable>) => new TapeTable(...parts),
    },
    {
      provide: JobTable,
      inject: [Sql, TenantTables, TenantLogs, Clock, Ids],
      useFactory: (...parts: ConstructorParameters<typeof JobTable>) => new JobTable(...parts),
    },
    {
      provide: PresetTable,
      inject: [Sql, TenantTables, TenantLogs, Clock],
      useFactory: (...parts: ConstructorParameters<typeof PresetTable>) => new PresetTable(...parts),
    },
    {
      provide: RecordedMarket,
      inject: [EventStore, TenantLogs, StreamRegistry, QueryBus, ExchangeCalendar],
      useFactory: (...parts: ConstructorParameters<typeof RecordedMarket>) => new RecordedMarket(...parts),
    },
    {
      provide: HistoryProvider,
      inject: [Settings, ExchangeCalendar],
      useFactory: ({ marketData }: Settings, calendar: ExchangeCalendar) =>
        marketData === 'yahoo' ? new YahooHistory() : new SimulatedHistory(calendar),
    },
    {
      provide: JobWorker,
      inject: [JobTable, TapeTable, Clock, Timer, Log, Ids, ExchangeCalendar],
      useFactory: (jobs: JobTable, tapes: TapeTable, clock: Clock, timer: Timer, log: Log, ids: Ids, calendar: ExchangeCalendar) =>
        new JobWorker(jobs, tapes, simulationPool(), clock, timer, log, codeVersion(), ids, calendar),
    },
    {
      provide: Simulations,
      inject: [JobTable, TapeTable, PresetTable, JobWorker, ExchangeCalendar],
      useFactory: (...parts: ConstructorParameters<typeof Simulations>) => new Simulations(...parts),
    },
  ],
})
export class SimulationModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly worker: JobWorker,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    if (this.settings.roles.has('worker')) this.worker.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.worker.stop();
  }
}
