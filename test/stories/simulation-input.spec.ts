/** What a simulation cannot be made from is refused over HTTP and on the command line, named, before anything is stored or computed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Json, type Listed, ok, startWorld, type World } from './support/rest-world';
import { expectRefusal, inPairs, vb, type VbEnd } from './support/vb';

const GOOD = ['2024-01-02,10,11,9,10,5', '2024-01-03,10,11,9,10,5', '2024-01-04,10,11,9,10,5'];
const csvOf = (lines: readonly string[]): string => `date,open,high,low,close,volume\n${lines.map((line) => `${line}\n`).join('')}`;
const withThird = (line: string): string => csvOf([...GOOD.slice(0, 2), line]);

const BARS: readonly (readonly [string, string, string])[] = [
  ['unsorted', withThird('2023-12-29,10,11,9,10,5'), 'line 4 date must be later than the row before (the file is not sorted)'],
  ['twice in the file', withThird('2024-01-03,10,11,9,10,5'), 'line 4 date must be once in the file (it is a duplicate)'],
  ['with a price missing', withThird('2024-01-04,10,11,9,,5'), 'line 4 close must be a decimal above 0'],
  ['with a column missing', withThird('2024-01-04,10,11,9,10'), 'line 4 row must be 6 values'],
  ['on a day that does not exist', withThird('2024-02-30,10,11,9,10,5'), 'line 4 date must be a date of the calendar'],
  ['at a price of nothing', withThird('2024-01-04,0,11,0,10,5'), 'line 4 open must be a decimal above 0'],
  ['below nothing', withThird('2024-01-04,10,11,-9,10,5'), 'line 4 low must be a decimal above 0'],
  ['that are no numbers', withThird('2024-01-04,10,11,9,NaN,5'), 'line 4 close must be a decimal above 0'],
  ['beyond every price', withThird('2024-01-04,10,1e300,9,10,5'), 'line 4 high must be a decimal above 0'],
  ['that close above their high', withThird('2024-01-04,10,11,9,12,5'), 'line 4 close must be not above the high of 11'],
  ['whose volume is none', withThird('2024-01-04,10,11,9,10,many'), 'line 4 volume must be a decimal'],
  ['under another header', 'when,price\n2024-01-02,10\n', 'line 1 header must be'],
];

describe('bars', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vb-input-'));
  let world: World;
  let ends: readonly VbEnd[] = [];
  beforeAll(async () => {
    world = await startWorld();
    ends = await inPairs([...BARS.entries()], ([index, [, csv]]) => {
      const file = join(folder, `bars-${index}.csv`);
      writeFileSync(file, csv);
      return vb(['simulate', '--symbol', 'X', '--bars', file, '--cash', '100']);
    });
  }, 300_000);
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(BARS.map(([what, csv, sentence], index) => [what, csv, sentence, index] as const))(
    '%s are refused, and the line is named',
    async (_what, csv, sentence, index) => {
      const end = ends[index];
      if (!end) throw new Error('vb did not run');
      expectRefusal(end, 1, new RegExp(`bars-${index}\\.csv ${escaped(sentence)}`));
      const { status, text } = await world.owner.post('/v1/tapes', { symbol: 'X', csv });
      expect(status).toBe(400);
      expect((JSON.parse(text) as { detail: string }).detail).toContain(`csv ${sentence}`);
      const headers = { 'content-type': 'text/csv' };
      const uploaded = await world.owner.request('POST', '/v1/tapes/csv?symbol=X', { text: csv, headers });
      expect(uploaded.status).toBe(400);
      expect(uploaded.text).toContain(sentence.split(' must')[0]);
    },
  );

  it('that are none are refused, too', async () => {
    const { status, text } = await world.owner.post('/v1/tapes', { symbol: 'X', csv: csvOf([]) });
    expect([status, text]).toEqual([400, expect.stringContaining('at least one bar below the header')]);
  });

  it('are not kept where they were refused', async () => expect(ok(await world.owner.get<Listed>('/v1/tapes')).items).toEqual([]));

  it('that are good cannot be run with what is wrong: each is named, and no job begins', async () => {
    const tape_id = ok(await world.owner.post<{ id: string }>('/v1/tapes', { symbol: 'X', csv: csvOf(GOOD) })).id;
    const position = { tape_id, cash: '100' };
    const refused = async (path: string, body: Json): Promise<string> => {
      const { status, text } = await world.owner.post(path, body);
      expect([400, 422]).toContain(status);
      return text;
    };
    const run = (more: Json, of: Json = {}): Promise<string> =>
      refused('/v1/simulations', { positions: [{ ...position, ...of }], ...more });
    const sweep = (parameters: Json, more: Json = {}): Promise<string> => refused('/v1/sweeps', { position, parameters, ...more });
    expect(await run({ start: '2024-01-05' })).toContain('2024-01-02 to 2024-01-04');
    expect(await run({ start: '2024-01-04', end: '2024-01-03' })).toContain('end must be 2024-01-04 or later');
    expect(await run({ start: '2024-02-30' })).toContain('start');
    expect(await run({ fill: 'best' })).toContain('fill');
    expect(await run({ slippage_bps: '5000' })).toContain('slippage_bps');
    expect(await run({ spread_bps: '-1' })).toContain('spread_bps');
    expect(await run({}, { cash: '-1' })).toContain('cash');
    expect(await run({}, { qty: '1', stock_pct: '50' })).toContain('positions[0].stock_pct');
    expect(await run({}, { stock_pct: '101' })).toContain('stock_pct');
    expect(await run({}, { config: { up_threshold: '3' } })).toContain('up_threshold');
    expect(await run({}, { config: { up_threshold_pct: '0' } })).toContain('up_threshold_pct');
    expect(await run({}, { config: { min_stock_pct: '80', max_stock_pct: '20' } })).toContain('min_stock_pct');
    expect(await run({}, { actions: [{ ex_date: '2024-01-03', type: 'dividend', value: '10' }] })).toContain('actions line 2');
    expect(await run({}, { actions: [{ ex_date: '2024-01-03', type: 'split', value: '0/1' }] })).toContain('actions line 2 value');
    expect(await sweep({ up_threshold_pct: { from: '1', to: '99', step: '0.001' } })).toContain('this one has 98001');
    expect(await sweep({ up_threshold_pct: { from: '1', to: '99', step: '0.0000001' } })).toContain('up_threshold_pct');
    expect(await sweep({ up_threshold_pct: { values: ['3', '-3'] } })).toContain('up_threshold_pct');
    expect(await sweep({ up_threshold_pct: { from: 'low', to: '9', step: '1' } })).toContain('parameters.up_threshold_pct.from');
    expect(await sweep({ luck: { values: ['1'] } })).toContain('parameters.luck');
    expect(await sweep({})).toContain('parameters');
    expect(await sweep({ up_threshold_pct: { values: ['3'] } }, { walk_forward: { train_days: 365, test_days: 30 } })).toContain(
      'shorter than 365 days',
    );
    expect(await sweep({ up_threshold_pct: { values: ['3'] } }, { random: { runs: 10_001, seed: 1 } })).toContain('runs');
    for (const path of ['/v1/simulations', '/v1/sweeps']) expect(ok(await world.owner.get<Listed>(path)).items).toEqual([]);
  });
});

const escaped = (text: string): string => text.replace(/[()]/g, '\\$&');
