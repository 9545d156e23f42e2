import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Clock } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import { OpenPortfolio, RenamePortfolio } from '../contracts/portfolio';
import { Roles } from '../platform/http/access.decorators';
import { Caller, Ctx, Tenant } from '../platform/http/caller.decorators';
import { type Page, pageDto, PageDto } from '../platform/http/page.dto';
import type { Principal } from '../platform/http/request-state';
import { AsOfDto, momentOf } from './as-of.dto';
import { OpenPortfolioDto, PortfolioDto, PortfolioHoldingsDto, RenamePortfolioDto } from './portfolio.dto';
import { GetPortfolio } from './portfolio-holdings.queries';
import { PagePortfolios } from './portfolio.queries';

const USUAL_CURRENCY = 'USD';

@ApiTags('portfolios')
@Controller('v1/portfolios')
@Roles('owner')
export class PortfoliosController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  /** The tenant's portfolios, oldest first. */
  @Get()
  @ApiOkResponse({ type: pageDto(PortfolioDto) })
  list(@Tenant() tenantId: string, @Query() page: PageDto): Promise<Page<PortfolioDto>> {
    return this.queries.execute(new PagePortfolios(tenantId, page));
  }

  /** Opens a portfolio with a paper account of its own. */
  @Post()
  @ApiCreatedResponse({ type: PortfolioDto })
  open(@Ctx() context: CommandContext, @Caller() { userId }: Principal, @Body() body: OpenPortfolioDto): Promise<PortfolioDto> {
    const { name, base_currency } = body;
    return this.commands.execute(
      new OpenPortfolio(context, { name, base_currency: base_currency ?? USUAL_CURRENCY, owner_user_id: userId }),
    );
  }

  /** One portfolio with what its positions hold, now or at `as_of` or `as_of_position`. */
  @Get(':id')
  @ApiOkResponse({ type: PortfolioHoldingsDto })
  get(@Tenant() tenantId: string, @Param('id') id: string, @Query() asOf: AsOfDto): Promise<PortfolioHoldingsDto> {
    return this.queries.execute(
      new GetPortfolio(
        tenantId,
        id,
        momentOf(asOf, () => this.clock.now()),
      ),
    );
  }

  /** Renames it. */
  @Patch(':id')
  @ApiOkResponse({ type: PortfolioDto })
  rename(@Ctx() context: CommandContext, @Param('id') id: string, @Body() { name }: RenamePortfolioDto): Promise<PortfolioDto> {
    return this.commands.execute(new RenamePortfolio(context, id, name));
  }
}
