/** A simulation from the request to its stored result, on bars that were stored before, in rounds with the plain loop. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { compete, type Contender } from './measure';
import { BARS, plainContender } from './simulate-engine';
import type { Measured } from './simulate-measured';
import { walk } from './simulated-tape';

export const API_KEY = 'bench-owner-key-0001';
export const API_MOVE = 0.0012;
const ROUNDS = 7;
const PLAIN_TIMES = 20;
/** An impatient client, and still one that does not fill the server with requests. */
const POLL_MS = 5;

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
    const headers: Record<string, string> = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    if (body) headers['idempotency-key'] = `bench-${++this.asked}`;
    const answer = await fetch(`${this.address}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  /** From the request until the job says that it is done: then everything is stored. `tried` keeps each run from being found instead of computed. */
  async simulate(tapeId: string, tried: number): Promise<void> {
    const config = { up_threshold_pct: (3 + tried / 1e6).toFixed(6) };
    let job = await this.ask('POST', '/v1/simulations', { positions: [{ tape_id: tapeId, cash: '100000', stock_pct: '50', config }] });
    while (job.status === 'QUEUED' || job.status === 'RUNNING') {
      await setTimeout(POLL_MS);
      job = await this.ask('GET', `/v1/simulations/${job.id}`);
    }
    if (job.status !== 'DONE') throw new Error(`the simulation is ${job.status}: ${job.error}`);
  }
}

async function messageOf<Message>(server: ChildProcess): Promise<Message> {
  const [message] = (await once(server, 'message')) as [Message];
  return message;
}

/** The client and the plain loop run here, the server beside: the memory is the server's. */
export async function apiPart(folder: string): Promise<Measured> {
  const server = fork(join(__dirname, 'simulate-part.js'), ['serve', folder]);
  const { address } = await messageOf<{ readonly address: string }>(server);
  const client = new Client(address);
  const [tape] = (await client.ask('GET', '/v1/tapes')).items;
  if (!tape) throw new Error('no bars are stored');
  let tried = 0;
  const start = process.hrtime.bigint();
  await client.simulate(tape.id, ++tried);
  const firstMs = Number(process.hrtime.bigint() - start) / 1e6;
  const plain = plainContender(
    walk(BARS, API_MOVE, 7).map((units) => units / 1e8),
    PLAIN_TIMES,
  );
  const whole: Contender = { name: 'request to stored result', ready: () => () => client.simulate(tape.id, ++tried) };
  const standings = await compete(BARS, [plain, whole], ROUNDS);
  server.send('end');
  const { peakMb } = await messageOf<Measured>(server);
  return { remark: `${BARS} bars, timeline and trades stored; the first after the start took ${firstMs.toFixed(0)} ms`, standings, peakMb };
}
