import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '../kernel/context';
import { AddInstrument } from '../contracts/instrument';
import { Roles } from '../platform/http/access.decorators';
import { Ctx } from '../platform/http/caller.decorators';
import { type Page, pageDto } from '../platform/http/page.dto';
import { AddInstrumentDto, InstrumentDto, ListInstrumentsDto } from './instrument.dto';
import { PageInstruments } from './instrument.queries';

@ApiTags('instruments')
@Controller('v1/instruments')
export class InstrumentsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** What can be traded, oldest first; the same for every tenant. */
  @Get()
  @Roles('owner', 'platform_admin')
  @ApiOkResponse({ type: pageDto(InstrumentDto) })
  list(@Query() { symbol, exchange, ...page }: ListInstrumentsDto): Promise<Page<InstrumentDto>> {
    return this.queries.execute(new PageInstruments({ symbol, exchange }, page));
  }

  /** Adds an instrument for everybody; the same terms again answer the one that exists. */
  @Post()
  @Roles('platform_admin')
  @ApiCreatedResponse({ type: InstrumentDto })
  add(@Ctx() context: CommandContext, @Body() { tick_size, lot_size, ...terms }: AddInstrumentDto): Promise<InstrumentDto> {
    return this.commands.execute(new AddInstrument(context, { ...terms, tick_size: tick_size ?? null, lot_size: lot_size ?? null }));
  }
}
