import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Put, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiProduces, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import type { Response } from 'express';
import { InputError, NotFoundError } from '../kernel/errors';
import { ExchangeCalendar } from '../market-data/exchange-calendar';
import { Roles } from '../platform/http/access.decorators';
import { Tenant } from '../platform/http/caller.decorators';
import { type Page, pageDto, PageDto, wholeNumber } from '../platform/http/page.dto';
import { ApiNoBody, NoBodyDto } from '../platform/http/no-body.dto';
import { EXPORT_FORMATS, EXPORT_TYPES, exportCsv, type ExportFormat, exportJson, exportXlsx } from './run-export';
import { JobTable, type StoredRun } from './job.table';
import { PresetTable } from './preset.table';
import { timelineRows } from './run-timeline';
import { JobDto, PresetDto, PresetsDto, RerunDto, RowsDto, RunDto, SavePresetDto, StartSimulationDto } from './simulation.dto';
import { actionsOf } from './simulation-request';
import { Simulations } from './simulations.service';
import { TapeTable } from './tape.table';

class CompareDto {
  /** Run ids with commas between them, 2 to 10. */
  @ApiPropertyOptional({ type: String })
  @IsString()
  @MaxLength(1_000)
  readonly ids!: string;
}

class TimelineQueryDto {
  /** The first bar, counted from 0. */
  @ApiPropertyOptional({ type: 'integer', minimum: 0, default: 0 })
  @Transform(wholeNumber)
  @IsInt()
  @Min(0)
  readonly from: number = 0;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1_000, default: 100 })
  @Transform(wholeNumber)
  @IsInt()
  @Min(1)
  @Max(1_000)
  readonly limit: number = 100;

  /** Only bars with one of these reasons, with commas between them. */
  @ApiPropertyOptional({ type: String, maxLength: 500 })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly reasons?: string;
}

class ExportQueryDto {
  @ApiPropertyOptional({ type: String, enum: EXPORT_FORMATS, default: 'json' })
  @IsIn(EXPORT_FORMATS)
  readonly format: ExportFormat = 'json';
}

class PresetNameDto {
  @Matches(/^[\w-]{1,60}$/)
  readonly name!: string;
}

@ApiTags('simulations')
@Controller('v1/simulations')
@Roles('owner')
export class SimulationsController {
  constructor(
    private readonly simulations: Simulations,
    private readonly jobs: JobTable,
  ) {}

  /** Simulations, newest first. */
  @Get()
  @ApiOkResponse({ type: pageDto(JobDto) })
  list(@Tenant() tenantId: string, @Query() page: PageDto): Promise<Page<JobDto>> {
    return this.jobs.list(tenantId, 'simulation', page);
  }

  /** Queues a simulation and answers at once; ask for it by its id to see how far it is. */
  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiAcceptedResponse({ type: JobDto })
  start(@Tenant() tenantId: string, @Body() body: StartSimulationDto): Promise<JobDto> {
    return this.simulations.start(tenantId, body);
  }

  /** Its progress, and its results once it is done. */
  @Get(':id')
  @ApiOkResponse({ type: JobDto })
  get(@Tenant() tenantId: string, @Param('id') id: string): Promise<JobDto> {
    return this.jobs.get(tenantId, 'simulation', id);
  }

  /** Stops it; what is done of it stays. */
  @Post(':id/cancel')
  @HttpCode(HttpStatus.OK)
  @ApiNoBody()
  @ApiOkResponse({ type: JobDto })
  cancel(@Tenant() tenantId: string, @Param('id') id: string, @Body() _body: NoBodyDto): Promise<JobDto> {
    return this.simulations.cancel(tenantId, 'simulation', id);
  }

  /** The same again with some settings, the range or the fill model changed. */
  @Post(':id/rerun')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiAcceptedResponse({ type: JobDto })
  rerun(@Tenant() tenantId: string, @Param('id') id: string, @Body() body: RerunDto): Promise<JobDto> {
    return this.simulations.rerun(tenantId, id, body);
  }
}

