/** A running product with one instrument, a market that is open, and the few requests that every story starts with. */
import { IntentQueue } from '../../../src/platform/queue/queue.port';
import { VirtualClock } from '../../../src/platform/time/virtual-clock';
import { createTestDatabase } from '../../support/postgres-databases';
import { type Api, OWNER_KEY, type Reply, type RunningServer, startServer } from './server';

/** A Friday, ten in the morning in New York: the regular session. */
export const OPENING = '2026-11-20T15:00:00.000Z';

export type Json = Record<string, unknown>;
export interface Listed<Item = Json> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

export interface World {
  readonly server: RunningServer;
  readonly clock: VirtualClock;
  /** The first owner, platform admin too: what he pushes holds for everybody. */
  readonly owner: Api;
  newTenant(): Promise<{ readonly api: Api; readonly key: string }>;
  /** A key of `api`'s own tenant with these roles. */
  keyWith(api: Api, ...roles: readonly string[]): Promise<Api>;
  openPortfolio(api?: Api): Promise<string>;
  /** In a portfolio of its own, unless the terms name one. */
  openPosition(terms?: Json, api?: Api): Promise<string>;
  quote(last: string): Promise<void>;
  /** A message that failed for good, of a queue that nobody works on; gives the id that operators use. */
  deadMessage(tenantId: string, queue: string, id: string): Promise<string>;
  /** A stream that no reader gets on with; gives the id that operators use. */
  parkedStream(stream: string): Promise<string>;
  /** Everything the log holds; equal before and after where nothing happened. */
  head(): Promise<number>;
  stop(): Promise<void>;
}

let keys = 0;
export const newKey = (): string => `story-${++keys}`;

/** The body of an answer that has to be there. */
export function ok<Body>(reply: Reply<Body>): Body {
  if (reply.status >= 300) throw new Error(`refused with ${reply.status}: ${reply.text}`);
  return reply.body;
}

/** Asks until the answer is as it should be: what a queue does takes a moment. */
export async function until<Answer>(ask: () => Promise<Answer>, isThere: (answer: Answer) => boolean): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const answer = await ask();
    if (isThere(answer)) return answer;
    if (tries > 2_000) throw new Error(`it never came: ${JSON.stringify(answer)}`);
  }
}

export type DatabaseKind = 'SQLite' | 'PostgreSQL';

export interface WorldOptions {
  /** Without the role `worker` orders stay queued until somebody says what became of them. */
  readonly roles?: string;
  readonly database?: DatabaseKind;
  /** Further settings. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function startWorld({ roles = 'api,worker', database = 'SQLite', env: more = {} }: WorldOptions = {}): Promise<World> {
  const clock = new VirtualClock(OPENING);
  const scratch = database === 'PostgreSQL' ? await createTestDatabase() : null;
  const env = { ...more, VB_ROLES: roles, ...(scratch ? { DATABASE_URL: scratch.url } : {}) };
  const server = await startServer({ env, overrides: { clock } });
  const owner = server.api(OWNER_KEY);
  ok(await owner.post('/v1/instruments', { symbol: 'KO', exchange: 'XNYS', asset_type: 'EQUITY', currency: 'USD' }));
  const openPortfolio = async (api: Api = owner): Promise<string> =>
    ok(await api.post<{ id: string }>('/v1/portfolios', { name: 'Story' })).id;
  return {
    server,
    clock,
    owner,
    newTenant: async () => {
      const { key } = ok(await owner.post<{ key: string }>('/v1/admin/tenants', { name: 'Another' }));
      return { api: server.api(key), key };
    },
    keyWith: async (api, ...roles) => server.api(ok(await api.post<{ key: string }>('/v1/api-keys', { roles })).key),
    openPortfolio,
    openPosition: async (terms = {}, api = owner) => {
      const portfolio_id = 'portfolio_id' in terms ? terms['portfolio_id'] : await openPortfolio(api);
      const body = { symbol: 'KO', qty: '100', cash: '10000', anchor_price: '100', ...terms, portfolio_id };
      return ok(await api.post<{ id: string }>('/v1/positions', body)).id;
    },
    quote: async (last) => void ok(await owner.post('/v1/quotes', { symbol: 'KO', last, ts: clock.now() })),
    deadMessage: async (tenantId, queue, id) => {
      const messages = server.app.nest.get(IntentQueue);
      await messages.enqueue({ tenantId, queue, id, payload: '{}' });
      const claimed = await messages.claim(queue, 10, 60_000);
      for (const message of claimed) await messages.bury(message, 'no handler');
      return `${tenantId}:${queue}:${id}`;
    },
    parkedStream: async (stream) => {
      const { sql } = server.app.platform.opened;
      await sql.write(
        `INSERT INTO parked_streams (log, tenant_id, subscription, stream, first_position, first_version, error, tries, parked_at, state)
         VALUES (1, 'demo', 'send-orders', ?, 1, 1, 'makes no sense', 5, ?, 'PARKED')`,
        [stream, clock.now()],
      );
      return `1:demo:send-orders:${stream}`;
    },
    head: () => server.app.platform.opened.store.count(),
    stop: async () => {
      await server.stop();
      await scratch?.drop();
    },
  };
}
