/** Positions as they are, and as they were. */
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { NotFoundError } from '../kernel/errors';
import type { PositionStatus, PositionView } from '../contracts/position';
import { TenantTables } from '../platform/database/tenant-tables';
import { EventStore } from '../platform/event-store/event-store.port';
import { TenantLogs } from '../platform/event-store/tenant-logs';
import type { Page, PageDto } from '../platform/http/page.dto';
import { readTablePage } from '../platform/http/table-page';
import { type Moment, positionAt } from './as-of';
import { positionProjection, positionsTable, positionView } from './position.projection';

export class PagePositions extends Query<Page<PositionView>> {
  constructor(
    readonly tenantId: string,
    readonly filter: { readonly portfolio_id?: string; readonly symbol?: string; readonly status?: PositionStatus },
    readonly page: PageDto,
  ) {
    super();
  }
}

/** Throws NotFoundError for unknown and foreign positions, and for a moment before the position was opened. */
export class GetPositionAsOf extends Query<PositionView> {
  constructor(
    readonly tenantId: string,
    readonly positionId: string,
    readonly moment: Moment,
  ) {
    super();
  }
}

@QueryHandler(PagePositions)
export class PagePositionsHandler implements IQueryHandler<PagePositions> {
  constructor(private readonly tables: TenantTables) {}

  execute({ tenantId, filter: { portfolio_id, symbol, status }, page }: PagePositions): Promise<Page<PositionView>> {
    const equal = { portfolio_id, symbol, status };
    const list = { table: positionsTable.name, tenantId, time: 'created_at', id: 'position_id', equal };
    return readTablePage(this.tables, list, page, (row) => positionView(String(row['position_id']), positionProjection.fromRow(row)));
  }
}

@QueryHandler(GetPositionAsOf)
export class GetPositionAsOfHandler implements IQueryHandler<GetPositionAsOf> {
  constructor(
    private readonly store: EventStore,
    private readonly logs: TenantLogs,
  ) {}

  async execute({ tenantId, positionId, moment }: GetPositionAsOf): Promise<PositionView> {
    const events = await this.store.readStream({ log: await this.logs.of(tenantId), tenantId }, `position-${positionId}`);
    const folded = positionAt(events, moment);
    if (!folded) throw new NotFoundError('position');
    return positionView(positionId, folded);
  }
}