@ApiTags('simulations')
@Controller('v1/runs')
@Roles('owner')
export class RunsController {
  constructor(
    private readonly jobs: JobTable,
    private readonly tapes: TapeTable,
    private readonly calendar: ExchangeCalendar,
  ) {}

  /** Runs side by side: parameters, metrics and benchmarks of each. */
  @Get('compare')
  @ApiOkResponse({ type: RowsDto })
  async compare(@Tenant() tenantId: string, @Query() { ids }: CompareDto): Promise<RowsDto> {
    const names = ids.split(',').filter(Boolean);
    if (names.length < 2 || names.length > 10) throw new InputError('runs.ids', 'ids', '2 to 10 run ids with commas between them', ids);
    const items: StoredRun[] = [];
    for (const id of names) items.push(withoutDetails(await this.jobs.run(tenantId, id)));
    return { items };
  }

  /** One run with its trades, reasons, drawdowns, months and warnings. */
  @Get(':id')
  @ApiOkResponse({ type: RunDto })
  get(@Tenant() tenantId: string, @Param('id') id: string): Promise<RunDto> {
    return this.jobs.run(tenantId, id);
  }

  /** What was decided at each bar and why, HOLDs included. */
  @Get(':id/timeline')
  @ApiOkResponse({ type: RowsDto })
  async timeline(@Tenant() tenantId: string, @Param('id') id: string, @Query() query: TimelineQueryDto): Promise<RowsDto> {
    const run = await this.jobs.run(tenantId, id);
    const { request } = await this.jobs.get(tenantId, 'simulation', run.job_id);
    const position = request.kind === 'simulation' ? request.positions[run.seq] : undefined;
    if (!position || !run.details) throw new NotFoundError('timeline of this run');
    const reasonParts = await this.jobs.runParts(tenantId, id);
    const loaded = await this.tapes.load(tenantId, position.tape_id);
    const actions = actionsOf(position.actions, 'actions', this.calendar, loaded.view.exchange);
    const wanted = query.reasons === undefined ? null : new Set(query.reasons.split(','));
    return {
      items: timelineRows({ details: run.details, reasonParts, task: position.task, actions, loaded }, query.from, query.limit, wanted),
    };
  }

  /** The run as a file: trades as CSV, everything as JSON or as a workbook. */
  @Get(':id/export')
  @ApiProduces(...Object.values(EXPORT_TYPES))
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async export(
    @Tenant() tenantId: string,
    @Param('id') id: string,
    @Query() { format }: ExportQueryDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const run = await this.jobs.run(tenantId, id);
    const bytes = format === 'xlsx' ? await exportXlsx(run) : Buffer.from(format === 'csv' ? exportCsv(run) : exportJson(run));
    response.setHeader('Content-Disposition', `attachment; filename="run.${format}"`);
    return new StreamableFile(bytes, { type: EXPORT_TYPES[format] });
  }
}

const withoutDetails = ({ seq, run_id, hash, parameters, result }: StoredRun): StoredRun => ({ seq, run_id, hash, parameters, result });

@ApiTags('simulations')
@Controller('v1/simulation-presets')
@Roles('owner')
export class PresetsController {
  constructor(private readonly presets: PresetTable) {}

  /** Configurations by name: those that come with the product first, then the saved ones. */
  @Get()
  @ApiOkResponse({ type: PresetsDto })
  async list(@Tenant() tenantId: string): Promise<PresetsDto> {
    return { items: await this.presets.list(tenantId) };
  }

  /** Saves a configuration under a name, over the one that had it. */
  @Put(':name')
  @ApiOkResponse({ type: PresetDto })
  save(@Tenant() tenantId: string, @Param() { name }: PresetNameDto, @Body() { config }: SavePresetDto): Promise<PresetDto> {
    return this.presets.save(tenantId, name, config);
  }
}
