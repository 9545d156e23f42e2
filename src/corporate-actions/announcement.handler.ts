/** What people say about announcements. */
import { CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { type CommandContext, SYSTEM_TENANT } from '../kernel/context';
import { DomainError, NotFoundError } from '../kernel/errors';
import {
  AnnounceAction,
  type AnnounceTerms,
  AnnouncementCommand,
  type AnnouncementCommandBody,
  type AnnouncementView,
} from '../contracts/corporate-action';
import { FindInstrument } from '../contracts/instrument';
import { ExchangeCalendar } from '../market-data/exchange-calendar';
import { exDateInstants } from '../market-data/ex-date';
import { StreamRunner } from '../platform/streams/stream-runner';
import { actionIdOf, announcementStream, type AnnouncementState } from './announcement.decider';
import { announcementView } from './announcement.projection';

/** Shared announcements belong to the reserved tenant. */
const ownerOf = (tenantId: string, forAll: boolean): string => (forAll ? SYSTEM_TENANT : tenantId);

@CommandHandler(AnnounceAction)
export class AnnounceActionHandler implements ICommandHandler<AnnounceAction> {
  constructor(
    private readonly streams: StreamRunner,
    private readonly queries: QueryBus,
    private readonly calendar: ExchangeCalendar,
  ) {}

  async execute({ context, terms, forAll }: AnnounceAction): Promise<AnnouncementView> {
    const { symbol, exchange, type, ex_date, sequence, ...said } = terms;
    const instrument = await this.queries.execute(new FindInstrument(symbol, exchange));
    this.refuseUnknownDay(terms, instrument.exchange);
    const about = { instrument_id: instrument.id, symbol: instrument.symbol, exchange: instrument.exchange, type, ex_date, sequence };
    const key = { corporate_action_id: actionIdOf(about), ...about };
    const currency = said.currency ?? (type === 'CASH_DIVIDEND' ? instrument.currency : null);
    const command: AnnouncementCommandBody = {
      type: 'Announce',
      data: { key, terms: { ...said, currency }, source: 'manual', doubts: [] },
    };
    return runOn(this.streams, context, ownerOf(context.tenantId, forAll), key.corporate_action_id, command);
  }

  private refuseUnknownDay({ ex_date }: AnnounceTerms, exchange: AnnouncementView['exchange']): void {
    if (exDateInstants(this.calendar, exchange, ex_date) !== null) return;
    throw new DomainError(
      'announcement.unknown_day',
      `The calendar of ${exchange} does not know the sessions around ${ex_date}; use a date within its years`,
      {
        ex_date,
      },
    );
  }
}

@CommandHandler(AnnouncementCommand)
export class AnnouncementCommandHandler implements ICommandHandler<AnnouncementCommand> {
  constructor(private readonly streams: StreamRunner) {}

  /** The tenant's own announcement of that id, else everybody's where the caller may change it: a foreign one is not there. */
  async execute({ context, actionId, body, forAll }: AnnouncementCommand): Promise<AnnouncementView> {
    for (const owner of forAll ? [context.tenantId, SYSTEM_TENANT] : [context.tenantId]) {
      if (await this.streams.load<AnnouncementState>(owner, announcementStream(actionId))) {
        return runOn(this.streams, context, owner, actionId, body);
      }
    }
    throw new NotFoundError('announcement');
  }
}

async function runOn(
  streams: StreamRunner,
  context: CommandContext,
  owner: string,
  actionId: string,
  command: AnnouncementCommandBody,
): Promise<AnnouncementView> {
  const stream = announcementStream(actionId);
  const view = (state: Parameters<typeof announcementView>[1]): AnnouncementView => announcementView(owner, state);
  const result = await streams.run({ ...context, tenantId: owner, correlationId: actionId }, [{ stream, command }], {
    respond: (state) => view(state<AnnouncementState>(stream)),
  });
  return view(result.state<AnnouncementState>(stream));
}
