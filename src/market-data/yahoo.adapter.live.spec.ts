import { isInstant } from '../kernel/clock';
import { YahooQuotes } from './yahoo.adapter';

describe('Yahoo Finance over the network', () => {
  it('still answers in the form that the adapter reads', async () => {
    const quotes = new YahooQuotes();
    const ask = (symbol: string, exchange: 'XNYS' | '24X7') => quotes.quote({ tenant_id: 'demo', instrument_id: symbol, symbol, exchange });
    const [ko, bitcoin, nobody] = await Promise.all([ask('KO', 'XNYS'), ask('BTC-USD', '24X7'), ask('NO-SUCH-SYMBOL-X', 'XNYS')]);
    for (const quote of [ko, bitcoin]) {
      expect(isInstant(quote?.ts)).toBe(true);
      expect(Number(quote?.last)).toBeGreaterThan(0);
    }
    expect(nobody).toBeNull();
  });
});
