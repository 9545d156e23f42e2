import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { NotFoundError } from '../kernel/errors';
import { Roles } from '../platform/http/access.decorators';
import { Tenant } from '../platform/http/caller.decorators';
import { ApiNoBody, NoBodyDto } from '../platform/http/no-body.dto';
import { type Page, pageDto, PageDto } from '../platform/http/page.dto';
import { heatmapFor, runRows } from './job-plan';
import { JobTable } from './job.table';
import { JobDto, RowsDto, StartSweepDto } from './simulation.dto';
import type { SweepRequest } from './simulation-request';
import { Simulations } from './simulations.service';
import { SWEEP_METRICS } from './sweep-metrics';
import { JobWorker } from './job-worker';

class HeatmapQueryDto {
  /** The first parameter where it is left out. */
  @ApiPropertyOptional({ type: String, maxLength: 60 })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  readonly x?: string;

  /** The last parameter where it is left out. */
  @ApiPropertyOptional({ type: String, maxLength: 60 })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  readonly y?: string;

  @ApiPropertyOptional({ type: String, enum: SWEEP_METRICS })
  @IsOptional()
  @IsIn(SWEEP_METRICS)
  readonly metric?: string;
}

@ApiTags('sweeps')
@Controller('v1/sweeps')
@Roles('owner')
export class SweepsController {
  constructor(
    private readonly simulations: Simulations,
    private readonly jobs: JobTable,
    private readonly worker: JobWorker,
  ) {}

  /** Sweeps, newest first. */
  @Get()
  @ApiOkResponse({ type: pageDto(JobDto) })
  list(@Tenant() tenantId: string, @Query() page: PageDto): Promise<Page<JobDto>> {
    return this.jobs.list(tenantId, 'sweep', page);
  }

  /** Queues a run for every point of the grid, or of a random search, and answers at once. */
  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiAcceptedResponse({ type: JobDto })
  start(@Tenant() tenantId: string, @Body() body: StartSweepDto): Promise<JobDto> {
    return this.simulations.sweep(tenantId, body);
  }

  /** Its progress with an estimate, and once it is done the best point, warnings and walk-forward figures. */
  @Get(':id')
  @ApiOkResponse({ type: JobDto })
  get(@Tenant() tenantId: string, @Param('id') id: string): Promise<JobDto> {
    return this.jobs.get(tenantId, 'sweep', id);
  }

  /** Stops it; the runs that are done stay. */
  @Post(':id/cancel')
  @HttpCode(HttpStatus.OK)
  @ApiNoBody()
  @ApiOkResponse({ type: JobDto })
  cancel(@Tenant() tenantId: string, @Param('id') id: string, @Body() _body: NoBodyDto): Promise<JobDto> {
    return this.simulations.cancel(tenantId, 'sweep', id);
  }

  /** Goes on where a cancelled or failed sweep stopped. */
  @Post(':id/resume')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiNoBody()
  @ApiAcceptedResponse({ type: JobDto })
  async resume(@Tenant() tenantId: string, @Param('id') id: string, @Body() _body: NoBodyDto): Promise<JobDto> {
    const job = await this.jobs.resume(tenantId, 'sweep', id);
    this.worker.wake();
    return job;
  }

  /** Every run with its parameters and figures, in the order of the grid. */
  @Get(':id/runs')
  @ApiOkResponse({ type: RowsDto })
  async runs(@Tenant() tenantId: string, @Param('id') id: string): Promise<RowsDto> {
    const { metric } = await this.request(tenantId, id);
    return { items: runRows(await this.jobs.runs(tenantId, id), metric) };
  }

  /** Any two of its parameters against a metric; each cell names its runs. */
  @Get(':id/heatmap')
  @ApiOkResponse({ type: RowsDto })
  async heatmap(@Tenant() tenantId: string, @Param('id') id: string, @Query() query: HeatmapQueryDto): Promise<RowsDto> {
    const request = await this.request(tenantId, id);
    return { items: heatmapFor(request, await this.jobs.runs(tenantId, id), query) };
  }

  private async request(tenantId: string, id: string): Promise<SweepRequest> {
    const { request } = await this.jobs.get(tenantId, 'sweep', id);
    if (request.kind !== 'sweep') throw new NotFoundError('sweep');
    return request;
  }
}
