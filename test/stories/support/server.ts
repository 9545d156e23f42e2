/** The product over real HTTP on a real file: in this process, or as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { type App, type AppOverrides, createApp } from '../../../src/app';
import { readSettings } from '../../../src/platform/settings';

export const OWNER_KEY = 'owner-key-of-the-first-tenant';

export interface Reply<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; an empty object where there is none. */
  readonly body: Body;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
}

export interface Api {
  request<Body = Record<string, unknown>>(method: string, path: string, options?: RequestOptions): Promise<Reply<Body>>;
  get<Body = Record<string, unknown>>(path: string, options?: RequestOptions): Promise<Reply<Body>>;
  post<Body = Record<string, unknown>>(path: string, body?: unknown, options?: RequestOptions): Promise<Reply<Body>>;
  delete<Body = Record<string, unknown>>(path: string, options?: RequestOptions): Promise<Reply<Body>>;
}

/** A client of `url` with a key, or without one. */
export function apiAt(url: string, key: string | null, send: typeof fetch = fetch): Api {
  const request = async <Body>(method: string, path: string, options: RequestOptions = {}): Promise<Reply<Body>> => {
    const { body, text = body === undefined ? undefined : JSON.stringify(body), headers = {}, idempotencyKey } = options;
    const response = await send(`${url}${path}`, {
      method,
      body: text,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        ...headers,
      },
    });
    const received = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    const parsed = (isJson && received !== '' ? JSON.parse(received) : {}) as Body;
    return { status: response.status, headers: response.headers, text: received, body: parsed };
  };
  return {
    request,
    get: (path, options) => request('GET', path, options),
    post: (path, body, options) => request('POST', path, { ...options, body }),
    delete: (path, options) => request('DELETE', path, options),
  };
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly overrides?: AppOverrides;
  /** A folder that stays; a temporary one otherwise, removed at the end. */
  readonly folder?: string;
}

export interface RunningServer {
  readonly app: App;
  readonly url: string;
  readonly folder: string;
  /** What was announced to whoever started it. */
  readonly announced: readonly string[];
  /** A client with a key (the first owner's where none is named), or with none at all. */
  api(key?: string | null): Api;
  stop(): Promise<void>;
}

const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'vb-story-'));

/** The whole product in this process, on a free port, without ticks of its own and without a log unless `env` says otherwise. */
export async function startServer({ env = {}, overrides = {}, folder }: StartOptions = {}): Promise<RunningServer> {
  const home = folder ?? temporaryFolder();
  const announced: string[] = [];
  const settings = readSettings({
    PORT: '0',
    DATABASE_URL: `sqlite:${join(home, 'vb.sqlite')}`,
    VB_HEADS: join(home, 'heads'),
    VB_BOOTSTRAP_API_KEY: OWNER_KEY,
    VB_ROLES: 'api,worker',
    VB_MARKET_DATA: 'push',
    VB_LOG_LEVEL: 'silent',
    ...env,
  });
  const app = await createApp(settings, { announce: (line) => announced.push(line), ...overrides });
  const url = await app.listen();
  const stop = async (): Promise<void> => {
    await app.close();
    if (!folder) rmSync(home, { recursive: true, force: true });
  };
  return { app, url, folder: home, announced, api: (key = OWNER_KEY) => apiAt(url, key), stop };
}

export interface SpawnedServer {
  readonly child: ChildProcess;
  readonly url: string;
  readonly folder: string;
  stdout(): string;
  stderr(): string;
  api(key?: string | null): Api;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = join(__dirname, '../../../dist/src/main.js');
const READY = /^Volatility Balancing is ready at (\S+)/m;

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

interface Spawned {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  onStdout(listener: () => void): void;
}

/** A process that a failed test left behind would keep the test run from ending. */
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

function start({ env = {}, folder = temporaryFolder() }: SpawnOptions): Spawned {
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', VB_BOOTSTRAP_API_KEY: OWNER_KEY, VB_MARKET_DATA: 'push', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.on('close', () => running.delete(child));
  let [out, err] = ['', ''];
  const listeners: (() => void)[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    for (const listener of listeners) listener();
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout: out, stderr: err }));
  });
  return { child, folder, ended, stdout: () => out, stderr: () => err, onStdout: (listener) => listeners.push(listener) };
}

/** `dist/src/main.js` as a process of its own, once it says that it is ready. Build first. */
export async function spawnServer(options: SpawnOptions = {}): Promise<SpawnedServer> {
  const { child, folder, ended, stdout, stderr, onStdout } = start(options);
  const url = await new Promise<string>((resolve, reject) => {
    onStdout(() => {
      const ready = READY.exec(stdout());
      if (ready?.[1]) resolve(ready[1]);
    });
    ended.then(({ code }) => reject(new Error(`the server ended with ${code} before it was ready: ${stderr()}`)), reject);
  });
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  /** Says how the process ended where it no longer answers: "fetch failed" alone would hide it. */
  const send: typeof fetch = async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (error) {
      const end = await Promise.race([ended, new Promise<null>((resolve) => setTimeout(resolve, 1000, null))]);
      if (end === null) throw error;
      throw new Error(`the server ended with ${end.code ?? end.signal}: ${end.stdout.slice(-2000)} ${end.stderr}`, { cause: error });
    }
  };
  return { child, url, folder, stdout, stderr, api: (key = OWNER_KEY) => apiAt(url, key, send), stop };
}

/** A start that is expected to fail: waits for the end. */
export const spawnUntilEnd = (options: SpawnOptions = {}): Promise<Ended> => start(options).ended;
