/** A command's way to the store: its own, or the server that has it open. */
import type { Command } from 'commander';
import pino from 'pino';
import { type App, createApp } from '../app';
import { DomainError, messageOf } from '../kernel/errors';
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
  let app: App;
  try {
    // stdout is the command's result: what a first start says goes beside it.
    const announce = (line: string): void => void process.stderr.write(`${line}\n`);
    app = await createApp(settings, { announce, logger: pino({ level: 'error' }, pino.destination(2)) });
  } catch (error) {
    if (error instanceof DomainError && error.code === 'store.locked') {
      throw new DomainError(
        error.code,
        `${error.message}\nOr ask that server: the same command with --url <its address> --key <an API key>`,
      );
    }
    throw error;
  }
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** One request to the running server. Throws DomainError with the server's own sentence where it refuses. */
export async function ask<Answer>({ url, key }: RemoteFlags, method: string, path: string, body?: object): Promise<Answer> {
  const headers: Record<string, string> = { authorization: `Bearer ${key ?? ''}` };
  if (body) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(new URL(path, url), { method, headers, body: body ? JSON.stringify(body) : undefined });
  } catch (error) {
    throw new DomainError('cli.unreachable', `No server answers at ${url ?? ''}; check --url (${messageOf(error)})`);
  }
  const text = await response.text();
  const answer = JSON.parse(text === '' ? '{}' : text) as Answer & { readonly detail?: string; readonly code?: string };
  if (!response.ok) throw new DomainError(answer.code ?? 'cli.refused', answer.detail ?? `The server answered ${response.status}`);
  return answer;
}
