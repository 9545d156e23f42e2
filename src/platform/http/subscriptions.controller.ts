/** Readers of the log: how far each partition is, and the streams that a reader had to put aside. */
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { NotFoundError } from '../../kernel/errors';
import type { ParkedKey } from '../subscriptions/parked-streams';
import { SubscriptionsRunner } from '../subscriptions/subscriptions.runner';
import { Roles } from './access.decorators';
import { parkedKeyOf, parkedStream, subscriptionStatus } from './admin-answers';
import { ApiNoBody, NoBodyDto } from './no-body.dto';
import { type Page, page, pageDto } from './page.dto';
import { ListParkedDto, ParkedStreamDto, SubscriptionDto } from './subscriptions.dto';

@ApiTags('admin')
@Controller('v1/admin/subscriptions')
@Roles('platform_admin')
export class SubscriptionsController {
  constructor(private readonly subscriptions: SubscriptionsRunner) {}

  /** How far each reader of the log has come, by log and partition. */
  @Get()
  @ApiOkResponse({ type: pageDto(SubscriptionDto) })
  async list(): Promise<Page<SubscriptionDto>> {
    return page((await this.subscriptions.statuses()).map(subscriptionStatus), null);
  }

  /** Streams of every tenant that stand still because one of their events fails, the longest parked first. */
  @Get('parked')
  @ApiOkResponse({ type: pageDto(ParkedStreamDto) })
  async parked(@Query() { subscription, tenant_id, limit }: ListParkedDto): Promise<Page<ParkedStreamDto>> {
    const parked = await this.subscriptions.parked({ subscription, tenantId: tenant_id ?? null, limit });
    return page(parked.map(parkedStream), null);
  }

  /** Delivers the failing event again and what was kept back after it, in order; the stream leaves the list when all of it went through. */
  @Post('parked/:id/redrive')
  @HttpCode(202)
  @ApiNoBody()
  @ApiAcceptedResponse()
  async redrive(@Param('id') id: string, @Body() _body: NoBodyDto): Promise<void> {
    await this.subscriptions.redrive(keyOf(id));
  }

  /** Gives the failing event up and delivers what was kept back after it. */
  @Delete('parked/:id')
  @HttpCode(202)
  @ApiAcceptedResponse()
  async discard(@Param('id') id: string): Promise<void> {
    await this.subscriptions.discard(keyOf(id));
  }
}

function keyOf(id: string): ParkedKey {
  const key = parkedKeyOf(id);
  if (!key) throw new NotFoundError('parked stream');
  return key;
}
