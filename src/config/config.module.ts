/** Settings of users: changed by command, effective by scope. */
import { Module } from '@nestjs/common';
import { TenantTables } from '../platform/database/tenant-tables';
import { ConfigController } from './config.controller';
import { EffectiveSettingsReader } from './effective-settings';
import { ChangeSettingsHandler, ExplainSettingsHandler, GetEffectiveSettingsHandler, GetSettingsHandler } from './settings.handler';

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
export class ConfigModule {}
