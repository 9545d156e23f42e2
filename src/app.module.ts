/** The program: the platform, and the contexts on it. */
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ScheduleModule } from '@nestjs/schedule';
import type { Platform } from './platform/open-platform';
import { PlatformModule } from './platform/platform.module';

@Module({})
export class AppModule {
  static forRoot(platform: Platform): DynamicModule {
    return { module: AppModule, imports: [PlatformModule.forRoot(platform), CqrsModule.forRoot(), ScheduleModule.forRoot()] };
  }
}
