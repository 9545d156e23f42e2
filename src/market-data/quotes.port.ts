/** Where quotes come from: one interface for simulated, pushed, recorded and provider feeds. */
import type { Instant } from '../kernel/clock';
import type { Exchange } from '../contracts/instrument';

export interface QuoteRequest {
  readonly tenant_id: string;
  readonly instrument_id: string;
  readonly symbol: string;
  readonly exchange: Exchange;
}

/** As the provider gave it; the quote gate judges every field. */
export interface RawQuote {
  /** The source's own time. */
  readonly ts: Instant;
  readonly bid?: string | null;
  readonly ask?: string | null;
  readonly last?: string | null;
  readonly source: string;
}

export abstract class QuoteSource {
  abstract readonly name: string;
  /** True where tenants may see different quotes for one instrument. */
  abstract readonly perTenant: boolean;
  /** The newest quote at or before `at`; null where there is none. */
  abstract quote(instrument: QuoteRequest, at: Instant): Promise<RawQuote | null>;
}
