import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeActionProvider } from './actions.contract.spec-support';
import type { ProvidedAction } from './actions.port';
import { CsvActions } from './csv-actions.adapter';
import { FakeActions } from './fake-actions.adapter';
import { readActions } from './recorded-actions';
import { YahooActions } from './yahoo-actions.adapter';

const CSV = ['ex_date,type,value,pay_date', '2026-06-12,dividend,0.46,2026-07-01', '2026-06-12,dividend,1,', '2026-03-02,split,2/1,'].join(
  '\n',
);
const dividend = { type: 'CASH_DIVIDEND', ex_date: '2026-06-12', currency: 'USD', withholding_tax_pct: null } as const;
const KNOWN: readonly ProvidedAction[] = [
  { ...dividend, sequence: 1, amount_per_share: '0.46', pay_date: '2026-07-01' },
  { ...dividend, sequence: 2, amount_per_share: '1', pay_date: null },
  { type: 'SPLIT', ex_date: '2026-03-02', sequence: 1, ratio: '2:1' },
];

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

describe('Yahoo Finance', () => {
  it('is read into dividends without a pay date and splits by ratio', async () => {
    const answer = {
      events: {
        dividends: [{ date: new Date('2026-06-12T13:30:00.000Z'), amount: 0.485 }],
        splits: { '1': { date: new Date('2026-03-02T14:30:00.000Z'), numerator: 2, denominator: 1 } },
      },
    };
    const asked: unknown[] = [];
    const provider = new YahooActions(() => Promise.resolve({ chart: (...args) => Promise.resolve(asked.push(args) && answer) }));
    expect(await provider.actions({ symbol: 'BRK.B', exchange: 'XNYS', currency: 'USD', from: '2026-01-01', to: '2026-12-31' })).toEqual([
      { type: 'SPLIT', ex_date: '2026-03-02', sequence: 1, ratio: '2:1' },
      { ...dividend, sequence: 1, amount_per_share: '0.485', pay_date: null },
    ]);
    expect(asked).toMatchObject([['BRK-B', { period1: '2026-01-01', period2: '2027-01-01' }, {}]]);
  });
});
