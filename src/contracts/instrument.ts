/** Instruments belong to the reserved tenant `system`; a symbol is a label, `instrument_id` the identity. */
import { Command, Query } from '@nestjs/cqrs';
import type { AmountText } from '../kernel/amount';
import type { Instant, TradingDay } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';

export type Exchange = 'XNYS' | 'XNAS' | '24X7';
export type AssetType = 'EQUITY' | 'ETF' | 'CRYPTO' | 'FOREX' | 'FUTURE';

export const ASSET_TYPES: readonly AssetType[] = ['EQUITY', 'ETF', 'CRYPTO', 'FOREX', 'FUTURE'];

export interface InstrumentTerms {
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly asset_type: AssetType;
  readonly currency: string;
  readonly tick_size: AmountText | null;
  readonly lot_size: AmountText | null;
}

export interface ReferencePrice {
  readonly price: AmountText;
  readonly at: Instant;
}

export type InstrumentEvent =
  | { readonly type: 'InstrumentAdded'; readonly data: InstrumentTerms & { readonly instrument_id: string } }
  /** Where the simulated feed continues from. */
  | { readonly type: 'ReferencePriceSet'; readonly data: ReferencePrice & { readonly source: string } }
  | {
      readonly type: 'SessionClosed';
      readonly data: {
        readonly instrument_id: string;
        readonly day: TradingDay;
        readonly regular_close: AmountText | null;
        readonly closed_at: Instant;
        readonly source: string;
        readonly calendar_version: string;
      };
    };

export interface InstrumentView extends InstrumentTerms {
  readonly id: string;
  readonly reference_price: AmountText | null;
  readonly reference_at: Instant | null;
  readonly created_at: Instant;
}

/** Adds an instrument; answers the one that exists where (symbol, exchange) is taken with the same terms. */
export class AddInstrument extends Command<InstrumentView> {
  constructor(
    readonly context: CommandContext,
    readonly terms: InstrumentTerms,
  ) {
    super();
  }
}

export class SetReferencePrice extends Command<void> {
  constructor(
    readonly context: CommandContext,
    readonly instrumentId: string,
    readonly reference: ReferencePrice & { readonly source: string },
  ) {
    super();
  }
}

export class ListInstruments extends Query<readonly InstrumentView[]> {}

/** The one instrument of a symbol. Rejects with InputError where it is unknown, or ambiguous without an exchange. */
export class FindInstrument extends Query<InstrumentView> {
  constructor(
    readonly symbol: string,
    readonly exchange: Exchange | null,
  ) {
    super();
  }
}
