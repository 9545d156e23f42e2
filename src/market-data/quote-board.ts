/** The quotes of one tick: each instrument is asked for once, and what was seen is kept as text for the record. */
import type { AmountText } from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import type { EvaluationQuote } from '../contracts/evaluation';
import type { Exchange } from '../contracts/instrument';
import type { QuoteSource } from './quotes.port';

export interface QuotedInstrument {
  readonly instrument_id: string;
  readonly symbol: string;
  readonly exchange: Exchange;
}

/** Longer values are no prices: they are cut so that a broken feed cannot fill the log. */
const LONGEST_VALUE = 40;

export class QuoteBoard {
  private readonly seen = new Map<string, EvaluationQuote | null>();

  constructor(
    private readonly source: QuoteSource,
    /** Recorded bars are historical fact, a price that a person names is his: no age, jump or spread check applies. */
    readonly historical: boolean,
    private readonly fixed: AmountText | null = null,
  ) {}

  /** Asks for the instruments that this board has not seen yet, all at once. */
  async fetch(tenantId: string, instruments: readonly QuotedInstrument[], now: Instant): Promise<void> {
    const missing = new Map<string, QuotedInstrument>();
    for (const instrument of instruments) {
      const key = this.keyOf(tenantId, instrument.instrument_id);
      if (!this.seen.has(key)) missing.set(key, instrument);
    }
    await Promise.all([...missing].map(async ([key, instrument]) => this.seen.set(key, await this.ask(tenantId, instrument, now))));
  }

  latest(tenantId: string, instrumentId: string): EvaluationQuote | null {
    return this.seen.get(this.keyOf(tenantId, instrumentId)) ?? null;
  }

  /** Market-wide feeds are asked once for all tenants. */
  private keyOf(tenantId: string, instrumentId: string): string {
    return this.source.perTenant ? `${tenantId}/${instrumentId}` : instrumentId;
  }

  private async ask(tenantId: string, instrument: QuotedInstrument, now: Instant): Promise<EvaluationQuote | null> {
    if (this.fixed !== null) return { ts: now, bid: this.fixed, ask: this.fixed, last: this.fixed, source: 'request' };
    const { instrument_id, symbol, exchange } = instrument;
    const quote = await this.source.quote({ instrument_id, symbol, exchange, tenant_id: tenantId }, now);
    return quote && recordable(quote);
  }
}

export class QuoteBoards {
  constructor(
    private readonly source: QuoteSource,
    private readonly isHistorical: () => boolean,
  ) {}

  current(): QuoteBoard {
    return new QuoteBoard(this.source, this.isHistorical());
  }

  /** What would be decided at this price. It is no quote of the market: the gate neither judges nor remembers it. */
  fixed(price: AmountText): QuoteBoard {
    return new QuoteBoard(this.source, true, price);
  }
}

/** As text whatever the provider sent: the quote gate judges it, and the record shows what was judged. */
function recordable(quote: { readonly [Field in keyof EvaluationQuote]?: unknown }): EvaluationQuote {
  const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value).slice(0, LONGEST_VALUE));
  return { ts: text(quote.ts) ?? '', bid: text(quote.bid), ask: text(quote.ask), last: text(quote.last), source: text(quote.source) ?? '' };
}
