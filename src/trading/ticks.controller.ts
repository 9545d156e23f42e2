import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Clock } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import { RunTick } from '../contracts/tick';
import { Roles } from '../platform/http/access.decorators';
import { Ctx } from '../platform/http/caller.decorators';
import { NoIdempotency } from '../platform/idempotency/idempotency.decorators';
import { RunTickDto, TickDto } from './tick.dto';

@ApiTags('ticks')
@Controller('v1/ticks')
@Roles('owner')
export class TicksController {
  constructor(
    private readonly commands: CommandBus,
    private readonly clock: Clock,
  ) {}

  /** Evaluates every open position of the tenant once for this instant; the same instant twice evaluates nothing again. */
  @Post()
  @HttpCode(200)
  @NoIdempotency()
  @ApiBody({ type: RunTickDto, required: false })
  @ApiOkResponse({ type: TickDto })
  run(@Ctx() context: CommandContext, @Body() { tick_id }: RunTickDto): Promise<TickDto> {
    return this.commands.execute(new RunTick(context, tick_id ?? this.clock.now(), { kind: 'tenant' }));
  }
}
