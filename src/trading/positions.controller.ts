import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Clock } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import { InputError } from '../kernel/errors';
import { EvaluatePosition } from '../contracts/evaluation';
import { GetPosition, OpenPosition, PositionCommand } from '../contracts/position';
import { Roles } from '../platform/http/access.decorators';
import { Ctx, Tenant } from '../platform/http/caller.decorators';
import { ApiNoBody, NoBodyDto } from '../platform/http/no-body.dto';
import { type Page, pageDto } from '../platform/http/page.dto';
import { MovesMoney } from '../platform/idempotency/idempotency.decorators';
import { AsOfDto, momentOf } from './as-of.dto';
import { EvaluationDto } from './evaluation.dto';
import {
  EvaluateDto,
  ListPositionsDto,
  MoveCashDto,
  OpenPositionDto,
  PausePositionDto,
  PositionDto,
  SetAnchorDto,
  termsOf,
} from './position.dto';
import { GetPositionAsOf, PagePositions } from './position.queries';

@ApiTags('positions')
@Controller('v1/positions')
@Roles('owner')
export class PositionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  /** The tenant's positions, oldest first. */
  @Get()
  @ApiOkResponse({ type: pageDto(PositionDto) })
  list(@Tenant() tenantId: string, @Query() { portfolio_id, symbol, status, ...page }: ListPositionsDto): Promise<Page<PositionDto>> {
    return this.queries.execute(new PagePositions(tenantId, { portfolio_id, symbol, status }, page));
  }

  /** Opens a position with the shares and the cash that it starts with; one per portfolio and instrument. */
  @Post()
  @ApiCreatedResponse({ type: PositionDto })
  open(@Ctx() context: CommandContext, @Body() body: OpenPositionDto): Promise<PositionDto> {
    return this.commands.execute(new OpenPosition(context, termsOf(body)));
  }

  /** As it is, or as it was at `as_of` or `as_of_position`. */
  @Get(':id')
  @ApiOkResponse({ type: PositionDto })
  get(@Tenant() tenantId: string, @Param('id') id: string, @Query() asOf: AsOfDto): Promise<PositionDto> {
    const moment = momentOf(asOf, () => this.clock.now());
    return this.queries.execute(moment ? new GetPositionAsOf(tenantId, id, moment) : new GetPosition(tenantId, id));
  }

  /** Closes it for good; its shares and cash stay as they are. A live order must end first. */
  @Delete(':id')
  @ApiOkResponse({ type: PositionDto })
  close(@Ctx() context: CommandContext, @Param('id') id: string): Promise<PositionDto> {
    return this.commands.execute(new PositionCommand(context, id, { type: 'ClosePosition', data: { reason: 'USER' } }));
  }

  /** Sets the reference price of the triggers. */
  @Post(':id/anchor')
  @HttpCode(200)
  @ApiOkResponse({ type: PositionDto })
  setAnchor(@Ctx() context: CommandContext, @Param('id') id: string, @Body() { price }: SetAnchorDto): Promise<PositionDto> {
    return this.commands.execute(new PositionCommand(context, id, { type: 'SetAnchor', data: { anchor_price: price, reason: 'USER' } }));
  }

  /** Puts cash into the position. */
  @Post(':id/deposits')
  @HttpCode(200)
  @MovesMoney()
  @ApiOkResponse({ type: PositionDto })
  deposit(@Ctx() context: CommandContext, @Param('id') id: string, @Body() { amount }: MoveCashDto): Promise<PositionDto> {
    return this.commands.execute(new PositionCommand(context, id, { type: 'DepositCash', data: { amount } }));
  }

  /** Takes out cash that no live order holds back. */
  @Post(':id/withdrawals')
  @HttpCode(200)
  @MovesMoney()
  @ApiOkResponse({ type: PositionDto })
  withdraw(@Ctx() context: CommandContext, @Param('id') id: string, @Body() { amount }: MoveCashDto): Promise<PositionDto> {
    return this.commands.execute(new PositionCommand(context, id, { type: 'WithdrawCash', data: { amount } }));
  }

  /** Evaluations go on and hold; nothing is ordered. */
  @Post(':id/pause')
  @HttpCode(200)
  @ApiOkResponse({ type: PositionDto })
  pause(@Ctx() context: CommandContext, @Param('id') id: string, @Body() { reason }: PausePositionDto): Promise<PositionDto> {
    return this.commands.execute(new PositionCommand(context, id, { type: 'PausePosition', data: { reason: reason ?? 'USER' } }));
  }

  /** Ends a pause, and resolves a halt. */
  @Post(':id/resume')
  @HttpCode(200)
  @ApiNoBody()
  @ApiOkResponse({ type: PositionDto })
  resume(@Ctx() context: CommandContext, @Param('id') id: string, @Body() _body: NoBodyDto): Promise<PositionDto> {
    return this.commands.execute(new PositionCommand(context, id, { type: 'ResumePosition', data: {} }));
  }

  /** Decides now and explains every step. Without `dry_run` it orders as a tick would, and needs an `Idempotency-Key`. */
  @Post(':id/evaluate')
  @HttpCode(200)
  @ApiNoBody()
  @ApiOkResponse({ type: EvaluationDto })
  evaluate(
    @Ctx() context: CommandContext,
    @Param('id') id: string,
    @Query() { price, dry_run: dryRun = false }: EvaluateDto,
    @Body() _body: NoBodyDto,
  ): Promise<EvaluationDto> {
    if (!dryRun && context.idempotency === null) {
      throw new InputError(
        'idempotency.key_required',
        'Idempotency-Key',
        'sent as a header where money moves, unless dry_run=true',
        undefined,
      );
    }
    return this.commands.execute(new EvaluatePosition(context, id, { price: price ?? null, dryRun }));
  }
}
