/** Several processes appending to one log, against as many that insert the same rows without a tail, each in 64-row batches. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type BenchServer, withServer } from './bench-postgres';
import { compete, type Contender, ratioOf } from './measure';
import { printStandings, reach } from './report';

const EVENTS_EACH = 64 * 30;
const GOALS = [
  { count: 2, atLeast: 0.75 },
  { count: 4, atLeast: 0.65 },
] as const;

class Team {
  private constructor(private readonly children: readonly ChildProcess[]) {}

  static async start(url: string, kind: 'ours' | 'raw', count: number): Promise<Team> {
    const children = Array.from({ length: count }, (_, writer) => fork(join(__dirname, 'process-writer.js'), [url, kind, String(writer)]));
    await Promise.all(children.map(said));
    return new Team(children);
  }

  /** Everybody has made its rows; then everybody writes. */
  async ready(events: number): Promise<() => Promise<void>> {
    await this.tell({ prepare: events });
    return () => this.tell({ write: true });
  }

  async end(): Promise<void> {
    for (const child of this.children) child.disconnect();
    await Promise.all(this.children.filter(({ exitCode }) => exitCode === null).map((child) => once(child, 'exit')));
  }

  private async tell(message: object): Promise<void> {
    const answers = Promise.all(this.children.map(said));
    for (const child of this.children) child.send(message);
    await answers;
  }
}

/** Resolves at the next message; rejects where the process ends instead. */
const said = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a writing process ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', () => {
      child.removeListener('exit', onExit);
      resolve();
    });
  });

async function measure(server: BenchServer, count: number, atLeast: number): Promise<void> {
  const names = {
    ours: `ours: ${count} processes with 64 callers each, one log`,
    raw: `raw: ${count} processes, 64-row UNNEST, driver arrays, no tail`,
  };
  const teams: Team[] = [];
  const contenders: Contender[] = [];
  for (const kind of ['ours', 'raw'] as const) {
    const team = await Team.start(await server.database(), kind, count);
    teams.push(team);
    contenders.push({ name: names[kind], ready: () => team.ready(EVENTS_EACH) });
  }
  try {
    const standings = await compete(EVENTS_EACH * count, contenders);
    printStandings(`n = ${EVENTS_EACH} events a round and process`, 'events', standings);
    reach(`PostgreSQL, ${count} processes on one log / ${count} inserting raw without a tail`, ratioOf(standings[0], standings[1]), {
      atLeast,
    });
  } finally {
    for (const team of teams) await team.end();
  }
}

export async function benchProcesses(): Promise<void> {
  await withServer(async (server) => {
    for (const { count, atLeast } of GOALS) await measure(server, count, atLeast);
  });
}
