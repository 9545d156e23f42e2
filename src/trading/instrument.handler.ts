/** Instruments are added once for everybody; the same terms again give the one that exists. */
import { CommandHandler, type ICommandHandler, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { SYSTEM_TENANT } from '../kernel/context';
import { DomainError } from '../kernel/errors';
import { Ids } from '../kernel/ids';
import { AddInstrument, FindInstrument, type InstrumentView, ListInstruments, SetReferencePrice } from '../contracts/instrument';
import { StreamRunner } from '../platform/streams/stream-runner';
import type { InstrumentCommand, InstrumentState } from './instrument.decider';
import { InstrumentDirectory } from './instrument.directory';
import { instrumentView } from './instrument.projection';

@CommandHandler(AddInstrument)
export class AddInstrumentHandler implements ICommandHandler<AddInstrument> {
  constructor(
    private readonly streams: StreamRunner,
    private readonly directory: InstrumentDirectory,
    private readonly ids: Ids,
  ) {}

  async execute({ context, terms }: AddInstrument): Promise<InstrumentView> {
    const existing = (await this.directory.all()).find(({ symbol, exchange }) => symbol === terms.symbol && exchange === terms.exchange);
    if (existing) {
      const different = (['asset_type', 'currency', 'tick_size', 'lot_size'] as const).find((field) => existing[field] !== terms[field]);
      if (!different) return existing;
      throw new DomainError(
        'instrument.exists',
        `${terms.symbol} on ${terms.exchange} exists with another ${different} (${existing[different]}); use it as it is`,
        {
          instrument_id: existing.id,
        },
      );
    }
    const instrumentId = this.ids.next();
    const stream = `instrument-${instrumentId}`;
    const command: InstrumentCommand = { type: 'AddInstrument', data: { ...terms, instrument_id: instrumentId } };
    const result = await this.streams.run({ ...context, tenantId: SYSTEM_TENANT }, [{ stream, command }], {
      respond: (state) => instrumentView(state<InstrumentState>(stream)),
    });
    return instrumentView(result.state<InstrumentState>(stream));
  }
}

@CommandHandler(SetReferencePrice)
export class SetReferencePriceHandler implements ICommandHandler<SetReferencePrice> {
  constructor(private readonly streams: StreamRunner) {}

  async execute({ context, instrumentId, reference }: SetReferencePrice): Promise<void> {
    const command: InstrumentCommand = { type: 'SetReferencePrice', data: reference };
    await this.streams.run({ ...context, tenantId: SYSTEM_TENANT }, [{ stream: `instrument-${instrumentId}`, command }]);
  }
}

@QueryHandler(ListInstruments)
export class ListInstrumentsHandler implements IQueryHandler<ListInstruments> {
  constructor(private readonly directory: InstrumentDirectory) {}

  execute(): Promise<readonly InstrumentView[]> {
    return this.directory.all();
  }
}

@QueryHandler(FindInstrument)
export class FindInstrumentHandler implements IQueryHandler<FindInstrument> {
  constructor(private readonly directory: InstrumentDirectory) {}

  execute({ symbol, exchange }: FindInstrument): Promise<InstrumentView> {
    return this.directory.bySymbol(symbol, exchange);
  }
}
