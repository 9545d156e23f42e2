/** A command's way to the store: its own, or the server that has it open. */
import type { Command } from 'commander';
import pino, { type Logger } from 'pino';
import { type App, createApp } from '../app';
import { appStreams } from '../app.streams';
import type { ReadableStream } from 'node:stream/web';
import { DomainError, messageOf } from '../kernel/errors';
import { openPlatform, type Platform } from '../platform/open-platform';
import { loadSettings } from '../platform/settings';

export interface RemoteFlags {
  readonly url?: string;
  readonly key?: string;
}

/** Adds `--url` and `--key`: with them the command asks the running server. */
export const withRemote = (command: Command): Command =>
  command.option('--url <url>', 'ask the server at this address instead of opening the store').option('--key <key>', 'API key for --url');

/** The program without background work on the store of the settings. Throws DomainError `store.locked` where a server has it open. */
export async function withApp<Result>(work: (app: App) => Promise<Result>): Promise<Result> {
  const settings = { ...loadSettings(), roles: new Set<never>(), demo: false };
  // stdout is the command's result: what a first start says goes beside it.
  const announce = (line: string): void => void process.stderr.write(`${line}\n`);
  const app = await orAskTheServer(createApp(settings, { announce, logger: quietLogger() }));
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** What every part of the program stands on, without the program, and with the heads of the logs set aside. */
export async function withPlatform<Result>(work: (platform: Platform) => Promise<Result>): Promise<Result> {
  const platform = await orAskTheServer(openPlatform(loadSettings(), { setsHeadsAside: true, logger: quietLogger() }));
  platform.registry.register(...appStreams);
  try {
    return await work(platform);
  } finally {
    await platform.opened.close();
  }
}

const quietLogger = (): Logger => pino({ level: 'error' }, pino.destination(2));

async function orAskTheServer<Opened>(opening: Promise<Opened>): Promise<Opened> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'store.locked')) throw error;
    throw new DomainError(error.code, `${error.message}\nOr ask that server: the same command with --url <its address> --key <an API key>`);
  }
}

/** One request to the running server; null where the answer is empty. Throws DomainError with the server's own sentence where it refuses. */
export async function ask<Answer>(flags: RemoteFlags, method: string, path: string, body?: object): Promise<Answer> {
  const text = await (await request(flags, method, path, body)).text();
  return (text === '' ? null : JSON.parse(text)) as Answer;
}

/** The body of an answer as it comes, however long. */
export async function askForStream(flags: RemoteFlags, path: string): Promise<ReadableStream> {
  const { body } = await request(flags, 'GET', path);
  if (!body) throw new DomainError('cli.refused', 'The server answered without a body; try again');
  return body as ReadableStream;
}

async function request({ url, key }: RemoteFlags, method: string, path: string, body?: object): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${key ?? ''}` };
  if (body) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(new URL(path, url), { method, headers, body: body ? JSON.stringify(body) : undefined });
  } catch (error) {
    throw new DomainError('cli.unreachable', `No server answers at ${url ?? ''}; check --url (${messageOf(error)})`);
  }
  if (response.ok) return response;
  const { code, detail } = (await response.json()) as { readonly detail?: string; readonly code?: string };
  throw new DomainError(code ?? 'cli.refused', detail ?? `The server answered ${response.status}`);
}
