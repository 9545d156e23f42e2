/** Keeps a slow or failing provider from holding up a tick: no answer within the limit is no quote, and somebody hears why. */
import type { Instant } from '../kernel/clock';
import { messageOf } from '../kernel/errors';
import type { Timer } from '../platform/time/timer.port';
import { type QuoteRequest, QuoteSource, type RawQuote } from './quotes.port';

/** The longest that one call to a provider may take, milliseconds. */
export const PROVIDER_LIMIT_MS = 3_000;

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
  quote(instrument: QuoteRequest, at: Instant): Promise<RawQuote | null> {
    return new Promise((resolve) => {
      let open = true;
      const settle = (quote: RawQuote | null, reason: string | null) => {
        if (!open) return;
        open = false;
        cancel();
        if (reason !== null) this.report(instrument, at, reason);
        resolve(quote);
      };
      const cancel = this.timer.after(this.limitMs, () => settle(null, `no answer within ${this.limitMs} ms`));
      this.ask(instrument, at).then(
        (quote) => settle(quote, null),
        (error: unknown) => settle(null, messageOf(error)),
      );
    });
  }

  /** A provider that throws at once is one that rejects. */
  private async ask(instrument: QuoteRequest, at: Instant): Promise<RawQuote | null> {
    return this.source.quote(instrument, at);
  }

  private report({ tenant_id, instrument_id, symbol }: QuoteRequest, at: Instant, reason: string): void {
    this.onFailure({ source: this.name, tenant_id, instrument_id, symbol, at, reason });
  }
}
