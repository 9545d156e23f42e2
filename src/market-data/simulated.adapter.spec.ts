import fc from 'fast-check';
import { parseAmount } from '../kernel/amount';
import { later, toInstant } from '../kernel/clock';
import { effectivePrice } from '../rules/price-policy';
import { DEFAULT_SETTINGS_TEXT, parseSettings } from '../rules/settings';
import { judgeQuote } from '../rules/quote-gate';
import { ReferencePrices } from './reference-prices.port';
import { SimulatedQuotes } from './simulated.adapter';

const START = '2026-11-20T14:35:00.000Z';
/** What AAPL costs at START: another value means that every simulated history has changed. */
const PINNED_LAST = '470.79';
const AAPL = { symbol: 'AAPL', exchange: 'XNAS' } as const;
const symbols = fc.stringMatching(/^[A-Z]{1,5}$/);
const times = fc.integer({ min: Date.parse('2000-01-01'), max: Date.parse('2050-01-01') });
const prices = fc.bigInt({ min: 1n, max: 10n ** 15n }).map((units) => `${units / 10_000n}.${String(units % 10_000n).padStart(4, '0')}`);
const lastOf = (quotes: SimulatedQuotes, at: string) => Number(quotes.quoteFrom(AAPL, at, null).last);

describe('simulated quotes', () => {
  it('are the same in every process and after every restart', () => {
    fc.assert(
      fc.property(symbols, times, (symbol, ms) => {
        const ask = () => new SimulatedQuotes().quoteFrom({ symbol, exchange: 'XNYS' }, toInstant(ms), null);
        expect(ask()).toEqual(ask());
      }),
    );
    expect(new SimulatedQuotes().quoteFrom(AAPL, START, null)).toEqual({
      ts: START,
      bid: expect.stringMatching(/^\d+(\.\d{1,2})?$/),
      ask: expect.stringMatching(/^\d+(\.\d{1,2})?$/),
      last: PINNED_LAST,
      source: 'simulated',
    });
  });

  it('differ between symbols, exchanges and seeds', () => {
    const last = (seed: string, symbol: string, exchange: 'XNYS' | 'XNAS') =>
      new SimulatedQuotes(undefined, seed).quoteFrom({ symbol, exchange }, START, null).last;
    const seen = [last('', 'AAPL', 'XNAS'), last('', 'AAPL', 'XNYS'), last('', 'KO', 'XNAS'), last('other', 'AAPL', 'XNAS')];
    expect(new Set(seen).size).toBe(4);
  });

  it('carry the second they belong to, so that their age is right', () => {
    const quotes = new SimulatedQuotes();
    const quote = quotes.quoteFrom(AAPL, '2026-11-20T14:35:07.999Z', null);
    expect(quote.ts).toBe('2026-11-20T14:35:07.000Z');
    expect(quotes.quoteFrom(AAPL, '2026-11-20T14:35:07.000Z', null)).toEqual(quote);
  });

  it('continue exactly from the reference price: what was bought at 150.255 is worth 150.255 at that instant, by every policy but bid and ask', () => {
    fc.assert(
      fc.property(symbols, times, prices, (symbol, ms, text) => {
        fc.pre(parseAmount(text) > 100n);
        const at = toInstant(ms);
        const quote = new SimulatedQuotes().quoteFrom({ symbol, exchange: '24X7' }, at, { price: text, at });
        const stored = { ...quote, bid: quote.bid ?? null, ask: quote.ask ?? null, last: quote.last ?? null };
        expect(effectivePrice('MID', stored)?.price).toBe(parseAmount(text));
        expect(effectivePrice('LAST', stored)?.price).toBe(parseAmount(text));
      }),
    );
  });

  it('move on from the reference price as the market does', () => {
    const quotes = new SimulatedQuotes();
    const ratio = (at: string, price: string) => Number(quotes.quoteFrom(AAPL, at, { price, at: START }).last) / Number(price);
    const hour = later(START, 3_600_000);
    expect(ratio(hour, '1000')).not.toBe(1);
    expect(ratio(hour, '1000')).toBeCloseTo(ratio(hour, '50000'), 4);
    expect(ratio(hour, '1000')).toBeCloseTo(lastOf(quotes, hour) / lastOf(quotes, START), 3);
  });

  it('are usable by the quote gate at every price from a hundredth of a cent to a billion', () => {
    const settings = parseSettings(DEFAULT_SETTINGS_TEXT);
    fc.assert(
      fc.property(symbols, times, fc.integer({ min: -4, max: 9 }), fc.integer({ min: 1, max: 9 }), (symbol, ms, power, digit) => {
        const price = power < 0 ? `0.${'0'.repeat(-power - 1)}${digit}` : `${digit}${'0'.repeat(power)}`;
        const now = toInstant(ms + 40 * 86_400_000);
        const quote = new SimulatedQuotes().quoteFrom({ symbol, exchange: '24X7' }, now, { price, at: toInstant(ms) });
        expect(judgeQuote({ quote, now, settings, memory: null, explained: false })).toMatchObject({ usable: true });
        const width = (Number(quote.ask) - Number(quote.bid)) / Number(quote.last);
        expect(width).toBeLessThan(0.0006);
        expect(width).toBeGreaterThan(0);
      }),
    );
  });

  it('move 60 to 80 % a year by hourly returns, so that a demonstration trades within hours', () => {
    const quotes = new SimulatedQuotes();
    const returns = Array.from({ length: 4000 }, (_, hour) =>
      Math.log(lastOf(quotes, later(START, (hour + 1) * 3_600_000)) / lastOf(quotes, later(START, hour * 3_600_000))),
    );
    const perHour = Math.sqrt(returns.reduce((sum, value) => sum + value * value, 0) / returns.length);
    const perYear = perHour * Math.sqrt(252 * 6.5);
    expect(perYear).toBeGreaterThan(0.6);
    expect(perYear).toBeLessThan(0.8);
  });

  it('never jump: five minutes move less than the spike rule allows, and months away the price is still of the same size', () => {
    const quotes = new SimulatedQuotes();
    fc.assert(
      fc.property(times, (ms) => {
        const [now, next, months] = [0, 300_000, 86_400_000 * 90].map((wait) => lastOf(quotes, toInstant(ms + wait)));
        expect(Math.abs((next ?? 0) / (now ?? 1) - 1)).toBeLessThan(0.05);
        expect(Math.abs((months ?? 0) / (now ?? 1) - 1)).toBeLessThan(0.4);
      }),
      { numRuns: 1000 },
    );
  });

  it('ask the port for the reference price of the instrument', async () => {
    class Listed extends ReferencePrices {
      reference(instrumentId: string) {
        return Promise.resolve(instrumentId === 'ins-1' ? { price: '150.255', at: START } : null);
      }
    }
    const quotes = new SimulatedQuotes(new Listed());
    const ask = (instrument_id: string) => quotes.quote({ tenant_id: 'demo', instrument_id, ...AAPL }, START);
    expect((await ask('ins-1')).last).toBe('150.255');
    expect((await ask('ins-2')).last).toBe(PINNED_LAST);
  });
});
