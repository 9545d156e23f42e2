import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '../kernel/context';
import { AnnounceAction } from '../contracts/corporate-action';
import { GetPosition } from '../contracts/position';
import { Roles } from '../platform/http/access.decorators';
import { Caller, Ctx, Tenant } from '../platform/http/caller.decorators';
import { type Page, pageDto } from '../platform/http/page.dto';
import type { Principal } from '../platform/http/request-state';
import { MovesMoney } from '../platform/idempotency/idempotency.decorators';
import { AnnounceDividendDto, AnnouncementDto, AnnounceSplitDto, announceTerms } from './corporate-action.dto';
import {
  EntriesOfPositionDto,
  EntryDto,
  ListEntriesDto,
  PayDividendDto,
  ReceivablesDto,
  UpcomingDto,
  UpcomingQueryDto,
} from './dividend.dto';
import { ListReceivables, ListUpcoming, PageEntries } from './entry.queries';
import { PayDividends } from './pay-dividends.handler';

@ApiTags('corporate actions')
@Controller('v1')
@Roles('owner', 'platform_admin')
export class DividendsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** Accruals and payments of the tenant's positions, newest ex-date first. */
  @Get('dividends')
  @ApiOkResponse({ type: pageDto(EntryDto) })
  dividends(@Tenant() tenantId: string, @Query() { position_id, symbol, status, ...page }: ListEntriesDto): Promise<Page<EntryDto>> {
    return this.queries.execute(new PageEntries(tenantId, { position_id, symbol, status, kind: 'dividend' }, page));
  }

  /** What is accrued and not paid, with the sum per currency. */
  @Get('dividends/receivables')
  @ApiOkResponse({ type: ReceivablesDto })
  receivables(@Tenant() tenantId: string): Promise<ReceivablesDto> {
    return this.queries.execute(new ListReceivables(tenantId));
  }

  /** Ex-dates and pay dates to come of the instruments that the tenant holds. */
  @Get('dividends/upcoming')
  @ApiOkResponse({ type: UpcomingDto })
  upcoming(@Tenant() tenantId: string, @Query() { from, to }: UpcomingQueryDto): Promise<UpcomingDto> {
    return this.queries.execute(new ListUpcoming(tenantId, from ?? null, to ?? null));
  }

  /** Announces a cash dividend: from a platform admin it holds for every tenant, from anybody else for his own. */
  @Post('dividends/announce')
  @ApiCreatedResponse({ type: AnnouncementDto })
  announceDividend(
    @Ctx() context: CommandContext,
    @Caller() { roles }: Principal,
    @Body() body: AnnounceDividendDto,
  ): Promise<AnnouncementDto> {
    return this.commands.execute(new AnnounceAction(context, announceTerms('CASH_DIVIDEND', body), roles.includes('platform_admin')));
  }

  /** Pays what was accrued of one dividend: where its pay date is not known, or its currency needs a rate. */
  @Post('dividends/pay')
  @HttpCode(200)
  @MovesMoney()
  @ApiOkResponse({ type: ReceivablesDto })
  pay(
    @Ctx() context: CommandContext,
    @Body() { corporate_action_id, position_id, paid_on, fx_rate }: PayDividendDto,
  ): Promise<ReceivablesDto> {
    const request = { corporate_action_id, position_id: position_id ?? null, paid_on: paid_on ?? null, rate: fx_rate ?? null };
    return this.commands.execute(new PayDividends(context, request));
  }

  /** Announces a split: from a platform admin it holds for every tenant, from anybody else for his own. */
  @Post('splits/announce')
  @ApiCreatedResponse({ type: AnnouncementDto })
  announceSplit(@Ctx() context: CommandContext, @Caller() { roles }: Principal, @Body() body: AnnounceSplitDto): Promise<AnnouncementDto> {
    return this.commands.execute(new AnnounceAction(context, announceTerms('SPLIT', body), roles.includes('platform_admin')));
  }

  /** What corporate actions came to for one position: accruals, payments, splits, newest ex-date first. */
  @Get('positions/:id/corporate-actions')
  @ApiOkResponse({ type: pageDto(EntryDto) })
  async ofPosition(
    @Tenant() tenantId: string,
    @Param('id') id: string,
    @Query() { status, ...page }: EntriesOfPositionDto,
  ): Promise<Page<EntryDto>> {
    await this.queries.execute(new GetPosition(tenantId, id)); // an unknown position is not there, it has no empty list
    return this.queries.execute(new PageEntries(tenantId, { position_id: id, status }, page));
  }
}
