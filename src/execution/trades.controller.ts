import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Roles } from '../platform/http/access.decorators';
import { Tenant } from '../platform/http/caller.decorators';
import { type Page, pageDto } from '../platform/http/page.dto';
import { PageTrades } from './execution.queries';
import { ListTradesDto, TradeDto } from './trade.dto';

@ApiTags('trades')
@Controller('v1/trades')
@Roles('owner')
export class TradesController {
  constructor(private readonly queries: QueryBus) {}

  /** What was executed, the last first. */
  @Get()
  @ApiOkResponse({ type: pageDto(TradeDto) })
  list(@Tenant() tenantId: string, @Query() { position_id, order_id, from, to, ...page }: ListTradesDto): Promise<Page<TradeDto>> {
    return this.queries.execute(new PageTrades(tenantId, { position_id, order_id, from, to }, page));
  }
}
