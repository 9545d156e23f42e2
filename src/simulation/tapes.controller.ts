import { Body, Controller, Get, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { DomainError, InputError } from '../kernel/errors';
import { ExchangeCalendar } from '../market-data/exchange-calendar';
import { HistoryProvider } from '../market-data/history.port';
import { Roles } from '../platform/http/access.decorators';
import { Tenant } from '../platform/http/caller.decorators';
import { type Page, pageDto, PageDto } from '../platform/http/page.dto';
import { NoIdempotency } from '../platform/idempotency/idempotency.decorators';
import { RecordedMarket, type RecordedTape } from './recorded-market';
import { AddTapeDto, TapeDto, TapeSourceDto } from './simulation.dto';
import { TapeTable } from './tape.table';
import { readTape } from './tape-reader';
import type { Tape } from './tape';

const LARGEST_CSV_BYTES = 256 * 1024 * 1024;

@ApiTags('tapes')
@Controller('v1/tapes')
@Roles('owner')
export class TapesController {
  constructor(
    private readonly tapes: TapeTable,
    private readonly calendar: ExchangeCalendar,
    private readonly recorded: RecordedMarket,
    private readonly history: HistoryProvider,
  ) {}

  /** The bars that simulations can run over, oldest upload first. */
  @Get()
  @ApiOkResponse({ type: pageDto(TapeDto) })
  list(@Tenant() tenantId: string, @Query() page: PageDto): Promise<Page<TapeDto>> {
    return this.tapes.list(tenantId, page);
  }

  /** Adds bars: from CSV in the body, from what this system recorded, or from the history provider. */
  @Post()
  @ApiCreatedResponse({ type: TapeDto })
  async add(@Tenant() tenantId: string, @Body() body: AddTapeDto): Promise<TapeDto> {
    const { symbol, exchange, name = symbol } = body;
    const { source, tape, quotes } = await this.sourceOf(tenantId, body);
    return this.tapes.add(tenantId, { name, symbol, exchange, source, tape, quotes });
  }

  /** Adds bars from a CSV file of any size up to 256 MB. */
  @Post('csv')
  @NoIdempotency()
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string' }, required: false })
  @ApiCreatedResponse({ type: TapeDto })
  async upload(
    @Tenant() tenantId: string,
    @Query() { symbol, exchange, name = symbol }: TapeSourceDto,
    @Req() request: Request,
  ): Promise<TapeDto> {
    const tape = notEmpty(readTape(await csvOf(request), 'body', this.calendar, exchange));
    return this.tapes.add(tenantId, { name, symbol, exchange, source: 'upload', tape, quotes: null });
  }

  /** One of them. */
  @Get(':id')
  @ApiOkResponse({ type: TapeDto })
  get(@Tenant() tenantId: string, @Param('id') id: string): Promise<TapeDto> {
    return this.tapes.view(tenantId, id);
  }

  private async sourceOf(tenantId: string, body: AddTapeDto): Promise<RecordedTape & { readonly source: string }> {
    const { csv, source, position_id, symbol, exchange, from, to } = body;
    const given = [csv, source, position_id].filter((value) => value !== undefined).length;
    if (given !== 1)
      throw new InputError(
        'tape.source',
        'csv',
        'given, or else one of source and position_id: bars come from one place',
        `${given} of them`,
      );
    if (csv !== undefined) return { source: 'upload', tape: notEmpty(readTape(csv, 'csv', this.calendar, exchange)), quotes: null };
    if (position_id !== undefined) return { source: 'recorded', ...(await this.recorded.ofPosition(tenantId, position_id, exchange)) };
    if (source === 'closes') return { source: 'recorded', ...(await this.recorded.closesOf(symbol, exchange)) };
    if (from === undefined || to === undefined || to < from)
      throw new InputError('tape.range', 'to', 'a day on or after from, both given', to);
    const text = await this.history.daily({ symbol, exchange, from, to });
    return { source: this.history.name, tape: notEmpty(readTape(text, this.history.name, this.calendar, exchange)), quotes: null };
  }
}

function notEmpty(tape: Tape): Tape {
  if (tape.bars === 0) throw new InputError('tape.empty', 'csv', 'at least one bar below the header', 'none');
  return tape;
}

/** Read after the caller is known: nobody else makes the server take in so much. */
async function csvOf(request: Request): Promise<string> {
  if (!request.is('text/csv')) throw new InputError('tape.content_type', 'Content-Type', 'text/csv', request.get('content-type'));
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_CSV_BYTES) throw new DomainError('tape.too_large', 'A CSV file may have at most 256 MB; split it by time');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
