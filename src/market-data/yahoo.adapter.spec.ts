import { type YahooClient, YahooQuotes } from './yahoo.adapter';

const request = (symbol: string, exchange: 'XNYS' | '24X7' = 'XNYS') => ({ tenant_id: 'demo', instrument_id: symbol, symbol, exchange });

function yahoo(answer: (symbols: string[]) => unknown) {
  const asked: string[][] = [];
  const client: YahooClient = {
    quote: async (symbols) => {
      asked.push(symbols);
      return answer(symbols);
    },
  };
  return { asked, quotes: new YahooQuotes(() => Promise.resolve(client)) };
}

const TIME = 1_795_185_300;
const one = (fields: object) => yahoo(() => [{ symbol: 'KO', ...fields }]).quotes.quote(request('KO'));

describe('Yahoo quotes', () => {
  it('are read exactly, with the time of the price and not of the request', async () => {
    const quote = await one({ bid: 70.12, ask: 70.14, regularMarketPrice: 70.1299987792969, regularMarketTime: TIME });
    expect(quote).toEqual({ ts: '2026-11-20T14:35:00.000Z', bid: '70.12', ask: '70.14', last: '70.12999878', source: 'yahoo' });
  });

  it('take the newest of regular, early and late prices', async () => {
    const late = { postMarketPrice: 71, postMarketTime: new Date((TIME + 60) * 1000), preMarketPrice: 60, preMarketTime: TIME - 60 };
    const quote = await one({ regularMarketPrice: 70, regularMarketTime: TIME, ...late });
    expect(quote).toMatchObject({ ts: '2026-11-20T14:36:00.000Z', last: '71' });
  });

  it('have no bid or ask where the service says 0, and no quote where there is no price or no time', async () => {
    expect(await one({ bid: 0, ask: 0, regularMarketPrice: 70, regularMarketTime: TIME })).toMatchObject({
      bid: null,
      ask: null,
      last: '70',
    });
    expect(await one({ bid: 70, ask: 71, regularMarketTime: TIME })).toBeNull();
    expect(await one({ regularMarketPrice: 70 })).toBeNull();
    expect(await one({ regularMarketPrice: 70, regularMarketTime: 'soon' })).toBeNull();
  });

  it('leave what is no number for the quote gate to refuse', async () => {
    expect(await one({ regularMarketPrice: Number.NaN, regularMarketTime: TIME })).toMatchObject({ last: 'NaN' });
    expect(await one({ regularMarketPrice: 1e300, regularMarketTime: TIME })).toMatchObject({ last: '1e+300' });
    expect(await one({ regularMarketPrice: '70', regularMarketTime: TIME })).toMatchObject({ last: '70' });
  });

  it('of one tick travel in one request, each symbol once, and each caller gets its own', async () => {
    const { asked, quotes } = yahoo((symbols) =>
      symbols.map((symbol, index) => ({ symbol, regularMarketPrice: index + 1, regularMarketTime: TIME })),
    );
    const answers = await Promise.all(['KO', 'AAPL', 'KO', 'BRK.B'].map((symbol) => quotes.quote(request(symbol))));
    expect(asked).toEqual([['KO', 'AAPL', 'BRK-B']]);
    expect(answers.map((answer) => answer?.last)).toEqual(['1', '2', '1', '3']);
    await quotes.quote(request('BTC.X', '24X7'));
    expect(asked[1]).toEqual(['BTC.X']);
  });

  it('of more than a hundred symbols take several requests', async () => {
    const { asked, quotes } = yahoo(() => []);
    const answers = await Promise.all(Array.from({ length: 250 }, (_, index) => quotes.quote(request(`S${index}`))));
    expect(asked.map((symbols) => symbols.length)).toEqual([100, 100, 50]);
    expect(answers.every((answer) => answer === null)).toBe(true);
  });

  it('ignore rows that nobody asked for and answers that are no list', async () => {
    expect(
      await yahoo(() => [null, { symbol: 'AAPL', regularMarketPrice: 1, regularMarketTime: TIME }]).quotes.quote(request('KO')),
    ).toBeNull();
    expect(await yahoo(() => 'Too Many Requests').quotes.quote(request('KO'))).toBeNull();
  });

  it('fail for every caller of a failed request, and connect again afterwards', async () => {
    let fails = true;
    const client: YahooClient = { quote: async () => [{ symbol: 'KO', regularMarketPrice: 1, regularMarketTime: TIME }] };
    const quotes = new YahooQuotes(() => (fails ? Promise.reject(new Error('HTTP 429')) : Promise.resolve(client)));
    const failed = await Promise.allSettled([quotes.quote(request('KO')), quotes.quote(request('AAPL'))]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect((await quotes.quote(request('KO')))?.last).toBe('1');
  });
});
