import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replayed, simulated } from './parity';
import { parityLaws } from './parity.law';
import type { RandomRun } from './random-run';

describe('simulation and live', () => {
  parityLaws(100);

  it.each([
    ['the first that is seen', [], { buys: 0, sells: 0, anchor: '50', qty: '200' }],
    ['seen after others', ['2024-03-04T20:30:00Z,,,100'], { buys: 0, sells: 0, anchor: '50', qty: '200' }],
  ])('trade on no quote from before a split, %s', async (_when, earlier, end) => {
    // New York opens at 09:00 in London in winter: the evaluation then sees a quote of half a minute before
    const at = ['2024-03-04T20:00:00Z', '2024-03-04T20:30:00Z', '2024-03-05T09:00:00Z', '2024-03-05T09:05:00Z'];
    const rows = at.map((ts, bar) => `${ts},${bar < 2 ? '100,100,100,100' : '50,50,50,50'},1`);
    const run: RandomRun = {
      bars: at.map((label) => ({ day: label.slice(0, 10), close: '', open: true })),
      csv: `ts,open,high,low,close,volume\n${rows.join('\n')}\n`,
      quotesCsv: ['ts,bid,ask,last', ...earlier, '2024-03-05T08:59:30Z,,,100', '2024-03-05T09:05:00Z,,,50'].join('\n'),
      actionsCsv: 'ex_date,type,value,pay_date\n2024-03-05,split,2,',
      actions: [],
      cash: '10000',
      qty: '100',
      stockPct: null,
      config: { allow_after_hours: true },
    };
    const { result } = simulated(run);
    expect(result).toMatchObject(end);
    expect(await replayed(run)).toEqual(result);
  });

  it('take a split on a day without trading alike', async () => {
    // dated bars are sessions of their own: the quote of Saturday is from after the split, 10 % above the anchor of 50
    const days = ['2024-03-01', '2024-03-02', '2024-03-03', '2024-03-04'];
    const rows = days.map((day, bar) => `${day},${bar < 1 ? '100,100,100,100' : '50,50,50,50'},1`);
    const run: RandomRun = {
      bars: days.map((day) => ({ day, close: '', open: true })),
      csv: `date,open,high,low,close,volume\n${rows.join('\n')}\n`,
      quotesCsv: 'ts,bid,ask,last\n2024-03-02T20:59:59Z,,,55\n2024-03-03T20:59:00Z,,,56',
      actionsCsv: 'ex_date,type,value,pay_date\n2024-03-02,split,2,',
      actions: [],
      cash: '10000',
      qty: '100',
      stockPct: null,
      config: {},
    };
    const { result } = simulated(run);
    expect(result).toMatchObject({ buys: 0, sells: 1, anchor: '55' });
    expect(await replayed(run)).toEqual(result);
  });

  it('are compared with an oracle that shares nothing with them and can be read in one sitting', () => {
    const text = readFileSync(join(__dirname, 'oracle.ts'), 'utf8');
    expect([...text.matchAll(/from '(.*)'/g)].map(([, name]) => name)).toEqual(['decimal.js']);
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });
});
