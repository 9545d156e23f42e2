/** A tenant's own events: the log in order, and one position's history from the newest back. */
import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import { categoryOf } from '../../kernel/decider';
import { GetPosition } from '../../contracts/position';
import { type EventFilter, EventStore, type RecordedEvent } from '../event-store/event-store.port';
import { TenantLogs } from '../event-store/tenant-logs';
import { StreamRegistry } from '../streams/stream-registry';
import { LogTrust } from '../trust/log-trust';
import { Roles } from './access.decorators';
import { Tenant } from './caller.decorators';
import { decodeCursor, encodeCursor } from './cursor';
import { EventDto, eventView, ListEventsDto, PublicKeyDto, TimelineDto } from './events.dto';
import { cutPage, type Page, type PageDto, pageDto } from './page.dto';

const NDJSON = 'application/x-ndjson';

interface Place {
  readonly position: number;
}

const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' && value !== null && 'position' in value && Number.isSafeInteger(value.position);

@ApiTags('events')
@Controller('v1')
@Roles('owner')
export class EventsController {
  constructor(
    private readonly store: EventStore,
    private readonly logs: TenantLogs,
    private readonly queries: QueryBus,
    private readonly registry: StreamRegistry,
    private readonly trust: LogTrust,
  ) {}

  /** The tenant's log, oldest first. */
  @Get('events')
  @ApiOkResponse({ type: pageDto(EventDto) })
  list(@Tenant() tenantId: string, @Query() query: ListEventsDto): Promise<Page<EventDto>> {
    const { position_id, portfolio_id, correlation_id, stream, type, from, to, ...place } = query;
    const about = { positionId: position_id, portfolioId: portfolio_id, correlationId: correlation_id, streamPrefix: stream };
    return this.page(tenantId, { ...about, type, from, to }, place, false);
  }

  /** Everything that happened to a position and why, newest first. */
  @Get('positions/:id/timeline')
  @ApiOkResponse({ type: pageDto(EventDto) })
  async timeline(@Tenant() tenantId: string, @Param('id') id: string, @Query() query: TimelineDto): Promise<Page<EventDto>> {
    const { type, from, to, ...place } = query;
    await this.queries.execute(new GetPosition(tenantId, id)); // an unknown position has no empty timeline: it is not there
    return this.page(tenantId, { positionId: id, type, from, to }, place, true);
  }

  /** All of the tenant's events, and of everybody else's in its log the hashes: a file that others can check, one JSON value a line. */
  @Get('events/export')
  @ApiProduces(NDJSON)
  @ApiOkResponse({ schema: { type: 'string' }, description: 'As docs/tenant-export.md describes it' })
  async export(@Tenant() tenantId: string): Promise<StreamableFile> {
    const scope = { log: await this.logs.of(tenantId), tenantId };
    const disposition = `attachment; filename="events-${encodeURIComponent(tenantId)}.jsonl"`;
    return new StreamableFile(Readable.from(this.trust.export(scope), { objectMode: false }), { type: NDJSON, disposition });
  }

  /** The key that exports and heads are signed with. */
  @Get('events/public-key')
  @ApiOkResponse({ type: PublicKeyDto })
  publicKey(): PublicKeyDto {
    return { public_key: this.trust.publicKey };
  }

  private async page(tenantId: string, filter: EventFilter, { cursor, limit }: PageDto, descending: boolean): Promise<Page<EventDto>> {
    const after = decodeCursor(cursor, isPlace)?.position ?? null;
    const scope = { log: await this.logs.of(tenantId), tenantId };
    const events = await this.store.readTenant(scope, filter, { after, limit: limit + 1, descending });
    const view = (event: RecordedEvent): EventDto => eventView(event, this.registry.find(categoryOf(event.stream))?.expand);
    return cutPage(events, limit, view, ({ position }) => encodeCursor({ position }));
  }
}
