/** What an operator looks at and sets right: read tables, the log's chain, the queue. */
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { NotFoundError } from '../../kernel/errors';
import { ProjectionRebuilder } from '../projections/projection-rebuilder';
import { IntentQueue } from '../queue/queue.port';
import { LogTrust } from '../trust/log-trust';
import { Roles } from './access.decorators';
import { logCheck, projectionCheck, projectionRow } from './admin-answers';
import {
  FormerNameDto,
  ListQueueDto,
  LogCheckDto,
  messageKeyOf,
  ProjectionCheckDto,
  ProjectionDto,
  ProjectionNameDto,
  QueueMessageDto,
  queueMessage,
  RebuildDto,
} from './admin.dto';
import { ApiNoBody, NoBodyDto } from './no-body.dto';
import { type Page, page, pageDto } from './page.dto';

const ALL = 'all';

@ApiTags('admin')
@Controller('v1/admin')
@Roles('platform_admin')
export class AdminController {
  constructor(
    private readonly rebuilder: ProjectionRebuilder,
    private readonly trust: LogTrust,
    private readonly queue: IntentQueue,
  ) {}

  /** Every read table that follows from the log. */
  @Get('projections')
  @ApiOkResponse({ type: pageDto(ProjectionDto) })
  async projections(): Promise<Page<ProjectionDto>> {
    return page((await this.rebuilder.list()).map(projectionRow), null);
  }

  /** Makes read tables anew from the log; the live ones stay readable meanwhile. */
  @Post('projections/rebuild')
  @HttpCode(200)
  @ApiBody({ type: ProjectionNameDto, required: false })
  @ApiOkResponse({ type: RebuildDto })
  rebuild(@Body() { name }: ProjectionNameDto): Promise<RebuildDto> {
    return this.rebuilder.rebuild(name ?? ALL);
  }

  /** Ends the rebuild that runs, or gives up an interrupted one; the read tables stay as they are. */
  @Post('projections/cancel')
  @HttpCode(204)
  @ApiNoBody()
  @ApiNoContentResponse()
  async cancelRebuild(@Body() _body: NoBodyDto): Promise<void> {
    await this.rebuilder.cancel();
  }

  /** Brings back the table that the last rebuild replaced, caught up with the log; the live one is kept in its place. */
  @Post('projections/rollback')
  @HttpCode(200)
  @ApiOkResponse({ type: RebuildDto })
  rollback(@Body() { name }: FormerNameDto): Promise<RebuildDto> {
    return this.rebuilder.rollback(name);
  }

  /** Compares read tables with the log, cell by cell. */
  @Post('projections/verify')
  @HttpCode(200)
  @ApiBody({ type: ProjectionNameDto, required: false })
  @ApiOkResponse({ type: ProjectionCheckDto })
  async verifyProjections(@Body() { name }: ProjectionNameDto): Promise<ProjectionCheckDto> {
    return projectionCheck(await this.rebuilder.verify(name ?? ALL));
  }

  /** Recomputes every hash of every log, holds it against the heads outside the database, and looks at tables, indexes and triggers. */
  @Post('events/verify')
  @HttpCode(200)
  @ApiNoBody()
  @ApiOkResponse({ type: LogCheckDto })
  async verifyEvents(@Body() _body: NoBodyDto): Promise<LogCheckDto> {
    return logCheck(await this.trust.verify());
  }

  /** Messages of every tenant, oldest first; `status=DEAD` for those that wait for an operator. */
  @Get('queue')
  @ApiOkResponse({ type: pageDto(QueueMessageDto) })
  async messages(@Query() { status, queue, tenant_id, limit }: ListQueueDto): Promise<Page<QueueMessageDto>> {
    const messages = await this.queue.list({ tenantId: tenant_id ?? null, queue, status, limit });
    return page(messages.map(queueMessage), null);
  }

  /** A dead message is due again, with all its tries. */
  @Post('queue/:id/redrive')
  @HttpCode(204)
  @ApiNoBody()
  @ApiNoContentResponse()
  async redrive(@Param('id') id: string, @Body() _body: NoBodyDto): Promise<void> {
    await this.queue.redrive(...keyOf(id));
  }

  /** Drops a dead message. */
  @Delete('queue/:id')
  @HttpCode(204)
  @ApiNoContentResponse()
  async discard(@Param('id') id: string): Promise<void> {
    await this.queue.discard(...keyOf(id));
  }
}

function keyOf(id: string): readonly [tenantId: string, queue: string, messageId: string] {
  const key = messageKeyOf(id);
  if (!key) throw new NotFoundError('dead message');
  return key;
}
