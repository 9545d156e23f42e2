import { inflateRawSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { type ExportedRun, exportCsv, exportJson, exportXlsx, sheetsOf } from './run-export';
import { Workbench } from './simulation-task';
import { actionsOf } from './simulation-request';
import { PublishedCalendar } from '../market-data/published-calendar';
import { runTask, tiny } from './simulation.spec-support';

const BARS = ['2024-01-30 100', '2024-01-31 104', '2024-02-01 99', '2024-02-02 108.88888888'];

function exported(): ExportedRun {
  const { tape } = tiny({ bars: BARS }).run.data;
  const csv = 'ex_date,type,value,pay_date\n2024-02-01,dividend,0.5,2024-02-02\n';
  const actions = actionsOf(csv, 'actions.csv', new PublishedCalendar(), 'XNYS');
  const task = runTask({ commission_rate: '0.001' }, { cash: '10000', qty: '100', stock_pct: null });
  const [answer] = new Workbench(tape, actions, null).answers([task], true);
  if (!answer || !('outcome' in answer)) throw new Error(answer?.error);
  const { result, details } = answer.outcome;
  return { run_id: 'job.0', parameters: { up_threshold_pct: '3' }, result, details };
}

describe('an exported run', () => {
  const run = exported();
  const trades = run.details?.trades ?? [];

  it('has trades on both sides to be read back', () => expect(trades.map(({ side }) => side)).toEqual(['SELL', 'BUY', 'SELL']));

  it('as CSV gives back every trade to the last digit', () => {
    const rows = parse(exportCsv(run), { columns: true }) as unknown as readonly Record<string, string>[];
    expect(rows).toEqual(trades.map(({ bar: _bar, ...trade }) => trade));
  });

  it('as JSON gives back everything, with what each figure means', () => {
    const { definitions, ...rest } = JSON.parse(exportJson(run)) as ExportedRun & { readonly definitions: object };
    expect(rest).toEqual(JSON.parse(JSON.stringify(run)));
    expect(Object.keys(definitions)).toEqual(expect.arrayContaining(Object.keys(run.result.metrics)));
  });

  it('as a workbook gives back every cell of every sheet, amounts as text and metrics as numbers', async () => {
    const sheets = readXlsx(await exportXlsx(run));
    const expected = sheetsOf(run);
    expect(sheets.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
    expect(sheets.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Result', 'Metrics', 'Trades', 'Dividends', 'Reasons', 'Months', 'Drawdowns', 'Equity', 'Warnings']),
    );
    for (const [index, { rows }] of expected.entries()) {
      const filled = rows
        .map((row) => row.map((cell) => cell ?? ''))
        .map((row) => row.slice(0, row.findLastIndex((cell) => cell !== '') + 1));
      expect(sheets[index]?.rows).toEqual(filled);
    }
  });
});

interface ReadSheet {
  readonly name: string;
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Just enough of the format: a zip with a workbook, shared strings, and a sheet of rows and cells each. */
function readXlsx(bytes: Buffer): readonly ReadSheet[] {
  const files = unzipped(bytes);
  const text = (name: string): string => files.get(name) ?? '';
  const shared = [...text('xl/sharedStrings.xml').matchAll(/<si>(.*?)<\/si>/gs)].map(([, item = '']) => stringOf(item));
  const names = [...text('xl/workbook.xml').matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(([, name = '']) => name);
  return names.map((name, index) => ({ name, rows: rowsOf(text(`xl/worksheets/sheet${index + 1}.xml`), shared) }));
}

const stringOf = (xml: string): string =>
  [...xml.matchAll(/<t[^>]*>(.*?)<\/t>/gs)]
    .map(([, part = '']) => part)
    .join('')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

function rowsOf(xml: string, shared: readonly string[]): readonly (readonly (string | number)[])[] {
  return [...xml.matchAll(/<row [^>]*?(?:\/>|>(.*?)<\/row>)/gs)].map(([, row = '']) => {
    const cells: (string | number)[] = [];
    for (const [, attributes = '', content = ''] of row.matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      const column = columnOf(/r="([A-Z]+)\d+"/.exec(attributes)?.[1] ?? 'A');
      while (cells.length < column) cells.push('');
      const value = /<v>(.*?)<\/v>/s.exec(content)?.[1] ?? '';
      if (/t="s"/.test(attributes)) cells.push(shared[Number(value)] ?? '');
      else cells.push(/t="inlineStr"/.test(attributes) ? stringOf(content) : value === '' ? '' : Number(value));
    }
    return cells;
  });
}

const columnOf = (letters: string): number => [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;

/** By the directory at the end of the archive. */
function unzipped(bytes: Buffer): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const end = bytes.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [size, nameLength] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)];
    const local = bytes.readUInt32LE(at + 42);
    const data = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(data, data + size);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    files.set(name, (bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed).toString('utf8'));
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return files;
}
