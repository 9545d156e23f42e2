import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeActionProvider, KNOWN } from './actions.contract.spec-support';
import { CsvActions } from './csv-actions.adapter';
import { FakeActions } from './fake-actions.adapter';
import { readActions } from './recorded-actions';
import { YahooActions } from './yahoo-actions.adapter';

const CSV = ['ex_date,type,value,pay_date', '2026-06-12,dividend,0.46,2026-07-01', '2026-06-12,dividend,1,', '2026-03-02,split,2/1,'].join(
  '\n',
);
const folder = mkdtempSync(join(tmpdir(), 'vb-csv-actions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeActionProvider('the fake', async () => new FakeActions({ KO: KNOWN }));
describeActionProvider('a folder of files', async () => {
  writeFileSync(join(folder, 'KO.actions.csv'), CSV);
  return new CsvActions(folder);
});

describe('a file of actions', () => {
  it.each([
    ['2026-06-31,dividend,1,', /line 2 ex_date must be a date/],
    ['2026-06-12,merger,1,', /line 2 type must be dividend or split/],
    ['2026-06-12,dividend,0,', /line 2 value must be an amount per share above 0/],
    ['2026-06-12,split,0:1,', /line 2 value must be new:old/],
    ['2026-06-12,dividend,1,soon', /line 2 pay_date must be a date/],
  ])('names the line of what it cannot read: %s', (line, message) =>
    expect(() => readActions(`ex_date,type,value,pay_date\n${line}`, 'KO.actions.csv')).toThrow(message),
  );
  it('does not leave its folder', async () => {
    const asked = { symbol: '../KO', exchange: 'XNYS' as const, currency: 'USD', from: '2026-01-01', to: '2026-12-31' };
    await expect(new CsvActions(folder).actions(asked)).rejects.toMatchObject({ code: 'csv.symbol' });
  });
});

/** As the service answers: instants of the opening bell, numbers, lists or objects by time. */
const chart = (events?: object, currency = 'USD') => ({ meta: { symbol: 'KO', currency, exchangeName: 'NYQ' }, quotes: [], events });
const ANSWER = chart({
  dividends: [
    { date: new Date('2026-06-12T13:30:00.000Z'), amount: 0.46 },
    { date: new Date('2026-06-12T13:30:00.000Z'), amount: 1 },
  ],
  splits: { '1772461800': { date: 1_772_461_800, numerator: 2, denominator: 1, splitRatio: '2:1' } },
});
const yahoo = (answer: (symbol: string) => unknown): YahooActions =>
  new YahooActions(() => Promise.resolve({ chart: async (symbol) => answer(symbol) }));

describeActionProvider('Yahoo Finance', async () => yahoo((symbol) => (symbol === 'KO' ? ANSWER : chart())), { payDates: false });

describe('Yahoo Finance', () => {
  const ASKED = { symbol: 'BRK.B', exchange: 'XNYS' as const, currency: 'USD', from: '2026-01-01', to: '2026-12-31' };
  const dividends = (row: object, currency = 'USD') => yahoo(() => chart({ dividends: [row] }, currency)).actions(ASKED);
  const date = new Date('2026-06-12T13:30:00.000Z');

  it('is asked for its own name of the symbol, and for a day more, since it leaves its last day out', async () => {
    const asked: unknown[] = [];
    const provider = new YahooActions(() => Promise.resolve({ chart: (...args) => Promise.resolve(asked.push(args) && chart()) }));
    expect(await provider.actions(ASKED)).toEqual([]);
    expect(await provider.actions({ ...ASKED, symbol: 'BTC.X', exchange: '24X7' })).toEqual([]);
    expect(asked).toMatchObject([
      ['BRK-B', { period1: '2026-01-01', period2: '2027-01-01', events: 'div|split' }, {}],
      ['BTC.X', {}, {}],
    ]);
  });

  it('is read to eight places, and what is no number keeps its text, to be refused with it', async () => {
    expect(await dividends({ date, amount: 0.1234567891 })).toMatchObject([{ amount_per_share: '0.12345679' }]);
    expect(await dividends({ date, amount: Number.NaN })).toMatchObject([{ amount_per_share: 'NaN' }]);
    expect(await dividends({ date })).toMatchObject([{ amount_per_share: 'undefined' }]);
  });

  it('is believed about the currency: pence are never taken for pounds', async () =>
    expect(await dividends({ date, amount: 3.7 }, 'GBp')).toMatchObject([{ amount_per_share: '3.7', currency: 'GBp' }]));

  it.each(['Too Many Requests', null, {}, []])('is not believed to know of nothing where it answers %j', async (answer) => {
    await expect(yahoo(() => answer).actions(ASKED)).rejects.toMatchObject({ code: 'market_data.yahoo_unreadable' });
  });

  it('names what has no date instead of leaving it out', async () =>
    expect(dividends({ date: 'soon', amount: 1 })).rejects.toThrow('date must be the time of an ex-date; received "soon"'));

  it('says what it says where it fails, and is connected to again afterwards', async () => {
    let fails = true;
    const connect = async () => {
      if (fails) throw new Error('no network');
      return {
        chart: async () => {
          throw new Error('No data found, symbol may be delisted');
        },
      };
    };
    const provider = new YahooActions(connect);
    await expect(provider.actions(ASKED)).rejects.toThrow('no network');
    fails = false;
    await expect(provider.actions(ASKED)).rejects.toThrow('No data found, symbol may be delisted');
  });
});
