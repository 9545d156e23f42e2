/** Yahoo Finance by the optional package yahoo-finance2, loaded when the first quote is wanted. Unofficial and delayed: not for real money. */
import { toInstant } from '../kernel/clock';
import { messageOf, UnavailableError } from '../kernel/errors';
import { type QuoteRequest, QuoteSource, type RawQuote } from './quotes.port';

/** The part of the package that is used. */
export interface YahooClient {
  quote(
    symbols: string[],
    query: { readonly return: 'array'; readonly fields: readonly string[] },
    options: { readonly validateResult: false },
  ): Promise<unknown>;
}

export const YAHOO_FIELDS = [
  'symbol',
  'bid',
  'ask',
  'regularMarketPrice',
  'regularMarketTime',
  'preMarketPrice',
  'preMarketTime',
  'postMarketPrice',
  'postMarketTime',
];
const SYMBOLS_PER_REQUEST = 100;
const PRICES = [
  ['regularMarketPrice', 'regularMarketTime'],
  ['preMarketPrice', 'preMarketTime'],
  ['postMarketPrice', 'postMarketTime'],
] as const;

type Fields = Readonly<Record<string, unknown>>;
type Waiting = { readonly resolve: (quote: RawQuote | null) => void; readonly reject: (error: unknown) => void };

export class YahooQuotes extends QuoteSource {
  readonly name = 'yahoo';
  readonly perTenant = false;
  private waiting = new Map<string, Waiting[]>();
  private client: Promise<YahooClient> | null = null;

  constructor(private readonly connect: () => Promise<YahooClient> = connectToYahoo) {
    super();
  }

  /** What is asked for together (the symbols of one tick) travels in one request. Rejects where the request fails. */
  quote({ symbol, exchange }: QuoteRequest): Promise<RawQuote | null> {
    const name = exchange === '24X7' ? symbol : symbol.replace('.', '-');
    return new Promise((resolve, reject) => {
      if (this.waiting.size === 0) queueMicrotask(() => this.send());
      this.waiting.set(name, [...(this.waiting.get(name) ?? []), { resolve, reject }]);
    });
  }

  private send(): void {
    const waiting = [...this.waiting];
    this.waiting = new Map();
    for (let start = 0; start < waiting.length; start += SYMBOLS_PER_REQUEST) {
      const part = new Map(waiting.slice(start, start + SYMBOLS_PER_REQUEST));
      this.request([...part.keys()]).then(
        (quotes) => part.forEach((callers, symbol) => callers.forEach(({ resolve }) => resolve(quotes.get(symbol) ?? null))),
        (error: unknown) => part.forEach((callers) => callers.forEach(({ reject }) => reject(error))),
      );
    }
  }

  private async request(symbols: string[]): Promise<ReadonlyMap<string, RawQuote | null>> {
    const client = await this.connected();
    const answer = await client.quote(symbols, { return: 'array', fields: YAHOO_FIELDS }, { validateResult: false });
    const rows = (Array.isArray(answer) ? answer : []).filter((row): row is Fields => typeof row === 'object' && row !== null);
    return new Map(rows.map((row) => [String(row['symbol']), readQuote(row)]));
  }

  /** One client for all requests; a connection that failed is tried again. */
  private connected(): Promise<YahooClient> {
    this.client ??= this.connect().catch((error: unknown) => {
      this.client = null;
      throw error;
    });
    return this.client;
  }
}

/** The newest of the regular, early and late prices with its own time; null where there is none. Bid and ask carry no time of their own. */
function readQuote(row: Fields): RawQuote | null {
  let newest: { readonly ms: number; readonly price: unknown } | null = null;
  for (const [priceField, timeField] of PRICES) {
    const ms = readTime(row[timeField]);
    if (ms !== null && isGiven(row[priceField]) && (newest === null || ms > newest.ms)) newest = { ms, price: row[priceField] };
  }
  if (newest === null) return null;
  return { ts: toInstant(newest.ms), bid: side(row['bid']), ask: side(row['ask']), last: priceText(newest.price), source: 'yahoo' };
}

const isGiven = (value: unknown): boolean => value !== null && value !== undefined;

/** A Date, or seconds since 1970 as the service sends them. */
function readTime(value: unknown): number | null {
  const ms = value instanceof Date ? value.getTime() : typeof value === 'number' ? value * 1000 : Number.NaN;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? ms : null;
}

/** The service says 0 where there is no bid or ask. */
const side = (value: unknown): string | null => (isGiven(value) && value !== 0 ? priceText(value) : null);

/** Decimal text with at most 8 places; what is no number keeps its text, for the quote gate to refuse. */
function priceText(value: unknown): string {
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) >= 1e12) return String(value);
  return value.toFixed(8).replace(/\.?0+$/, '');
}

async function connectToYahoo(): Promise<YahooClient> {
  try {
    const { default: YahooFinance } = await import('yahoo-finance2');
    return new YahooFinance({ suppressNotices: ['yahooSurvey'], versionCheck: false }) as unknown as YahooClient;
  } catch (error) {
    const advice = 'Install the optional package yahoo-finance2 or choose another VB_MARKET_DATA';
    throw new UnavailableError('market_data.yahoo_missing', `Yahoo Finance cannot be loaded. ${advice}`, { reason: messageOf(error) });
  }
}
