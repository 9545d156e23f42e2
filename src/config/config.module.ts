/** Settings of users: changed by command, effective by scope. */
import { Module, type OnModuleInit } from '@nestjs/common';
import { TenantTables } from '../platform/database/tenant-tables';
import { defineStream, StreamRegistry } from '../platform/streams/stream-registry';
import { ConfigController } from './config.controller';
import { EffectiveSettingsReader } from './effective-settings';
import { settingsDecider } from './settings.decider';
import { ChangeSettingsHandler, ExplainSettingsHandler, GetEffectiveSettingsHandler, GetSettingsHandler } from './settings.handler';
import { settingsProjection } from './settings.projection';

@Module({
  controllers: [ConfigController],
  providers: [
    { provide: EffectiveSettingsReader, inject: [TenantTables], useFactory: (tables: TenantTables) => new EffectiveSettingsReader(tables) },
    ChangeSettingsHandler,
    ExplainSettingsHandler,
    GetEffectiveSettingsHandler,
    GetSettingsHandler,
  ],
})
export class ConfigModule implements OnModuleInit {
  constructor(private readonly registry: StreamRegistry) {}

  onModuleInit(): void {
    this.registry.register(defineStream({ decider: settingsDecider, state: settingsProjection }));
  }
}
