import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '../kernel/context';
import { PushQuote } from '../contracts/quote';
import { Roles } from '../platform/http/access.decorators';
import { Caller, Ctx } from '../platform/http/caller.decorators';
import type { Principal } from '../platform/http/request-state';
import { NoIdempotency } from '../platform/idempotency/idempotency.decorators';
import { PushQuoteDto, QuoteDto, termsOf } from './quote.dto';

@ApiTags('quotes')
@Controller('v1/quotes')
@Roles('owner', 'platform_admin')
export class QuotesController {
  constructor(private readonly commands: CommandBus) {}

  /** Pushes a quote: from a platform admin it is valid for every tenant, from anybody else for his own. */
  @Post()
  @NoIdempotency()
  @ApiCreatedResponse({ type: QuoteDto })
  push(@Ctx() context: CommandContext, @Caller() { roles }: Principal, @Body() body: PushQuoteDto): Promise<QuoteDto> {
    return this.commands.execute(new PushQuote(context, termsOf(body), roles.includes('platform_admin')));
  }
}
