/** Writers and readers as processes of their own on one database: started, killed, paused, and heard. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './fleet';

export interface Program {
  readonly child: ChildProcess;
  /** What it said, line by line. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly stderr: string }>;
}

const FOLDER = join(__dirname, '../../dist/test/processes/programs');
const running = new Set<ChildProcess>();

export function startProgram(name: 'writer' | 'reader', url: string, args: readonly number[], crashAt: string | null = null): Program {
  const env = { PATH: process.env['PATH'] ?? '', ...(crashAt === null ? {} : { CRASH_AT: crashAt }) };
  const child = spawn(process.execPath, [join(FOLDER, `${name}.js`), url, ...args.map(String)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const lines: Readonly<Record<string, unknown>>[] = [];
  let stderr = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.endsWith('}')) lines.push(JSON.parse(line) as Readonly<Record<string, unknown>>); // a killed process leaves half a line
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]: readonly unknown[]) => {
    running.delete(child);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, stderr };
  });
  return { child, lines, ended };
}

/** Whatever a failed test leaves. */
export async function killPrograms(): Promise<void> {
  const living = [...running].filter((child) => child.exitCode === null && child.signalCode === null);
  const ends = living.map((child) => once(child, 'exit'));
  for (const child of living) child.kill('SIGKILL');
  await Promise.all(ends);
}

/** One life after the other, each with its end, until one is not killed. Throws where one fails. */
export async function liveOn(start: (crashAt: string | null) => Program, crashes: readonly string[]): Promise<readonly Program[]> {
  const lives: Program[] = [];
  for (const crashAt of [...crashes, null]) {
    const life = start(crashAt);
    lives.push(life);
    const { code, signal, stderr } = await life.ended;
    if (code === 0) return lives;
    if (signal !== 'SIGKILL') throw new Error(`it ended with ${String(code ?? signal)}: ${stderr}`);
  }
  return lives;
}

/** Tells each life that is at work to end, until the one that was told and was not killed: a life that is still loading would not hear it. */
export async function endLives({ lives, ended }: { readonly lives: readonly Program[]; readonly ended: Promise<unknown> }): Promise<void> {
  let isOver = false;
  const over = ended.finally(() => (isOver = true));
  const told = new Set<Program>();
  await until('a program has ended', () => {
    const life = lives.at(-1);
    if (life && !told.has(life) && life.lines.some(({ started }) => started !== undefined)) {
      told.add(life);
      life.child.kill('SIGTERM');
    }
    return Promise.resolve(isOver);
  });
  await over;
}
