/** Quotes that users push: for feeds without a provider, and for tests. */
import type { Quote } from '../rules/price-policy';
import { type QuoteRequest, QuoteSource } from './quotes.port';

export abstract class PushedQuotes {
  /** By source time the newer of the tenant's own quote and the one that holds for all; the tenant's own where they are as old. */
  abstract latest(tenantId: string, instrumentId: string): Promise<Quote | null>;
}

export class PushQuotes extends QuoteSource {
  readonly name = 'push';
  readonly perTenant = true;

  constructor(private readonly pushed: PushedQuotes) {
    super();
  }

  /** Only the newest quote is kept, so it is the answer for every instant; the quote gate judges its age. */
  quote({ tenant_id, instrument_id }: QuoteRequest): Promise<Quote | null> {
    return this.pushed.latest(tenant_id, instrument_id);
  }
}
