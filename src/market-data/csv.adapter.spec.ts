import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CsvQuotes, loadBars, loadQuotes } from './csv.adapter';
import { PublishedCalendar } from './published-calendar';

const calendar = new PublishedCalendar();
const folder = mkdtempSync(join(tmpdir(), 'recorded-'));
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const quotes = new CsvQuotes(folder, calendar);
const ask = (symbol: string, at: string) => quotes.quote({ tenant_id: 'demo', instrument_id: 'ins-1', symbol, exchange: 'XNYS' }, at);

beforeAll(() => {
  write('KO.csv', 'date,open,high,low,close,volume\n2026-11-19,1,2,1,1.50,5\n2026-11-20,1,3,1,2.5,5\n');
  write('AAPL.csv', '\uFEFFts,bid,ask,last\n2026-11-20T14:35:00Z,1,2,\n');
  write('BAD.csv', 'date,open,high,low,close,volume\n2026-11-19,1,2,1,abc,5\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a folder of recorded data as a feed', () => {
  it('shows a bar from its close on and not before, so that nothing looks ahead', async () => {
    expect(await ask('KO', '2026-11-19T20:59:59.999Z')).toBeNull();
    expect(await ask('KO', '2026-11-20T20:59:59.999Z')).toEqual({
      ts: '2026-11-19T21:00:00.000Z',
      bid: null,
      ask: null,
      last: '1.5',
      source: 'csv',
    });
    expect((await ask('KO', '2026-11-20T21:00:00.000Z'))?.last).toBe('2.5');
  });

  it('serves recorded quotes where the file has them', async () => {
    expect(await ask('AAPL', '2026-11-20T14:36:00.000Z')).toMatchObject({ bid: '1', ask: '2', last: null });
  });

  it('names the file that is missing or corrupt, and reads it once it is mended', async () => {
    await expect(ask('NONE', '2026-11-20T14:36:00.000Z')).rejects.toThrow(/NONE\.csv must be a file that can be read/);
    await expect(ask('BAD', '2026-11-20T14:36:00.000Z')).rejects.toThrow(/BAD\.csv line 2 close must be a decimal above 0/);
    write('BAD.csv', 'date,open,high,low,close,volume\n2026-11-19,1,2,1,2,5\n');
    expect((await ask('BAD', '2026-11-20T14:36:00.000Z'))?.last).toBe('2');
  });

  it('is missed at the start where it is not there, and not by a market without quotes', () => {
    expect(() => new CsvQuotes(join(folder, 'nowhere'), calendar)).toThrow(
      /VB_MARKET_DATA_CSV must be a folder that is there; received .*nowhere/,
    );
    expect(() => new CsvQuotes(join(folder, 'KO.csv'), calendar)).toThrow('VB_MARKET_DATA_CSV');
  });

  it.each(['../KO', '/etc/passwd', '..', '.env', 'A/B', ''])('never reads outside the folder: %j', async (symbol) => {
    await expect(ask(symbol, '2026-11-20T14:36:00.000Z')).rejects.toThrow('symbol must be usable as a file name');
  });
});

describe('the files of a replay', () => {
  it('are read by name, and a missing one is named', async () => {
    expect(await loadBars(join(folder, 'KO.csv'), calendar, 'XNYS')).toHaveLength(2);
    expect(await loadQuotes(join(folder, 'AAPL.csv'))).toHaveLength(1);
    await expect(loadBars(join(folder, 'none.csv'), calendar, 'XNYS')).rejects.toThrow(/none\.csv must be a file that can be read/);
    await expect(loadQuotes(join(folder, 'KO.csv'))).rejects.toThrow(/KO\.csv line 1 header must be ts,bid,ask,last/);
  });
});
