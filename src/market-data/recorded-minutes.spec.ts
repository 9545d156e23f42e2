import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MINUTE_QUOTE_HEADER, MINUTE_TRADE_HEADER, readMinutes } from './recorded-minutes';
import { quoteAt } from './recorded-quotes';

const file = (name: string) => ({ file: name, text: readFileSync(join(__dirname, '../../demo/aapl-minute', name), 'utf8') });
const recorded = (day: string) => readMinutes(day, { quotes: file(`AAPL_${day}_quote.csv`), trades: file(`AAPL_${day}_trade.csv`) });
const read = (quotes: string, trades: string) =>
  readMinutes('2014-06-05', {
    quotes: { file: 'q.csv', text: [MINUTE_QUOTE_HEADER, quotes].join('\n') },
    trades: { file: 't.csv', text: [MINUTE_TRADE_HEADER, trades].join('\n') },
  });

describe('recorded minutes', () => {
  it('show at the tick hh:mm what opened that minute, and nothing that came later in it', () => {
    const quotes = read('09:30,1,9,9,9,9,2,9,9,9,9', '09:30,1.5,9,9,9,9');
    expect(quotes).toEqual([{ ts: '2014-06-05T13:30:00.000Z', bid: '1', ask: '2', last: '1.5', source: 'recorded' }]);
  });

  it('keep the former quote with its age where a minute is missing, and show no trade where none was', () => {
    const quotes = read('09:30,1,1,1,1,1,2,2,2,2,2\n09:33,3,3,3,3,3,4,4,4,4,4', '09:30,1.5,1,1,1,1\n09:31,1.6,1,1,1,1');
    expect(quoteAt(quotes, '2014-06-05T13:32:00.000Z')).toMatchObject({ ts: '2014-06-05T13:30:00.000Z', bid: '1', last: '1.5' });
    expect(quoteAt(quotes, '2014-06-05T13:33:00.000Z')).toMatchObject({ bid: '3', ask: '4', last: null });
  });

  it.each([
    ['9:30,1,1,1,1,1,2,2,2,2,2', '', 'q.csv line 2 ny_time must be a time HH:MM; received "9:30"'],
    ['09:30,x,1,1,1,1,2,2,2,2,2', '', 'q.csv line 2 bid_open must be a decimal, or empty'],
    ['09:30,1,1,1,1,1,x,2,2,2,2', '', 'q.csv line 2 ask_open must be a decimal, or empty'],
    ['09:30,1,1,1,1,1,2,2,2,2,2\n09:30,1,1,1,1,1,2,2,2,2,2', '', 'q.csv line 3 ny_time must be once in the file'],
    ['', '09:30,1,1,1,1,1\n09:29,1,1,1,1,1', 't.csv line 3 ny_time must be later than the row before'],
    ['', '09:30,1,1,1,1', 't.csv line 2 row must be 6 values'],
  ])('that are corrupt stop the reading with the place: %j %j', (quotes, trades, message) => {
    expect(() => read(quotes, trades)).toThrow(message);
  });

  it('of Apple around its split are read whole, with the defects of the real feed', () => {
    expect(recorded('2014-06-05')).toHaveLength(830);
    const june6 = recorded('2014-06-06');
    expect(june6[0]).toMatchObject({ ts: '2014-06-06T08:00:00.000Z', bid: '1', ask: '649.35', last: '648.8' });
    const june9 = recorded('2014-06-09');
    expect(june9).toHaveLength(847);
    expect(june9[0]?.last).toBe('645.57');
    expect(quoteAt(june9, '2014-06-09T13:30:00.000Z')?.ts).toBe('2014-06-09T13:30:00.000Z');
  });
});
