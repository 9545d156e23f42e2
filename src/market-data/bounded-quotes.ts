/** Keeps a slow or failing provider from holding up a tick: no answer within the limit is no quote, and somebody hears why. */
import type { Instant } from '../kernel/clock';
import { messageOf } from '../kernel/errors';
import type { Timer } from '../platform/time/timer.port';
import { PROVIDER_LIMIT_MS, within } from './bounded-call';
import { type QuoteRequest, QuoteSource, type RawQuote } from './quotes.port';

export interface QuoteFailure {
  readonly source: string;
  readonly tenant_id: string;
  readonly instrument_id: string;
  readonly symbol: string;
  /** The instant the quote was wanted for. */
  readonly at: Instant;
  readonly reason: string;
}

export class BoundedQuotes extends QuoteSource {
  readonly name: string;
  readonly perTenant: boolean;

  constructor(
    private readonly source: QuoteSource,
    private readonly timer: Timer,
    private readonly onFailure: (failure: QuoteFailure) => void,
    private readonly limitMs = PROVIDER_LIMIT_MS,
  ) {
    super();
    this.name = source.name;
    this.perTenant = source.perTenant;
  }

  /** Null also where the provider failed or took too long; never rejects. A late answer is dropped. */
  async quote(instrument: QuoteRequest, at: Instant): Promise<RawQuote | null> {
    try {
      return await within(this.timer, this.limitMs, () => this.source.quote(instrument, at));
    } catch (error) {
      this.report(instrument, at, messageOf(error));
      return null;
    }
  }

  private report({ tenant_id, instrument_id, symbol }: QuoteRequest, at: Instant, reason: string): void {
    this.onFailure({ source: this.name, tenant_id, instrument_id, symbol, at, reason });
  }
}
