/** Offers the platform's parts to every context, under their ports' names, and puts the guards before every route. */
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Clock } from '../kernel/clock';
import { Ids } from '../kernel/ids';
import { Sql } from './database/sql';
import { TenantTables } from './database/tenant-tables';
import { CrashPoints } from './event-store/crash-points';
import { EventStore } from './event-store/event-store.port';
import { TenantLogs } from './event-store/tenant-logs';
import { AccessAudit } from './http/access.audit';
import { AccessGuard } from './http/access.guard';
import { QueryGuard } from './http/query.guard';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor';
import { StoredAnswers } from './idempotency/stored-answers';
import { HealthController } from './observability/health.controller';
import { Log } from './observability/log';
import { Readiness } from './observability/readiness';
import { Shutdown } from './observability/shutdown';
import type { Platform } from './open-platform';
import { Settings } from './settings';
import { StreamRegistry } from './streams/stream-registry';
import { StreamRunner } from './streams/stream-runner';
import { ApiKeysController } from './tenancy/api-keys.controller';
import { Authenticator } from './tenancy/authenticator';
import { TenantDirectory } from './tenancy/tenant.directory';
import { TenantsController } from './tenancy/tenants.controller';
import { Timer } from './time/timer.port';
import { LogTrust } from './trust/log-trust';

/** TypeORM over the data source that is open already: entities' repositories can be injected where a read model wants them. */
const typeOrm = ({ opened }: Platform): DynamicModule =>
  TypeOrmModule.forRootAsync({
    useFactory: () => opened.dataSource.options,
    dataSourceFactory: () => Promise.resolve(opened.dataSource),
  });

@Module({})
export class PlatformModule {
  static forRoot(platform: Platform): DynamicModule {
    const parts = [
      { provide: Settings, useValue: platform.settings },
      { provide: Clock, useValue: platform.clock },
      { provide: Ids, useValue: platform.ids },
      { provide: Timer, useValue: platform.timer },
      { provide: Log, useValue: platform.log },
      { provide: EventStore, useValue: platform.opened.store },
      { provide: CrashPoints, useValue: platform.crashPoints },
      { provide: Sql, useValue: platform.opened.sql },
      { provide: TenantLogs, useValue: platform.logs },
      { provide: TenantTables, useValue: new TenantTables(platform.opened.sql, platform.logs) },
      { provide: StreamRegistry, useValue: platform.registry },
      { provide: StreamRunner, useValue: platform.streams },
      { provide: Readiness, useValue: platform.readiness },
      { provide: Shutdown, useValue: platform.shutdown },
      { provide: Authenticator, useValue: platform.authenticator },
      { provide: StoredAnswers, useValue: platform.answers },
      { provide: TenantDirectory, useValue: platform.directory },
      { provide: LogTrust, useValue: platform.trust },
    ];
    return {
      module: PlatformModule,
      global: true,
      imports: [DiscoveryModule, typeOrm(platform)],
      controllers: [HealthController, TenantsController, ApiKeysController],
      providers: [
        ...parts,
        AccessAudit,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: QueryGuard },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
      ],
      exports: parts.map(({ provide }) => provide),
    };
  }
}
