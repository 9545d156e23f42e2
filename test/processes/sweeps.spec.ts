/** Sweeps of the built program, which is killed or told to stop in the middle of them: the end is as if nothing had happened. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, OWNER_KEY, type SpawnedServer, spawnServer } from '../stories/support/server';
import { createTestDatabase } from '../support/postgres-databases';
import { done, until } from './fleet';

const KO = readFileSync(join(__dirname, '../data/daily/KO.csv'), 'utf8');

/** Thirty runs over 26 years for each step of the ratio. */
const parameters = (steps: number) => ({
  up_threshold_pct: { from: '1', to: '6', step: '1' },
  down_threshold_pct: { from: '1', to: '5', step: '1' },
  rebalance_ratio: { from: '0.01', to: String(steps / 100), step: '0.01' },
});
const FEWEST_STEPS = 6;
const MOST_STEPS = 300;

interface Job {
  readonly id: string;
  readonly status: string;
  readonly done: number;
  readonly total: number;
  readonly cached: number;
  readonly remaining_seconds: number | null;
  readonly summary: object | null;
}

interface Run {
  readonly run_id: string;
}

const sweepOf = async (api: Api, id: string): Promise<Job> => (await done(api.get<Job>(`/v1/sweeps/${id}`))).body;

async function begin(api: Api, steps: number): Promise<string> {
  const headers = { 'content-type': 'text/csv' };
  const tape = await done(api.request<{ readonly id: string }>('POST', '/v1/tapes/csv?symbol=KO', { text: KO, headers }));
  const position = { tape_id: tape.body.id, cash: '100000', stock_pct: '50' };
  return (await done(api.post<Job>('/v1/sweeps', { position, parameters: parameters(steps), metric: 'total_return' }))).body.id;
}

interface Begun {
  readonly steps: number;
  /** What the job says of itself while some of its runs are stored and others are not. */
  readonly job: Job;
}

/** A sweep in the middle of its work, so large that this machine is not done with it before it is looked at. */
async function inTheMiddle(tenant: () => Promise<Api>, from = FEWEST_STEPS): Promise<Begun & { readonly api: Api }> {
  for (let steps = from; ; steps *= 2) {
    const api = await tenant();
    const id = await begin(api, steps);
    let job = await sweepOf(api, id);
    await until('a sweep that has begun', async () => (job = await sweepOf(api, id)).done > 0);
    if (job.status === 'RUNNING' && job.done < job.total) return { api, steps, job };
    if (steps * 2 > MOST_STEPS) throw new Error('every sweep was done before it could be looked at');
  }
}

/** Everything that a finished sweep says, without the names of job and runs. */
async function outcome(api: Api, id: string): Promise<string> {
  await until('the end of a sweep', async () => !['QUEUED', 'RUNNING'].includes((await sweepOf(api, id)).status), 300_000);
  const { status, summary } = await sweepOf(api, id);
  expect(status).toBe('DONE');
  const parts = [summary, await runs(api, id), (await done(api.get(`/v1/sweeps/${id}/heatmap`))).body];
  return JSON.stringify(parts).replaceAll(id, 'this');
}

const runs = async (api: Api, id: string): Promise<readonly Run[]> =>
  (await done(api.get<{ readonly items: readonly Run[] }>(`/v1/sweeps/${id}/runs`))).body.items;

describe.each(['SQLite', 'PostgreSQL'])('a sweep on %s', (kind) => {
  let folder: string;
  let env: Record<string, string>;
  let drop: () => Promise<void>;
  let server: SpawnedServer;
  const start = (): Promise<SpawnedServer> => spawnServer({ folder, env });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vb-sweeps-'));
    const database = kind === 'PostgreSQL' ? await createTestDatabase() : null;
    const url = database?.url ?? `sqlite:${join(folder, 'vb.sqlite')}`;
    env = { DATABASE_URL: url, VB_DEMO: 'false', VB_TICK_CRON: '0 0 1 1 *', VB_LOG_LEVEL: 'error', VB_BOOTSTRAP_API_KEY: OWNER_KEY };
    drop = async () => database?.drop();
    server = await start();
  }, 120_000);
  afterAll(async () => {
    await server.stop();
    await drop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Tenants share no results with each other. */
  const newTenant = async (): Promise<Api> =>
    server.api((await done(server.api().post<{ readonly key: string }>('/v1/admin/tenants', { name: 'Another' }))).body.key);

  it('that was killed or cancelled in the middle goes on and ends as an undisturbed one', async () => {
    const killed = await inTheMiddle(async () => server.api());
    const { id, total } = killed.job;
    expect(killed.job.remaining_seconds).toBeGreaterThan(0);
    await server.stop('SIGKILL');
    server = await start();
    const api = server.api();
    const kept = (await runs(api, id)).length;
    expect(kept).toBeGreaterThanOrEqual(killed.job.done);
    expect(kept).toBeLessThan(total);
    const afterKill = await outcome(api, id);
    const { done: computed, cached, remaining_seconds } = await sweepOf(api, id);
    expect([computed, cached, remaining_seconds]).toEqual([total, 0, null]);

    const undisturbed = await newTenant();
    expect(await outcome(undisturbed, await begin(undisturbed, killed.steps))).toBe(afterKill);

    const cancelled = await inTheMiddle(newTenant, killed.steps);
    const path = `/v1/sweeps/${cancelled.job.id}`;
    await done(cancelled.api.post(`${path}/cancel`));
    expect((await sweepOf(cancelled.api, cancelled.job.id)).status).toBe('CANCELLED');
    await done(cancelled.api.post(`${path}/resume`));
    const resumed = await outcome(cancelled.api, cancelled.job.id);
    if (cancelled.steps === killed.steps) expect(resumed).toBe(afterKill);
    else expect(resumed).toBe(await outcome(undisturbed, await begin(undisturbed, cancelled.steps)));
  }, 600_000);
});
