/** A command's way to the server that has the store open. */
import type { ReadableStream } from 'node:stream/web';
import type { Command } from 'commander';
import { DomainError, messageOf } from '../kernel/errors';

export interface RemoteFlags {
  readonly url?: string;
  readonly key?: string;
}

/** Adds `--url` and `--key`: with them the command asks the running server. */
export const withRemote = (command: Command): Command =>
  command.option('--url <url>', 'ask the server at this address instead of opening the store').option('--key <key>', 'API key for --url');

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
