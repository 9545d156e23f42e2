/** A simulation from the request to its stored result, on bars that were stored before, in rounds with the plain loop. */
import { join } from 'node:path';
import pino from 'pino';
import { type App, createApp } from '../src/app';
import { readSettings } from '../src/platform/settings';
import { doublesOf } from '../src/simulation/price-column';
import { TapeTable } from '../src/simulation/tape.table';
import { compete, type Contender, type Standing } from './measure';
import { BARS, plainContender } from './simulate-engine';
import { benchTape } from './simulated-tape';

const KEY = 'bench-owner-key-0001';
const TENANT = 'demo';
const MOVE = 0.0012;
const ROUNDS = 7;
const PLAIN_TIMES = 20;

interface Found {
  readonly remark: string;
  readonly standings: readonly Standing[];
}

function openServer(folder: string): Promise<App> {
  const env = { DATABASE_URL: `sqlite:${join(folder, 'simulations.db')}`, VB_DEMO: 'false', VB_ROLES: 'api,worker', PORT: '0' };
  const settings = readSettings({ ...env, VB_BOOTSTRAP_API_KEY: KEY });
  return createApp(settings, { logger: pino({ level: 'error' }, pino.destination(2)), announce: () => undefined });
}

/** In a process of its own: what storing takes is not what a simulation takes. */
export async function storePart(folder: string): Promise<Found> {
  const app = await openServer(folder);
  const named = { name: 'bench', symbol: 'BENCH', exchange: '24X7' as const, source: 'upload' };
  await app.nest.get(TapeTable).add(TENANT, { ...named, tape: benchTape(BARS, MOVE), quotes: null });
  await app.close();
  return { remark: '', standings: [] };
}

interface Answer {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
  readonly items: readonly { readonly id: string }[];
}

class Client {
  private asked = 0;

  constructor(private readonly address: string) {}

  async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const headers: Record<string, string> = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    if (body) headers['idempotency-key'] = `bench-${++this.asked}`;
    const answer = await fetch(`${this.address}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  /** From the request until the job says that it is done: then everything is stored. `tried` keeps each run from being found instead of computed. */
  async simulate(tapeId: string, tried: number): Promise<void> {
    const config = { up_threshold_pct: (3 + tried / 1e6).toFixed(6) };
    let job = await this.ask('POST', '/v1/simulations', { positions: [{ tape_id: tapeId, cash: '100000', stock_pct: '50', config }] });
    while (job.status === 'QUEUED' || job.status === 'RUNNING') job = await this.ask('GET', `/v1/simulations/${job.id}`);
    if (job.status !== 'DONE') throw new Error(`the simulation is ${job.status}: ${job.error}`);
  }
}

export async function apiPart(folder: string): Promise<Found> {
  const app = await openServer(folder);
  try {
    const client = new Client(await app.listen());
    const [tape] = (await client.ask('GET', '/v1/tapes')).items;
    if (!tape) throw new Error('no bars are stored');
    let tried = 0;
    const start = process.hrtime.bigint();
    await client.simulate(tape.id, ++tried);
    const firstMs = Number(process.hrtime.bigint() - start) / 1e6;
    const { tape: loaded } = await app.nest.get(TapeTable).load(TENANT, tape.id);
    const plain = plainContender(doublesOf(loaded.close), PLAIN_TIMES);
    const whole: Contender = { name: 'request to stored result', ready: () => () => client.simulate(tape.id, ++tried) };
    const standings = await compete(BARS, [plain, whole], ROUNDS);
    return { remark: `${BARS} bars, timeline and trades stored; the first after the start took ${firstMs.toFixed(0)} ms`, standings };
  } finally {
    await app.close();
  }
}
