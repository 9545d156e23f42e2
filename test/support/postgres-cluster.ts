/** A PostgreSQL server of one's own: started from nothing in half a second, stopped at will, gone with the process that started it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isRoot, postgresFolder, UNPRIVILEGED } from './postgres-binaries';

export interface ClusterOptions {
  /** Off where nobody pulls the plug: an acknowledged commit may then be lost with the machine, not with a process. */
  readonly fsync?: boolean;
  /** Further lines of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Where it lies; whoever gives a folder removes it. */
  readonly home?: string;
}

export interface Cluster {
  readonly folder: string;
  /** `postgres://user:password@127.0.0.1:port/<database>` */
  url(database?: string): string;
  start(): Promise<void>;
  /** `immediate` is what a power cut does to the server's processes; `fast` ends connections in an orderly way. */
  stop(mode?: 'immediate' | 'fast'): Promise<void>;
  /** Stops it for good and removes its files. */
  dispose(): Promise<void>;
}

const run = promisify(execFile);
const identity = (): { readonly uid?: number; readonly gid?: number } => (isRoot() ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {});
const USER = 'vb_owner';

/** Ends with this process, even when it is killed. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'vb-pg-'));
  const reaper = options.home === undefined ? startReaper(home) : null;
  const cluster = await create(home, options);
  const dispose = async (): Promise<void> => {
    await cluster.stop('immediate');
    rmSync(cluster.folder, { recursive: true, force: true });
    if (reaper) await endReaper(reaper);
  };
  return { ...cluster, dispose };
}

/** Stops what runs below `home` when this process is gone or its pipe is closed. */
export function startReaper(home: string): ChildProcess {
  const reaper = spawn(process.execPath, [reaperScript(), home], { stdio: ['pipe', 'ignore', 'inherit'], detached: true });
  reaper.unref();
  if (reaper.stdin instanceof Socket) reaper.stdin.unref(); // or a cluster that a failed test left behind keeps the tests from ending
  return reaper;
}

/** Beside this file, or in the sources where this file is compiled. */
function reaperScript(): string {
  const beside = join(__dirname, 'postgres-reaper.cjs');
  return existsSync(beside) ? beside : join(__dirname, '../../../test/support/postgres-reaper.cjs');
}

async function endReaper(reaper: ChildProcess): Promise<void> {
  const ended = once(reaper, 'exit');
  reaper.ref();
  reaper.stdin?.end();
  await ended;
}

async function create(home: string, { fsync = true, settings = {} }: ClusterOptions): Promise<Omit<Cluster, 'dispose'>> {
  if (isRoot()) chmodSync(home, 0o755);
  const folder = mkdtempSync(join(home, 'cluster-'));
  if (isRoot()) chownSync(folder, UNPRIVILEGED, UNPRIVILEGED);
  const password = randomBytes(12).toString('hex');
  await initialise(folder, password);
  const port = await freePort();
  writeSettings(folder, {
    listen_addresses: "'127.0.0.1'",
    unix_socket_directories: "''",
    port,
    max_connections: 200,
    fsync: fsync ? 'on' : 'off',
    ...(fsync ? {} : { synchronous_commit: 'off', full_page_writes: 'off' }),
    log_min_messages: 'fatal',
    ...settings,
  });
  let server: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    server = await startServer(folder);
  };
  const stop = async (mode: 'immediate' | 'fast' = 'fast'): Promise<void> => {
    if (server === null) return;
    const ended = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : null;
    server.ref(); // or a program that waits for nothing else ends here
    server.kill(mode === 'immediate' ? 'SIGQUIT' : 'SIGINT');
    await ended;
    server = null;
  };
  await start();
  return { folder, start, stop, url: (database = 'postgres') => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}` };
}

async function initialise(folder: string, password: string): Promise<void> {
  const passwordFile = join(folder, '..', `password-${randomBytes(6).toString('hex')}`);
  writeFileSync(passwordFile, password);
  if (isRoot()) chownSync(passwordFile, UNPRIVILEGED, UNPRIVILEGED);
  const settings = [
    '--username',
    USER,
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
    '--encoding',
    'UTF8',
    '--locale',
    'C',
    '--no-sync',
  ];
  try {
    await run(join(postgresFolder(), 'bin', 'initdb'), ['--pgdata', folder, ...settings], {
      ...identity(),
      cwd: folder,
      env: environment(),
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function writeSettings(folder: string, settings: Readonly<Record<string, string | number>>): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  appendFileSync(join(folder, 'postgresql.conf'), `\n${lines.join('\n')}\n`);
}

/** Ready once its process file says so: nothing has to be asked over the network. */
async function startServer(folder: string): Promise<ChildProcess> {
  const log = join(folder, 'server.log');
  const output = openSync(log, 'a'); // a pipe would break when the test process that started it ends before the others
  const child = spawn(join(postgresFolder(), 'bin', 'postgres'), ['-D', folder], {
    ...identity(),
    cwd: folder,
    env: environment(),
    stdio: ['ignore', output, output],
    detached: true, // Ctrl+C must not reach it before the tests have ended
  });
  closeSync(output);
  child.unref();
  for (;;) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL did not start: ${readFileSync(log, 'utf8')}`);
    if (isReady(folder, child.pid)) return child;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const STATUS_LINE = 7;
function isReady(folder: string, pid: number | undefined): boolean {
  const file = join(folder, 'postmaster.pid');
  if (!existsSync(file)) return false;
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines[0] === String(pid) && lines[STATUS_LINE]?.trim() === 'ready';
}

/** Without what the caller's shell says of other servers. */
const environment = (): Record<string, string> => ({ PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' });

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
