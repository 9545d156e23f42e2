/** Opening a position takes its slot in the same append; everything else is one command on its stream. */
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { NotFoundError } from '../kernel/errors';
import { Ids } from '../kernel/ids';
import {
  GetPosition,
  OpenPosition,
  PositionCommand,
  type PositionCommandBody,
  type PositionView,
  STRATEGY_VERSION,
  VOLATILITY_BALANCING,
} from '../contracts/position';
import type { StreamItem } from '../platform/streams/stream-item';
import { StreamRunner } from '../platform/streams/stream-runner';
import { InstrumentDirectory } from './instrument.directory';
import { type PortfolioState, slotStream } from './portfolio.decider';
import { opened, positionView } from './position.projection';
import type { PositionState } from './position.state';

const positionStream = (positionId: string): string => `position-${positionId}`;

@CommandHandler(OpenPosition)
export class OpenPositionHandler implements ICommandHandler<OpenPosition> {
  constructor(
    private readonly streams: StreamRunner,
    private readonly instruments: InstrumentDirectory,
    private readonly ids: Ids,
  ) {}

  async execute({ context, terms }: OpenPosition): Promise<PositionView> {
    const portfolio = await this.streams.load<PortfolioState>(context.tenantId, `portfolio-${terms.portfolio_id}`);
    if (!portfolio || portfolio.state.status === 'NONE') throw new NotFoundError('portfolio');
    const instrument = await this.instruments.bySymbol(terms.symbol, terms.exchange);
    const positionId = this.ids.next();
    const stream = positionStream(positionId);
    const command: PositionCommandBody = {
      type: 'OpenPosition',
      data: {
        position_id: positionId,
        portfolio_id: terms.portfolio_id,
        instrument_id: instrument.id,
        symbol: instrument.symbol,
        exchange: instrument.exchange,
        currency: instrument.currency,
        account_id: portfolio.state.account_id,
        strategy_id: VOLATILITY_BALANCING,
        strategy_version: STRATEGY_VERSION,
        lot_size: instrument.lot_size,
        qty: terms.qty,
        cash: terms.cash,
        avg_cost: terms.avg_cost,
        anchor_price: terms.anchor_price,
        anchor_from_first_price: terms.anchor_from_first_price,
      },
    };
    const slot = {
      stream: slotStream(terms.portfolio_id, instrument.id, VOLATILITY_BALANCING),
      command: { type: 'TakeSlot', data: { position_id: positionId } },
    };
    const result = await this.streams.run(context, [{ stream, command }, slot], {
      respond: (state) => positionView(positionId, state<PositionState>(stream)),
    });
    return positionView(positionId, result.state<PositionState>(stream));
  }
}

@CommandHandler(PositionCommand)
export class PositionCommandHandler implements ICommandHandler<PositionCommand> {
  constructor(private readonly streams: StreamRunner) {}

  async execute({ context, positionId, body }: PositionCommand): Promise<PositionView> {
    const stream = positionStream(positionId);
    const result = await this.streams.run(
      context,
      async (load) => {
        const loaded = await load<PositionState>(stream);
        if (!loaded) throw new NotFoundError('position');
        const items: StreamItem[] = [{ stream, command: body, loaded }];
        if (body.type === 'ClosePosition') {
          const { portfolio_id, instrument_id, strategy_id } = opened(loaded.state);
          const command = { type: 'ReleaseSlot', data: { position_id: positionId } };
          items.push({ stream: slotStream(portfolio_id, instrument_id, strategy_id), command });
        }
        return items;
      },
      { respond: (state) => positionView(positionId, state<PositionState>(stream)) },
    );
    return positionView(positionId, result.state<PositionState>(stream));
  }
}

@QueryHandler(GetPosition)
export class GetPositionHandler implements IQueryHandler<GetPosition> {
  constructor(private readonly streams: StreamRunner) {}

  async execute({ tenantId, positionId }: GetPosition): Promise<PositionView> {
    const folded = await this.streams.load<PositionState>(tenantId, positionStream(positionId));
    if (!folded) throw new NotFoundError('position');
    return positionView(positionId, folded);
  }
}
