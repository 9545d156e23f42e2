/** The recorded regular close of a day. */
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { SYSTEM_TENANT } from '../kernel/context';
import { GetRegularClose } from '../contracts/corporate-action';
import type { InstrumentEvent } from '../contracts/instrument';
import { dataOf } from '../platform/event-store/event-data';
import { EventStore } from '../platform/event-store/event-store.port';
import { TenantLogs } from '../platform/event-store/tenant-logs';
import { StreamRunner } from '../platform/streams/stream-runner';
import type { InstrumentState } from './instrument.decider';

type Closed = Extract<InstrumentEvent, { type: 'SessionClosed' }>['data'];

@QueryHandler(GetRegularClose)
export class GetRegularCloseHandler implements IQueryHandler<GetRegularClose> {
  constructor(
    private readonly streams: StreamRunner,
    private readonly store: EventStore,
    private readonly logs: TenantLogs,
  ) {}

  /** Null where that day's close was not recorded. The newest is at hand, an older one is looked for in the log. */
  async execute({ instrumentId, day }: GetRegularClose): Promise<string | null> {
    const stream = `instrument-${instrumentId}`;
    const { state } = (await this.streams.load<InstrumentState>(SYSTEM_TENANT, stream)) ?? { state: { status: 'NONE' as const } };
    if (state.status === 'NONE' || state.last_close === null || state.last_close.day < day) return null;
    if (state.last_close.day === day) return state.last_close.price;
    const log = await this.logs.of(SYSTEM_TENANT);
    for (const event of (await this.store.readStream({ log, tenantId: SYSTEM_TENANT }, stream)).toReversed()) {
      if (event.type !== 'SessionClosed') continue;
      const closed = dataOf(event) as unknown as Closed;
      if (closed.day === day) return closed.regular_close;
    }
    return null;
  }
}
