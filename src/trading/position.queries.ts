/** Positions as they are, and as they were. */
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Clock, type Instant } from '../kernel/clock';
import type { Decider, Folded } from '../kernel/decider';
import { NotFoundError } from '../kernel/errors';
import type { PositionCommandBody, PositionEvent, PositionStatus, PositionView } from '../contracts/position';
import { TenantTables } from '../platform/database/tenant-tables';
import { EventStore, type RecordedEvent } from '../platform/event-store/event-store.port';
import { TenantLogs } from '../platform/event-store/tenant-logs';
import type { Page, PageDto } from '../platform/http/page.dto';
import { readTablePage } from '../platform/http/table-page';
import { foldEvents } from '../platform/streams/stream-fold';
import { positionDecider } from './position.decider';
import type { AsOfBasis } from './position.dto';
import { bookFill } from './position.fill';
import { stepOf } from './position.step';
import { positionProjection, positionsTable, positionView } from './position.projection';
import type { PositionState } from './position.state';

export class PagePositions extends Query<Page<PositionView>> {
  constructor(
    readonly tenantId: string,
    readonly filter: { readonly portfolio_id?: string; readonly symbol?: string; readonly status?: PositionStatus },
    readonly page: PageDto,
  ) {
    super();
  }
}

/** Throws NotFoundError for unknown and foreign positions, and for an instant before the position was opened. */
export class GetPositionAsOf extends Query<PositionView> {
  constructor(
    readonly tenantId: string,
    readonly positionId: string,
    /** Now where null. */
    readonly asOf: Instant | null,
    readonly basis: AsOfBasis,
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
    private readonly clock: Clock,
  ) {}

  async execute({ tenantId, positionId, asOf, basis }: GetPositionAsOf): Promise<PositionView> {
    const events = await this.store.readStream({ log: await this.logs.of(tenantId), tenantId }, `position-${positionId}`);
    const instant = asOf ?? this.clock.now();
    const folded = basis === 'executed' ? executedAsOf(events, instant) : recordedAsOf(events, instant);
    if (!folded) throw new NotFoundError('position');
    return positionView(positionId, folded);
  }
}

type StreamEvent = Pick<RecordedEvent, 'type' | 'data' | 'ts' | 'recorded_at'>;

/** What the log said at that instant; null where it did not know the position yet. */
export const recordedAsOf = (events: readonly StreamEvent[], instant: Instant): Folded<PositionState> | null =>
  foldEvents<PositionState>(
    { decider: positionDecider },
    events.filter(({ recorded_at }) => recorded_at <= instant),
  );

/**
 * What was true at that instant, as known today: in order of execution, so that a fill that was booked late counts from when it
 * happened. Null where the position was not open yet.
 */
export function executedAsOf(events: readonly StreamEvent[], instant: Instant): Folded<PositionState> | null {
  const [opening, ...later] = events;
  if (!opening || opening.ts > instant) return null;
  const happened = later.filter(({ ts }) => ts <= instant).sort((a, b) => (a.ts === b.ts ? 0 : a.ts < b.ts ? -1 : 1));
  return foldEvents<PositionState>({ decider: restatingDecider }, [opening, ...happened]);
}

/** A fill states what the position was after it; in another order than the recorded one that must be computed again. */
const restatingDecider: Decider<PositionState, PositionCommandBody, PositionEvent> = {
  ...positionDecider,
  evolve(state, event, at) {
    if (event.type !== 'PositionUpdated' || state.status === 'NONE' || at === undefined) return positionDecider.evolve(state, event, at);
    const booked = bookFill(state, { ...event.data, limits: null, step: stepOf(state) }, at);
    return booked.reduce<PositionState>((before, next) => positionDecider.evolve(before, next, at), state);
  },
};
