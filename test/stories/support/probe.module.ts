/** Routes that do what a test needs done: fail, wait, move money, hold a secret. */
import { Body, Controller, Delete, Get, HttpCode, HttpException, Module, Param, Post, Query } from '@nestjs/common';
import { IsArray, IsOptional, IsString } from 'class-validator';
import type { CommandContext } from '../../../src/kernel/context';
import { ConflictError, DomainError, NotFoundError, UnavailableError } from '../../../src/kernel/errors';
import { IsDecimal } from '../../../src/platform/http/decimal.validator';
import { Public, Roles } from '../../../src/platform/http/access.decorators';
import { Ctx } from '../../../src/platform/http/caller.decorators';
import { PageDto } from '../../../src/platform/http/page.dto';
import { MovesMoney, NoIdempotency } from '../../../src/platform/idempotency/idempotency.decorators';

export class ProbeDto {
  @IsDecimal({ optional: true }) readonly amount?: string;
  @IsOptional() @IsString() readonly note?: string;
  @IsOptional() @IsArray() readonly list?: readonly unknown[];
}

const FAILURES: Readonly<Record<string, () => Error>> = {
  rule: () => new DomainError('probe.refused', 'The rule says no', { units: 5n }),
  missing: () => new NotFoundError('probe'),
  conflict: () => new ConflictError('probe.conflict', 'Somebody was faster'),
  away: () => new UnavailableError('probe.away', 'The probe is away'),
  teapot: () => new HttpException('short and stout', 418),
  bug: () => new TypeError('undefined is not a function, said vb_demo_secretsecretsecretsecret'),
  text: () => 'thrown text' as unknown as Error,
};

/** What the test steers and watches. */
export class ProbeState {
  calls = 0;
  contexts: CommandContext[] = [];
  /** Resolved by the test to let waiting requests go on. */
  gate: Promise<void> = Promise.resolve();
}

@Controller('probe')
@Roles('owner')
export class ProbeController {
  constructor(private readonly state: ProbeState) {}

  @Get('fail/:how')
  fail(@Param('how') how: string): void {
    throw FAILURES[how]?.() ?? new NotFoundError('failure');
  }

  @Get('public')
  @Public()
  open(): object {
    return { open: true };
  }

  @Get('page')
  page(@Query() page: PageDto): PageDto {
    return page;
  }

  @Post('echo')
  @NoIdempotency()
  echo(@Body() body: ProbeDto): object {
    return { body };
  }

  @Post('money')
  @MovesMoney()
  async money(@Ctx() context: CommandContext, @Body() body: ProbeDto): Promise<object> {
    this.state.contexts.push(context);
    const call = ++this.state.calls;
    await this.state.gate;
    if (body.note === 'fail') throw new DomainError('probe.refused', 'The rule says no');
    return { call, amount: body.amount };
  }

  @Post('accepted')
  @HttpCode(202)
  accepted(): void {
    this.state.calls++;
  }

  @Delete('money/:id')
  @HttpCode(204)
  drop(): void {
    this.state.calls++;
  }
}

@Module({ controllers: [ProbeController], providers: [ProbeState] })
export class ProbeModule {}
