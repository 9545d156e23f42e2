/** Quotes that users push: the newest by the source's own time counts. */
import { Command } from '@nestjs/cqrs';
import type { AmountText } from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import type { Exchange } from './instrument';

export interface PushedQuoteTerms {
  readonly symbol: string;
  readonly exchange: Exchange | null;
  readonly bid: AmountText | null;
  readonly ask: AmountText | null;
  readonly last: AmountText | null;
  /** The source's time; now where null. */
  readonly ts: Instant | null;
}

export interface QuoteView {
  readonly instrument_id: string;
  readonly symbol: string;
  readonly bid: AmountText | null;
  readonly ask: AmountText | null;
  readonly last: AmountText | null;
  readonly ts: Instant;
  /** False: a quote with a later source time is known already, this one changes nothing. */
  readonly accepted: boolean;
}

/** Stores a quote for the caller's tenant, or for all of them. */
export class PushQuote extends Command<QuoteView> {
  constructor(
    readonly context: CommandContext,
    readonly quote: PushedQuoteTerms,
    readonly forAll: boolean,
  ) {
    super();
  }
}
