import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type CommandContext, SYSTEM_TENANT } from '../kernel/context';
import {
  AnnounceAction,
  AnnouncementCommand,
  type AnnouncementRequest,
  IngestActions,
  ProcessActions,
} from '../contracts/corporate-action';
import { Roles } from '../platform/http/access.decorators';
import { Caller, Ctx, Tenant } from '../platform/http/caller.decorators';
import { ApiNoBody, NoBodyDto } from '../platform/http/no-body.dto';
import { type Page, pageDto } from '../platform/http/page.dto';
import type { Principal } from '../platform/http/request-state';
import { NoIdempotency } from '../platform/idempotency/idempotency.decorators';
import { GetAnnouncement, PageAnnouncements } from './announcement.queries';
import {
  AmendDto,
  AnnounceChangeDto,
  AnnouncementDto,
  announceTerms,
  CancelDto,
  IngestDto,
  ListAnnouncementsDto,
  ProcessDto,
  withoutUndefined,
} from './corporate-action.dto';

@ApiTags('corporate actions')
@Controller('v1/corporate-actions')
@Roles('owner', 'platform_admin')
export class CorporateActionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Announcements by ex-date: everybody's, or with `scope=tenant` the caller's own. */
  @Get()
  @ApiOkResponse({ type: pageDto(AnnouncementDto) })
  list(
    @Tenant() tenantId: string,
    @Query() { symbol, type, status, scope, from, to, ...page }: ListAnnouncementsDto,
  ): Promise<Page<AnnouncementDto>> {
    return this.queries.execute(new PageAnnouncements(tenantId, scope ?? 'all', { symbol, type, status }, { from, to }, page));
  }

  /** Announces a merger, spin-off, rename or delisting: positions halt on its date for a person to book it. */
  @Post('announce')
  @ApiCreatedResponse({ type: AnnouncementDto })
  announce(@Ctx() context: CommandContext, @Caller() { roles }: Principal, @Body() body: AnnounceChangeDto): Promise<AnnouncementDto> {
    return this.commands.execute(new AnnounceAction(context, announceTerms(body.type, body), roles.includes('platform_admin')));
  }

  /** Asks the provider for what was announced; as the daily job does. */
  @Post('ingest')
  @HttpCode(200)
  @Roles('platform_admin')
  @NoIdempotency()
  @ApiNoBody()
  @ApiOkResponse({ type: IngestDto })
  ingest(@Ctx() context: CommandContext, @Body() _body: NoBodyDto): Promise<IngestDto> {
    return this.commands.execute(new IngestActions({ ...context, tenantId: SYSTEM_TENANT, idempotency: null }));
  }

  /** Applies and pays what is due, as the daily job does: everybody's for a platform admin, the tenant's own otherwise. */
  @Post('process')
  @HttpCode(200)
  @NoIdempotency()
  @ApiNoBody()
  @ApiOkResponse({ type: ProcessDto })
  process(@Ctx() context: CommandContext, @Caller() { roles }: Principal, @Body() _body: NoBodyDto): Promise<ProcessDto> {
    const tenantId = roles.includes('platform_admin') ? SYSTEM_TENANT : context.tenantId;
    return this.commands.execute(new ProcessActions({ ...context, tenantId, idempotency: null }));
  }

  /** One announcement as its newest revision has it, and whether it waits for a person. */
  @Get(':id')
  @ApiOkResponse({ type: AnnouncementDto })
  get(@Tenant() tenantId: string, @Param('id') id: string): Promise<AnnouncementDto> {
    return this.queries.execute(new GetAnnouncement(tenantId, id));
  }

  /** Changes what is named; positions that have the former terms are corrected when actions are next processed. */
  @Post(':id/amend')
  @HttpCode(200)
  @ApiOkResponse({ type: AnnouncementDto })
  amend(
    @Ctx() context: CommandContext,
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body() body: AmendDto,
  ): Promise<AnnouncementDto> {
    return this.change(context, caller, id, { type: 'Amend', data: { terms: withoutUndefined({ ...body }) } });
  }

  /** It does not hold: what was accrued or paid is taken back when actions are next processed. */
  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOkResponse({ type: AnnouncementDto })
  cancel(
    @Ctx() context: CommandContext,
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body() { reason }: CancelDto,
  ): Promise<AnnouncementDto> {
    return this.change(context, caller, id, { type: 'Cancel', data: { reason: reason ?? 'USER' } });
  }

  /** A doubtful announcement holds as it is. */
  @Post(':id/approve')
  @HttpCode(200)
  @ApiNoBody()
  @ApiOkResponse({ type: AnnouncementDto })
  approve(
    @Ctx() context: CommandContext,
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body() _body: NoBodyDto,
  ): Promise<AnnouncementDto> {
    return this.change(context, caller, id, { type: 'Approve', data: {} });
  }

  private change(context: CommandContext, { roles }: Principal, id: string, body: AnnouncementRequest): Promise<AnnouncementDto> {
    return this.commands.execute(new AnnouncementCommand(context, id, body, roles.includes('platform_admin')));
  }
}
