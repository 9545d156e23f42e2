import { applyDecorators, Body, Controller, Get, Param, Put } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiExtraModels, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '../kernel/context';
import { GetPosition } from '../contracts/position';
import { ChangeSettings, ExplainSettings, GetSettings, type SettingOrigin, type SettingTarget } from '../contracts/settings';
import { Roles } from '../platform/http/access.decorators';
import { Ctx, Tenant } from '../platform/http/caller.decorators';
import { EFFECTIVE_SCHEMA, GROUP_DTOS, GROUP_NAMES, GROUP_SCHEMA, SettingOriginDto, SettingsDto } from './config.dto';

type Values = Readonly<Record<string, unknown>>;

const GLOBAL: SettingTarget = { scope: 'global', scope_id: 'global' };
const ofTenant = (tenantId: string): SettingTarget => ({ scope: 'tenant', scope_id: tenantId });
const ofPortfolio = (id: string): SettingTarget => ({ scope: 'portfolio', scope_id: id });
const ofPosition = (id: string): SettingTarget => ({ scope: 'position', scope_id: id });

/** A scope's own values of one group. */
const AnswersSettings = (): MethodDecorator =>
  applyDecorators(ApiParam({ name: 'group', enum: GROUP_NAMES }), ApiOkResponse({ type: SettingsDto }));

/** Replaces them: names that are left out fall back to the wider scopes. */
const TakesSettings = (): MethodDecorator => applyDecorators(AnswersSettings(), ApiBody({ schema: GROUP_SCHEMA }));

@ApiTags('config')
@ApiExtraModels(...GROUP_DTOS, SettingOriginDto)
@Controller('v1/config')
@Roles('owner')
export class ConfigController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** What holds for every tenant that sets nothing else. */
  @Get('global/:group')
  @Roles('owner', 'platform_admin')
  @AnswersSettings()
  getGlobal(@Tenant() tenantId: string, @Param('group') group: string): Promise<SettingsDto> {
    return this.queries.execute(new GetSettings(tenantId, GLOBAL, group));
  }

  /** Replaces what holds for every tenant that sets nothing else. */
  @Put('global/:group')
  @Roles('platform_admin')
  @TakesSettings()
  putGlobal(@Ctx() context: CommandContext, @Param('group') group: string, @Body() values: Values): Promise<SettingsDto> {
    return this.commands.execute(new ChangeSettings(context, GLOBAL, group, values));
  }

  /** The tenant's own values of the group. */
  @Get('tenant/:group')
  @AnswersSettings()
  getTenant(@Tenant() tenantId: string, @Param('group') group: string): Promise<SettingsDto> {
    return this.queries.execute(new GetSettings(tenantId, ofTenant(tenantId), group));
  }

  /** Replaces the tenant's own values of the group; names that are left out fall back to the global ones. */
  @Put('tenant/:group')
  @TakesSettings()
  putTenant(@Ctx() context: CommandContext, @Param('group') group: string, @Body() values: Values): Promise<SettingsDto> {
    return this.commands.execute(new ChangeSettings(context, ofTenant(context.tenantId), group, values));
  }

  /** The portfolio's own values of the group. */
  @Get('portfolios/:id/:group')
  @AnswersSettings()
  getPortfolio(@Tenant() tenantId: string, @Param('id') id: string, @Param('group') group: string): Promise<SettingsDto> {
    return this.queries.execute(new GetSettings(tenantId, ofPortfolio(id), group));
  }

  /** Replaces the portfolio's own values of the group; names that are left out fall back to the wider scopes. */
  @Put('portfolios/:id/:group')
  @TakesSettings()
  putPortfolio(
    @Ctx() context: CommandContext,
    @Param('id') id: string,
    @Param('group') group: string,
    @Body() values: Values,
  ): Promise<SettingsDto> {
    return this.commands.execute(new ChangeSettings(context, ofPortfolio(id), group, values));
  }

  /** Every setting as it holds for the position, with the scope it comes from. */
  @Get('positions/:id/effective')
  @ApiOkResponse({ schema: EFFECTIVE_SCHEMA })
  async effective(@Tenant() tenantId: string, @Param('id') id: string): Promise<Readonly<Record<string, SettingOrigin>>> {
    const { portfolio_id } = await this.queries.execute(new GetPosition(tenantId, id));
    return this.queries.execute(new ExplainSettings(tenantId, { position_id: id, portfolio_id }));
  }

  /** The position's own values of the group. */
  @Get('positions/:id/:group')
  @AnswersSettings()
  getPosition(@Tenant() tenantId: string, @Param('id') id: string, @Param('group') group: string): Promise<SettingsDto> {
    return this.queries.execute(new GetSettings(tenantId, ofPosition(id), group));
  }

  /** Replaces the position's own values of the group; names that are left out fall back to the wider scopes. */
  @Put('positions/:id/:group')
  @TakesSettings()
  putPosition(
    @Ctx() context: CommandContext,
    @Param('id') id: string,
    @Param('group') group: string,
    @Body() values: Values,
  ): Promise<SettingsDto> {
    return this.commands.execute(new ChangeSettings(context, ofPosition(id), group, values));
  }
}
