import { readBars } from './recorded-bars';
import { PublishedCalendar } from './published-calendar';
import { YahooHistory } from './yahoo-history.adapter';

const row = (day: string, prices: readonly unknown[], volume: unknown = 1000) => {
  const [open, high, low, close] = prices;
  return { date: new Date(`${day}T14:30:00.000Z`), open, high, low, close, volume };
};

function yahoo(answer: unknown) {
  const asked: unknown[] = [];
  const history = new YahooHistory(() =>
    Promise.resolve({
      chart: async (...args: readonly unknown[]) => {
        asked.push(args);
        if (answer instanceof Error) throw answer;
        return answer;
      },
    }),
  );
  const daily = (symbol = 'KO', exchange: 'XNYS' | '24X7' = 'XNYS') =>
    history.daily({ symbol, exchange, from: '2026-03-02', to: '2026-03-06' });
  return { asked, daily };
}

const HEADER = 'date,open,high,low,close,volume\n';

describe('daily bars of Yahoo', () => {
  it('are what recorded bars are read from, without the noise of doubles', async () => {
    const text = await yahoo({
      quotes: [row('2026-03-02', [62.09999847412109, 62.5, 61.75, 62.25]), row('2026-03-03', [62, 63, 62, 63])],
    }).daily();
    expect(text).toBe(`${HEADER}2026-03-02,62.099998,62.5,61.75,62.25,1000\n2026-03-03,62,63,62,63,1000\n`);
    expect(readBars(text, 'yahoo', new PublishedCalendar(), 'XNYS').map(({ day }) => day)).toEqual(['2026-03-02', '2026-03-03']);
  });

  it('are asked for by day, both ends included, under the name that the service has for a share class', async () => {
    const { asked, daily } = yahoo({ quotes: [row('2026-03-02', [1, 1, 1, 1])] });
    await daily('BRK.B');
    await daily('BTC.X', '24X7');
    const range = { period1: new Date('2026-03-02'), period2: new Date('2026-03-07'), interval: '1d' };
    expect(asked).toEqual([
      ['BRK-B', range, { validateResult: false }],
      ['BTC.X', range, { validateResult: false }],
    ]);
  });

  it('leave out days without trading, days that were not asked for, and what is no price', async () => {
    const quotes = [
      row('2026-02-27', [1, 1, 1, 1]),
      row('2026-03-02', [null, null, null, null]),
      row('2026-03-03', [1, 1, 0, 1]),
      row('2026-03-04', [2, 2, 2, 2], null),
      { ...row('2026-03-05', [3, 3, 3, 3]), date: 'soon' },
      row('2026-03-09', [4, 4, 4, 4]),
    ];
    expect(await yahoo({ quotes }).daily()).toBe(`${HEADER}2026-03-04,2,2,2,2,\n`);
  });

  it('keep open and close within high and low where the service rounds them apart', async () =>
    expect(await yahoo({ quotes: [row('2026-03-02', [10.2, 10.1, 9.9, 9.8])] }).daily()).toBe(
      `${HEADER}2026-03-02,10.2,10.2,9.8,9.8,1000\n`,
    ));

  it.each([
    ['nothing', { quotes: [] }, /has no bars of KO from 2026-03-02 to 2026-03-06; check symbol and range/],
    ['something else', 'Too Many Requests', /has no bars of KO/],
    ['an error', new Error('HTTP 429'), /gave no bars of KO; check the symbol, or try again later/],
  ])('that come as %s are an error that says what to do', async (_what, answer, sentence) =>
    expect(yahoo(answer).daily()).rejects.toThrow(sentence),
  );
});
