import type { Instant } from '../kernel/clock';
import { VirtualClock, VirtualTimer } from '../platform/time/virtual-clock';
import { BoundedQuotes, type QuoteFailure } from './bounded-quotes';
import { type QuoteRequest, QuoteSource, type RawQuote } from './quotes.port';

const NOW = '2026-11-20T14:35:00.000Z';
const QUOTE: RawQuote = { ts: NOW, bid: '99.99', ask: '100.01', last: '100', source: 'fake' };
const request = (symbol: string): QuoteRequest => ({ tenant_id: 'demo', instrument_id: `ins-${symbol}`, symbol, exchange: 'XNYS' });

class FakeQuotes extends QuoteSource {
  readonly name = 'fake';
  readonly perTenant = true;

  constructor(private readonly answer: (symbol: string) => Promise<RawQuote | null>) {
    super();
  }

  quote({ symbol }: QuoteRequest, _at: Instant): Promise<RawQuote | null> {
    return this.answer(symbol);
  }
}

function bounded(answer: (symbol: string) => Promise<RawQuote | null>) {
  const clock = new VirtualClock(NOW);
  const failures: QuoteFailure[] = [];
  const quotes = new BoundedQuotes(new FakeQuotes(answer), new VirtualTimer(clock), (failure) => failures.push(failure));
  return { clock, failures, quotes };
}

describe('a bounded provider', () => {
  it('answers as the provider does and leaves no timer behind', async () => {
    const { clock, failures, quotes } = bounded(() => Promise.resolve(QUOTE));
    expect(await quotes.quote(request('KO'), NOW)).toBe(QUOTE);
    expect(quotes).toMatchObject({ name: 'fake', perTenant: true });
    expect(clock.pending).toBe(0);
    expect(failures).toEqual([]);
  });

  it('that hangs costs its own symbol 3 seconds and other symbols nothing', async () => {
    const { clock, failures, quotes } = bounded((symbol) => (symbol === 'HUNG' ? new Promise(() => undefined) : Promise.resolve(QUOTE)));
    const hung = quotes.quote(request('HUNG'), NOW);
    expect(await quotes.quote(request('KO'), NOW)).toBe(QUOTE);
    clock.advance(2_999);
    expect(failures).toEqual([]);
    clock.advance(1);
    expect(await hung).toBeNull();
    expect(failures).toEqual([
      { source: 'fake', tenant_id: 'demo', instrument_id: 'ins-HUNG', symbol: 'HUNG', at: NOW, reason: 'no answer within 3000 ms' },
    ]);
  });

  it('that fails gives no quote and says why, whether it rejects or throws at once', async () => {
    const { clock, failures, quotes } = bounded((symbol) => {
      if (symbol === 'THROWS') throw new Error('socket closed');
      return Promise.reject(new Error('HTTP 429'));
    });
    expect(await quotes.quote(request('KO'), NOW)).toBeNull();
    expect(await quotes.quote(request('THROWS'), NOW)).toBeNull();
    expect(failures.map(({ reason }) => reason)).toEqual(['HTTP 429', 'socket closed']);
    expect(clock.pending).toBe(0);
  });

  it.each(['answers', 'fails'])('that %s too late is not heard and stops nothing', async (outcome) => {
    let settle: () => void = () => undefined;
    const late = new Promise<RawQuote>((resolve, reject) => {
      settle = () => (outcome === 'answers' ? resolve(QUOTE) : reject(new Error('late')));
    });
    const { clock, failures, quotes } = bounded(() => late);
    const asked = quotes.quote(request('KO'), NOW);
    clock.advance(3_000);
    expect(await asked).toBeNull();
    settle();
    await Promise.allSettled([late]);
    expect(failures).toHaveLength(1);
  });
});
