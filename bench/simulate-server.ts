/** The server that is measured, in a process of its own: what it holds in memory is not its client's. */
import { once } from 'node:events';
import { join } from 'node:path';
import pino from 'pino';
import { type App, createApp } from '../src/app';
import { readSettings } from '../src/platform/settings';
import { TapeTable } from '../src/simulation/tape.table';
import { API_KEY, API_MOVE } from './simulate-api';
import { BARS } from './simulate-engine';
import { benchTape } from './simulated-tape';

const TENANT = 'demo';

interface Nothing {
  readonly remark: string;
  readonly standings: readonly never[];
}

const NOTHING: Nothing = { remark: '', standings: [] };

function openServer(folder: string): Promise<App> {
  const env = { DATABASE_URL: `sqlite:${join(folder, 'simulations.db')}`, VB_DEMO: 'false', VB_ROLES: 'api,worker', PORT: '0' };
  const settings = readSettings({ ...env, VB_BOOTSTRAP_API_KEY: API_KEY });
  return createApp(settings, { logger: pino({ level: 'error' }, pino.destination(2)), announce: () => undefined });
}

/** Before the server starts: what storing takes is not what a simulation takes. */
export async function storePart(folder: string): Promise<Nothing> {
  const app = await openServer(folder);
  const named = { name: 'bench', symbol: 'BENCH', exchange: '24X7' as const, source: 'upload' };
  await app.nest.get(TapeTable).add(TENANT, { ...named, tape: benchTape(BARS, API_MOVE), quotes: null });
  await app.close();
  return NOTHING;
}

/** Says where it listens, and serves until it is told to end. */
export async function servePart(folder: string): Promise<Nothing> {
  const app = await openServer(folder);
  process.send?.({ address: await app.listen() });
  await once(process, 'message');
  await app.close();
  return NOTHING;
}
