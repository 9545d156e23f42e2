import fc from 'fast-check';
import { toInstant } from '../kernel/clock';
import { lastAtOrBefore, quoteAt, readQuotes } from './recorded-quotes';

const read = (...lines: string[]) => readQuotes(['ts,bid,ask,last', ...lines].join('\n'), 'q.csv');

describe('recorded quotes', () => {
  it('have the sides that the file has, and no others', () => {
    expect(read('2014-06-05T13:30:00Z,643.8,646,', '2014-06-05T13:31:00Z,,,644.8')).toEqual([
      { ts: '2014-06-05T13:30:00.000Z', bid: '643.8', ask: '646', last: null, source: 'csv' },
      { ts: '2014-06-05T13:31:00.000Z', bid: null, ask: null, last: '644.8', source: 'csv' },
    ]);
  });

  it('with a bad price are kept for the quote gate, which holds on them as it would live', () => {
    expect(read('2014-06-05T13:30:00Z,NaN,-1,1e400')).toMatchObject([{ bid: 'NaN', ask: '-1', last: '1e400' }]);
  });

  it.each([
    ['2014-06-05T13:30:00Z,abc,,', 'q.csv line 2 bid must be a decimal, or empty; received "abc"'],
    ['2014-06-05T13:30:00Z,1,1;5,', 'q.csv line 2 ask must be a decimal, or empty'],
    ['2014-06-05T13:30:00Z,1,1', 'q.csv line 2 row must be 4 values'],
    ['2014-06-05,1,1,1', 'q.csv line 2 ts must be a date and time with Z'],
    ['2014-06-05T13:30:00Z,1,1,1\n2014-06-05T13:30:00.000Z,1,1,1', 'q.csv line 3 ts must be once in the file'],
    ['2014-06-05T13:30:00Z,1,1,1\n2014-06-05T13:29:59.999Z,1,1,1', 'q.csv line 3 ts must be later than the row before'],
  ])('that are corrupt stop the run with the place: %j', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });

  it('answer with the last one at or before an instant, never with a later one', () => {
    const quotes = read('2014-06-05T13:30:00Z,1,1,1', '2014-06-05T13:31:00Z,2,2,2');
    expect(quoteAt(quotes, '2014-06-05T13:29:59.999Z')).toBeNull();
    expect(quoteAt(quotes, '2014-06-05T13:30:00.000Z')?.last).toBe('1');
    expect(quoteAt(quotes, '2014-06-05T13:30:59.999Z')?.last).toBe('1');
    expect(quoteAt(quotes, '2014-06-05T13:31:00.000Z')?.last).toBe('2');
    expect(quoteAt(quotes, '2030-01-01T00:00:00.000Z')?.last).toBe('2');
    expect(quoteAt([], '2030-01-01T00:00:00.000Z')).toBeNull();
  });

  it('are found as by looking at every one of them', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 200 })).map((all) => [...all].sort((a, b) => a - b).map(toInstant));
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 200 }).map(toInstant), (items, at) => {
        expect(lastAtOrBefore(items, at, (item) => item)).toBe(items.findLast((item) => item <= at) ?? null);
      }),
    );
  });
});
