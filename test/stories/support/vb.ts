/** The command line as a process of its own: `node dist/src/cli.js …` in a folder, with nothing of this shell's settings. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = join(__dirname, '../../../dist/src/cli.js');

export interface VbOptions {
  /** Where it runs; its store is below, in `data`. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another program than the command line, built. */
  readonly program?: string;
}

export interface VbEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface VbProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<VbEnd>;
}

const running = new Set<ChildProcess>();

/** Starts it and gives it back at once. Throws where the program was not built. */
export function startVb(args: readonly string[], { folder = tmpdir(), env = {}, program = CLI }: VbOptions = {}): VbProcess {
  if (!existsSync(program)) throw new Error(`${program} is missing: run "npm run build" before these tests`);
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', VB_LOG_LEVEL: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  running.add(child);
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<VbEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { child, ended };
}

/** Runs it to its end. */
export const vb = (args: readonly string[], options: VbOptions = {}): Promise<VbEnd> => startVb(args, options).ended;

/** What it prints as JSON. Throws with all it said where it did not end with 0. */
export async function vbJson<Answer>(args: readonly string[], options: VbOptions = {}): Promise<Answer> {
  const { code, stdout, stderr } = await vb([...args, '--json'], options);
  if (code !== 0) throw new Error(`vb ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as Answer;
}

/** Says no as a person wants to hear it: this exit code, nothing on stdout, one sentence on stderr and no stack trace. */
export function expectRefusal({ code, stdout, stderr }: VbEnd, exitCode: number, sentence: RegExp): void {
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
}

/** Two at a time, for the processes are most of the time; the results in the order of `items`. */
export async function inPairs<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all([lane(), lane()]);
  return results;
}

/** Folders that are gone after each test, with whatever still runs in them. */
export function scratchFolders(): () => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'vb-cli-'));
    folders.push(folder);
    return folder;
  };
}
