/** The program: the platform, and the contexts on it. */
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ScheduleModule } from '@nestjs/schedule';
import { ConfigModule } from './config/config.module';
import { CorporateActionsModule } from './corporate-actions/corporate-actions.module';
import { ExecutionModule } from './execution/execution.module';
import { type Market, MarketDataModule } from './market-data/market-data.module';
import { MessagingModule } from './platform/messaging.module';
import type { Platform } from './platform/open-platform';
import { PlatformModule } from './platform/platform.module';
import { SimulationModule } from './simulation/simulation.module';
import { TradingModule } from './trading/trading.module';

@Module({})
export class AppModule {
  static forRoot(platform: Platform, market: Market): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        ScheduleModule.forRoot(),
        PlatformModule.forRoot(platform),
        MessagingModule.forRoot(platform),
        MarketDataModule.forRoot(market),
        ConfigModule,
        TradingModule,
        ExecutionModule,
        CorporateActionsModule,
        SimulationModule,
      ],
    };
  }
}
