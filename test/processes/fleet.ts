/** Server processes of the built program on one PostgreSQL database, and what its tables say in the end. */
import { Client } from 'pg';
import { type Api, OWNER_KEY, type SpawnedServer, spawnServer } from '../stories/support/server';

export interface Fleet {
  readonly servers: readonly SpawnedServer[];
  /** Rows of one statement, asked over a connection of its own. */
  rows(sql: string, values?: readonly unknown[]): Promise<readonly Record<string, string | null>[]>;
  /** What the servers complained of: they log errors only. */
  complaints(): readonly string[];
  stop(): Promise<void>;
}

const QUIET = { VB_DEMO: 'false', VB_TICK_CRON: '0 0 1 1 *', VB_LOG_LEVEL: 'error', VB_BOOTSTRAP_API_KEY: OWNER_KEY };

/** The first process creates the tenant, the others join. */
export async function startFleet(databaseUrl: string, environments: readonly Readonly<Record<string, string>>[]): Promise<Fleet> {
  const [first = {}, ...others] = environments;
  const start = (env: Readonly<Record<string, string>>): Promise<SpawnedServer> =>
    spawnServer({ env: { ...QUIET, DATABASE_URL: databaseUrl, ...env } });
  const servers = [await start(first), ...(await Promise.all(others.map(start)))];
  const client = new Client({ connectionString: databaseUrl });
  client.on('error', () => undefined); // a test that stops the database asks again on another connection
  await client.connect();
  return {
    servers,
    rows: async (sql, values = []) => (await client.query<Record<string, string | null>>(sql, [...values])).rows,
    complaints: () => servers.flatMap(complaintsOf),
    stop: async () => {
      await Promise.all([client.end(), ...servers.map((server) => server.stop())]);
    },
  };
}

export interface Holdings {
  readonly positions: number;
  readonly qty: string;
  readonly cash: string;
}

/** Positions in markets that never close, each with the same shares, cash and an anchor of 100. */
export async function openPositions(api: Api, { positions, qty, cash }: Holdings, perPortfolio = 10): Promise<readonly string[]> {
  const symbols = Array.from({ length: perPortfolio }, (_, index) => `S${index}`);
  for (const symbol of symbols) {
    await done(api.post('/v1/instruments', { symbol, exchange: '24X7', asset_type: 'CRYPTO', currency: 'USD' }));
  }
  const limits = { max_orders_per_day: 1_000_000, min_stock_pct: '0', max_stock_pct: '100' };
  await done(api.request('PUT', '/v1/config/tenant/guardrails', { body: limits }));
  let opened = 0;
  while (opened < positions) {
    const { body } = await done(api.post<{ readonly id: string }>('/v1/portfolios', { name: `P${opened}` }));
    for (const symbol of symbols.slice(0, positions - opened)) {
      await done(api.post('/v1/positions', { portfolio_id: body.id, symbol, qty, cash, anchor_price: '100' }));
      opened += 1;
    }
  }
  return symbols;
}

/** The reply, where the request was granted. */
export async function done<R extends { readonly status: number; readonly text: string }>(reply: Promise<R>): Promise<R> {
  const answer = await reply;
  if (answer.status >= 300) throw new Error(`answered ${answer.status}: ${answer.text}`);
  return answer;
}

/** Asked again while the answer is that it cannot be had now: what a scheduler does on a busy machine, and it evaluates nothing twice. */
export async function granted<R extends { readonly status: number; readonly text: string }>(
  ask: () => Promise<R>,
  refusals: string[],
): Promise<R> {
  for (let tries = 1; ; tries++) {
    const reply = await ask();
    if (reply.status !== 503 || tries > 20) return done(Promise.resolve(reply));
    refusals.push(reply.text);
  }
}

/** Asks again and again until it is so. */
export async function until(what: string, isSo: () => Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`waited ${patienceMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A timer that fires late on a busy machine says so and fires all the same. */
const LATE_TIMER = /^\[Cron\] Missed execution deadline/;

function complaintsOf(server: SpawnedServer): readonly string[] {
  const logged = server
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const said = server
    .stderr()
    .split('\n')
    .filter((line) => line.trim() !== '' && !LATE_TIMER.test(line));
  return [...logged, ...said];
}
