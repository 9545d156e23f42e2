/** The built program as processes of their own: the server that is killed, and `vb` that looks at what it left. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export const OWNER_KEY = 'owner-key-of-the-killed-server';
const PROGRAM = join(__dirname, '../../dist/src');
const READY = /^Volatility Balancing is ready at (\S+)/m;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServerProcess {
  /** Its address once it is ready; null where it died before. */
  readonly ready: Promise<string | null>;
  readonly ended: Promise<Ended>;
  isDead(): boolean;
  send(signal: NodeJS.Signals): void;
}

const environment = (folder: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  DATABASE_URL: `sqlite:${join(folder, 'vb.sqlite')}`,
  PORT: '0',
  VB_BOOTSTRAP_API_KEY: OWNER_KEY,
  VB_MARKET_DATA: 'push',
  VB_DEMO: 'false',
  VB_TICK_CRON: '0 0 1 1 *', // only the test ticks
  VB_PAPER_PARTIAL_FILLS: 'true',
  VB_PAPER_LATENCY_MS: '2',
  VB_LOG_LEVEL: 'error',
});

function start(script: string, args: readonly string[], folder: string, extra: Record<string, string>): ChildProcess {
  const env = { ...environment(folder), ...extra };
  return spawn(process.execPath, [join(PROGRAM, script), ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function watch(child: ChildProcess, onStdout: (text: string) => void = () => undefined): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => onStdout((stdout += chunk.toString())));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

export function startServer(folder: string, crashAt: string | null): ServerProcess {
  const child = start('main.js', [], folder, crashAt === null ? {} : { CRASH_AT: crashAt });
  let announce: (url: string | null) => void;
  const ready = new Promise<string | null>((resolve) => (announce = resolve));
  let dead = false;
  child.once('exit', () => (dead = true));
  const ended = watch(child, (text) => {
    const url = READY.exec(text)?.[1];
    if (url) announce(url);
  });
  void ended.then(() => announce(null));
  return { ready, ended, isDead: () => dead, send: (signal) => void child.kill(signal) };
}

/** One `vb` command; gives what it printed as JSON. Throws where its exit code is not 0. */
export async function vb<Answer>(folder: string, args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await watch(start('cli.js', args, folder, {}));
  if (code !== 0) throw new Error(`vb ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as Answer;
}
