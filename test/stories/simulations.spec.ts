/** Simulations over HTTP: bars in, jobs that run beside everything else, results out; and nothing of it touches production data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NotFoundError } from '../../src/kernel/errors';
import { Sql } from '../../src/platform/database/sql';
import { TenantTables } from '../../src/platform/database/tenant-tables';
import { TapeTable } from '../../src/simulation/tape.table';
import { type Json, type Listed, ok, startWorld, until, type World } from './support/rest-world';

const DATA = join(__dirname, '../data');
const EDGES = readFileSync(join(DATA, 'synthetic/edges.csv'), 'utf8');

interface Job {
  readonly id: string;
  readonly status: string;
  readonly done: number;
  readonly total: number;
  readonly cached: number;
  readonly error: string | null;
  readonly summary: Json | null;
}

interface Simulated {
  readonly positions: readonly {
    readonly run_id: string;
    readonly result: Json;
    readonly warnings: readonly { readonly code: string }[];
  }[];
  readonly portfolio: Json;
}

const expected = readFileSync(join(DATA, 'expected.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map(
    (line) =>
      JSON.parse(line) as { args: { bars: string; actions: string | null; cash: string; options: string[]; config: Json }; result: Json },
  );

const TABLES = {
  SQLite: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
  PostgreSQL: "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
};
const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

describe.each(['SQLite', 'PostgreSQL'] as const)('simulations on %s', (database) => {
  let world: World;
  let edges: string;

  beforeAll(async () => {
    world = await startWorld({ database });
    edges = await upload('EDGES', EDGES);
  });
  afterAll(() => world.stop());

  const upload = async (symbol: string, csv: string): Promise<string> =>
    ok(await world.owner.post<{ id: string }>('/v1/tapes', { symbol, csv })).id;
  const ended = (path: string): Promise<Job> =>
    until(
      async () => ok(await world.owner.get<Job>(path)),
      ({ status }) => !['QUEUED', 'RUNNING'].includes(status),
    );
  const simulated = async (body: Json): Promise<{ readonly job: Job; readonly summary: Simulated }> => {
    const queued = await world.owner.post<Job>('/v1/simulations', body);
    expect(queued.status).toBe(202);
    const job = await ended(`/v1/simulations/${queued.body.id}`);
    expect([job.error, job.status]).toEqual([null, 'DONE']);
    return { job, summary: job.summary as unknown as Simulated };
  };
  const position = (more: Json = {}): Json => ({ tape_id: edges, cash: '100000', stock_pct: '50', ...more });

  const summaryOf = ({ summary }: Job): Json => {
    if (!summary) throw new Error('the job has no summary');
    return summary;
  };

  /** Every row of every table that is not of simulations. */
  const elsewhere = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
    const sql = world.server.app.nest.get(Sql);
    const named = TABLES[database];
    const tables = (await sql.read(named)).map(({ name }) => String(name)).filter((name) => !name.startsWith('simulation_'));
    expect(tables).toContain('events');
    const contents = await Promise.all(tables.map((table) => sql.read(`SELECT * FROM ${table}`)));
    const texts = contents.map((rows) => rows.map((row) => JSON.stringify(row, plain)).sort());
    return Object.fromEntries(tables.map((table, index) => [table, texts[index] ?? []]));
  };

  it('give to the digit what an independent implementation computed', async () => {
    const run = expected.find(({ args }) => args.bars === 'synthetic/edges.csv' && args.config['action_below_min'] === 'clip');
    const { summary } = await simulated({ positions: [position({ config: run?.args.config })] });
    const [{ result, run_id } = { result: {}, run_id: '' }] = summary.positions;
    const { metrics: _metrics, benchmarks: _benchmarks, ...amounts } = run?.result ?? {};
    expect(result).toMatchObject(amounts);
    const csv = await world.owner.request('GET', `/v1/runs/${run_id}/export?format=csv`);
    expect(csv.text.trim().split('\n').length).toBe(1 + Number(amounts['buys']) + Number(amounts['sells']));
  });

  it('write no row outside their own tables', async () => {
    const before = await elsewhere();
    await simulated({ positions: [position({ config: { up_threshold_pct: '4' } })] });
    await upload('AGAIN', EDGES);
    ok(await world.owner.request('PUT', '/v1/simulation-presets/kept', { body: { config: { up_threshold_pct: '8' } } }));
    const parameters = { up_threshold_pct: { values: ['2', '6'] } };
    const { id } = ok(await world.owner.post<Job>('/v1/sweeps', { position: position(), parameters }));
    expect((await ended(`/v1/sweeps/${id}`)).status).toBe('DONE');
    expect(await elsewhere()).toEqual(before);
  });

  it('are found again instead of computed where data, code and parameters are the same', async () => {
    const body = { positions: [position({ config: { up_threshold_pct: '3.3' } })] };
    const [first, second] = [await simulated(body), await simulated(body)];
    expect([first.job.cached, second.job.cached]).toEqual([0, 1]);
    expect(second.summary.positions[0]?.result).toEqual(first.summary.positions[0]?.result);
  });

  it('are not taken for those of another instrument that had the same prices and other quotes', async () => {
    const seen = async (symbol: string, bid: string, ask: string): Promise<string> => {
      ok(await world.owner.post('/v1/instruments', { symbol, exchange: 'XNYS', asset_type: 'EQUITY', currency: 'USD' }));
      ok(await world.owner.post('/v1/quotes', { symbol, bid, ask, last: '100', ts: world.clock.now() }));
      return world.openPosition({ symbol });
    };
    const positions = [await seen('NARROW', '99.9', '100.1'), await seen('WIDE', '98', '102')];
    ok(await world.owner.post('/v1/ticks'));
    const hashes: unknown[] = [];
    for (const position_id of positions) hashes.push(ok(await world.owner.post('/v1/tapes', { symbol: 'X', position_id }))['hash']);
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  it('run again with changed parameters, and are compared side by side', async () => {
    const { job, summary } = await simulated({ positions: [position()] });
    const { body } = await world.owner.post<Job>(`/v1/simulations/${job.id}/rerun`, {
      config: { down_threshold_pct: '7' },
      fill: 'next_open',
    });
    const again = (await ended(`/v1/simulations/${body.id}`)).summary as unknown as Simulated;
    const ids = [summary, again].map(({ positions }) => positions[0]?.run_id).join(',');
    const { items } = ok(await world.owner.get<Listed>(`/v1/runs/compare?ids=${ids}`));
    expect(items.length).toBe(2);
    expect(items[0]?.['result']).not.toEqual(items[1]?.['result']);
  });

  it('explain every decision: the timeline has each bar, and why where a bound was reached', async () => {
    const { summary } = await simulated({ positions: [position({ config: { min_notional: '4000' } })] });
    const id = summary.positions[0]?.run_id;
    const { items } = ok(await world.owner.get<Listed>(`/v1/runs/${id}/timeline?limit=1000`));
    expect(items.length).toBe(120);
    for (const { reason, why } of items.slice(1)) {
      const told = (why as { reason: string } | null)?.reason ?? 'NO_TRIGGER';
      expect(told).toBe(reason);
    }
    const sells = ok(await world.owner.get<Listed>(`/v1/runs/${id}/timeline?reasons=TRIGGER_SELL`)).items;
    expect(sells.length).toBe(Number(summary.positions[0]?.result['sells']));
  });

  it('add several symbols up to a portfolio', async () => {
    const ko = await upload('KO', readFileSync(join(DATA, 'daily/KO.csv'), 'utf8').split('\n').slice(0, 400).join('\n'));
    const { summary } = await simulated({ positions: [position(), { tape_id: ko, cash: '50000', stock_pct: '50' }] });
    const total = summary.positions.reduce((sum, { result }) => sum + Number(result['equity']), 0);
    expect(Number(summary.portfolio['equity_end'])).toBeCloseTo(total, 4);
  });

  it('are exported as a workbook and as JSON', async () => {
    const { summary } = await simulated({ positions: [position()] });
    const path = `/v1/runs/${summary.positions[0]?.run_id}/export`;
    expect((await world.owner.request('GET', `${path}?format=xlsx`)).text.slice(0, 2)).toBe('PK');
    expect(JSON.parse((await world.owner.request('GET', path)).text)).toHaveProperty('definitions.sharpe');
  });

  it('take their settings from a saved configuration', async () => {
    ok(await world.owner.request('PUT', '/v1/simulation-presets/mine', { body: { config: { up_threshold_pct: '9' } } }));
    const { job } = await simulated({ preset: 'mine', positions: [position()] });
    expect(JSON.stringify(job)).toContain('"up_threshold_pct":"9"');
  });

  it('refuse before any work starts what cannot be run, and name it', async () => {
    const refused = async (body: Json, path = '/v1/simulations'): Promise<string> => {
      const { status, text } = await world.owner.post(path, body);
      expect([400, 404, 422]).toContain(status);
      return text;
    };
    expect(await refused({ positions: [position({ config: { up_threshold_pct: '-1' } })] })).toContain('up_threshold_pct');
    expect(await refused({ positions: [position()], start: '2030-01-01' })).toContain('2024-01-02 to 2024-06-17');
    expect(await refused({ positions: [] })).toContain('positions');
    expect(await refused({ positions: [position({ tape_id: 'nowhere' })] })).toContain('not_found');
    expect(
      await refused({ symbol: 'X', csv: 'date,open,high,low,close,volume\n2024-01-03,1,1,1,1,\n2024-01-02,1,1,1,1,\n' }, '/v1/tapes'),
    ).toContain('line 3 date');
    const grid = { position: position(), parameters: { up_threshold_pct: { from: '1', to: '99', step: '0.001' } } };
    expect(await refused(grid, '/v1/sweeps')).toContain('98001');
    const action = { ex_date: '2024-02-01', type: 'dividend', value: '5000' };
    expect(await refused({ positions: [position({ actions: [action] })] })).toContain('actions line 2');
  });

  describe('sweeps', () => {
    const grid = { up_threshold_pct: { from: '1', to: '4', step: '1' }, down_threshold_pct: { from: '2', to: '4', step: '1' } };
    const swept = async (more: Json = {}): Promise<Job> => {
      const { status, body } = await world.owner.post<Job>('/v1/sweeps', {
        position: position(),
        parameters: grid,
        metric: 'total_return',
        ...more,
      });
      expect(status).toBe(202);
      return ended(`/v1/sweeps/${body.id}`);
    };

    it('run the whole grid, find its best point and say where that is doubtful', async () => {
      const job = await swept();
      expect([job.status, job.done, job.total]).toEqual(['DONE', 12, 12]);
      const codes = (summaryOf(job)['warnings'] as readonly { code: string }[]).map(({ code }) => code);
      expect(codes).toContain('in_sample_only');
      const { items } = ok(await world.owner.get<Listed<{ run_id: string; value: number }>>(`/v1/sweeps/${job.id}/runs`));
      expect((summaryOf(job)['best'] as { value: number }).value).toBe(Math.max(...items.map(({ value }) => value)));
      const cells = ok(
        await world.owner.get<Listed<{ run_ids: string[]; value: number }>>(
          `/v1/sweeps/${job.id}/heatmap?x=up_threshold_pct&y=down_threshold_pct`,
        ),
      ).items;
      expect(cells.flatMap(({ run_ids }) => run_ids).sort()).toEqual(items.map(({ run_id }) => run_id).sort());
    });

    it('resume after a cancellation and end as if nothing had happened', async () => {
      const { body } = await world.owner.post<Job>('/v1/sweeps', {
        position: position({ cash: '77777' }),
        parameters: { ...grid, rebalance_ratio: { from: '0.1', to: '2', step: '0.1' } },
      });
      await world.owner.post(`/v1/sweeps/${body.id}/cancel`);
      expect((await ended(`/v1/sweeps/${body.id}`)).status).toBe('CANCELLED');
      expect((await world.owner.post(`/v1/sweeps/${body.id}/resume`)).status).toBe(202);
      const resumed = await ended(`/v1/sweeps/${body.id}`);
      const undisturbed = await swept({
        position: position({ cash: '77777' }),
        parameters: { ...grid, rebalance_ratio: { from: '0.1', to: '2', step: '0.1' } },
        metric: 'sharpe',
      });
      const figures = async ({ id }: Job): Promise<unknown> =>
        ok(await world.owner.get<Listed>(`/v1/sweeps/${id}/runs`)).items.map(({ parameters, result }) => ({ parameters, result }));
      expect(await figures(resumed)).toEqual(await figures(undisturbed));
    });

    it('show figures of days that no parameter was chosen on beside those that they were chosen on', async () => {
      const job = await swept({ walk_forward: { train_days: 60, test_days: 30 } });
      const rows = summaryOf(job)['walk_forward'] as readonly { in_sample: Json; out_of_sample: Json }[];
      expect(rows.length).toBeGreaterThan(2);
      for (const { in_sample, out_of_sample } of rows) {
        const { up_threshold_pct, end } = in_sample['parameters'] as Record<string, string>;
        const tested = out_of_sample['parameters'] as Record<string, string>;
        expect(tested['up_threshold_pct']).toBe(up_threshold_pct);
        expect(String(tested['start']) > String(end)).toBe(true);
      }
    });
  });

  it('read a tape once for all the runs that ask for it at the same time, and again where that failed', async () => {
    const { nest } = world.server.app;
    const tapes = nest.get(TapeTable, { strict: false });
    const reads = jest.spyOn(nest.get(TenantTables, { strict: false }), 'read');
    const readParts = (): number => reads.mock.calls.filter(([, sql]) => sql.includes('simulation_tape_parts')).length;
    const [other, wanted] = [await upload('OTHER', EDGES), await upload('WANTED', EDGES)];
    await tapes.load('demo', other, true);
    const alone = readParts();
    await tapes.load('demo', edges);
    reads.mockClear();
    const loaded = await Promise.all(Array.from({ length: 20 }, (_, asked) => tapes.load('demo', wanted, asked % 2 === 1)));
    expect(readParts()).toBeLessThanOrEqual(alone + 1);
    expect(new Set(loaded.map(({ tape }) => tape.close)).size).toBe(1);
    expect(loaded.map(({ tape }) => tape.open !== null)).toEqual(Array.from({ length: 20 }, (_, asked) => asked % 2 === 1));
    for (let time = 0; time < 2; time++) await expect(tapes.load('demo', 'nowhere')).rejects.toThrow(NotFoundError);
    expect((await tapes.load('demo', wanted)).view.id).toBe(wanted);
    reads.mockRestore();
  });

  it('take bars from a file as large as it may be, from recorded quotes and from the history provider', async () => {
    const csv = await world.owner.request('POST', '/v1/tapes/csv?symbol=BIG', { text: EDGES, headers: { 'content-type': 'text/csv' } });
    expect([csv.status, csv.body['bars']]).toEqual([201, 120]);
    const made = ok(await world.owner.post('/v1/tapes', { symbol: 'KO', source: 'provider', from: '2026-01-02', to: '2026-03-31' }));
    expect(Number(made['bars'])).toBeGreaterThan(50);
    const id = await world.openPosition();
    world.clock.advance(60_000); // a tick of its own
    await world.quote('101');
    ok(await world.owner.post('/v1/ticks'));
    const recorded = ok(await world.owner.post('/v1/tapes', { symbol: 'KO', position_id: id }));
    expect([recorded['source'], recorded['bars']]).toEqual(['recorded', 1]);
  });
});
