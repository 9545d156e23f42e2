import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { UnavailableError } from '../../kernel/errors';
import { Public } from '../http/access.decorators';
import { Readiness } from './readiness';

export class HealthDto {
  @ApiProperty({ enum: ['ok'] }) readonly status!: 'ok';
}

export class ReadyDto {
  @ApiProperty({ enum: ['ready'] }) readonly status!: 'ready';
}

@ApiTags('health')
@Controller('v1')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process lives. */
  @Get('healthz')
  @Public()
  @ApiOkResponse({ type: HealthDto })
  health(): HealthDto {
    return { status: 'ok' };
  }

  /** The process can do its work; else 503 with every reason. */
  @Get('readyz')
  @Public()
  @ApiOkResponse({ type: ReadyDto })
  @ApiServiceUnavailableResponse({ description: 'Not ready, with the reasons' })
  async ready(): Promise<ReadyDto> {
    const hindrances = await this.readiness.hindrances();
    if (hindrances.length === 0) return { status: 'ready' };
    const reasons = hindrances.map(({ check, reason }) => `${check}: ${reason}`).join('; ');
    throw new UnavailableError('health.not_ready', `Not ready (${reasons}); ask again in a moment`, { hindrances });
  }
}
