/** PostgreSQL is stopped while a tick is under way, and started again: the process stays up, says why it is not ready, and loses nothing. */
import { Client } from 'pg';
import { seededRandom } from '../kills/seeded-random';
import { startCluster, type Cluster } from '../support/postgres-cluster';
import { done, type Fleet, openPositions, startFleet, until } from './fleet';

const isSoak = process.env['JEST_RUN'] === 'soak';
const OUTAGES = isSoak ? 50 : 4;
const POSITIONS = 60;
/** A process that cannot give a message back, since it does not know that it has it, keeps it for so long. */
const LEASE_MS = 60_000;
const SEED = Number(process.env['OUTAGE_SEED'] ?? Date.now() % 1_000_000_000);
const prices = ['104', '100'] as const;
const tickId = (index: number): string => new Date(Date.UTC(2026, 10, 20) + index * 300_000).toISOString();
const TERMINAL = "('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED', 'SKIPPED')";

describe(`PostgreSQL stops ${OUTAGES} times in the middle of a tick (OUTAGE_SEED=${SEED})`, () => {
  let cluster: Cluster;
  let fleet: Fleet;
  const random = seededRandom(SEED);
  const acknowledged = new Set<string>();
  const reasons: unknown[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ fsync: true });
    fleet = await startFleet(cluster.url(), [{ VB_LOG_LEVEL: 'silent' }, { VB_LOG_LEVEL: 'silent' }]);
  }, 60_000);
  afterAll(async () => {
    try {
      await fleet.stop();
    } finally {
      await cluster.dispose();
    }
  });

  it(
    'and both servers live through it',
    async () => {
      const [first, second] = fleet.servers;
      if (!first || !second) throw new Error('no servers');
      const symbols = await openPositions(first.api(), { positions: POSITIONS, qty: '500', cash: '50000' });
      const { body } = await first.api().get<{ readonly items: readonly { readonly id: string }[] }>('/v1/positions?limit=1');
      const path = `/v1/positions/${body.items[0]?.id}/deposits`;
      for (let outage = 0; outage < OUTAGES; outage++) {
        const price = prices[outage % 2];
        await Promise.all(symbols.map((symbol) => done(first.api().post('/v1/quotes', { symbol, bid: price, ask: price }))));
        const key = `deposit-${outage}`;
        const asked = [
          ...fleet.servers.map((server) => server.api().post('/v1/ticks', { tick_id: tickId(outage) })),
          second
            .api()
            .post(path, { amount: '1' }, { idempotencyKey: key })
            .then((reply) => void (reply.status === 201 && acknowledged.add(key))),
        ];
        await new Promise((resolve) => setTimeout(resolve, random.whole(0, 250)));
        await cluster.stop('immediate');
        await Promise.all(asked);
        for (const server of fleet.servers) {
          const ready = await server.api(null).get('/v1/readyz');
          reasons.push([ready.status, ready.text]);
          expect(ready.status).toBe(503);
          expect((await server.api(null).get('/v1/healthz')).status).toBe(200);
        }
        await cluster.start();
        for (const server of fleet.servers) {
          await until('the server is ready again', async () => (await server.api(null).get('/v1/readyz')).status === 200);
        }
        await done(second.api().post(path, { amount: '1' }, { idempotencyKey: key }));
        await done(first.api().post('/v1/ticks', { tick_id: tickId(outage) }));
        await until('the orders end', async () => (await open(cluster)) === '0', LEASE_MS * 3);
      }
    },
    240_000 * OUTAGES,
  );

  it('says why it is not ready', () => {
    for (const reason of reasons) expect(JSON.stringify(reason)).toMatch(/PostgreSQL/);
  });

  it('evaluated each position once per tick, and kept what it had acknowledged', async () => {
    const rows = await query(
      cluster,
      `SELECT count(*) AS times FROM events WHERE type = 'EvaluationRecorded' GROUP BY correlation_id, position_id`,
    );
    expect(rows).toHaveLength(OUTAGES * POSITIONS);
    expect(rows.filter(({ times }) => times !== '1')).toEqual([]);
    const deposits = await query(cluster, `SELECT key FROM idempotency_keys WHERE key LIKE 'deposit-%'`);
    expect(deposits).toHaveLength(OUTAGES);
    expect([...acknowledged].every((key) => deposits.some((row) => row['key'] === key))).toBe(true);
    const [moved] = await query(cluster, `SELECT count(*) AS deposits FROM events WHERE type = 'CashDeposited'`);
    expect(moved).toEqual({ deposits: String(OUTAGES) });
    expect(await query(cluster, 'SELECT order_id FROM trades GROUP BY order_id HAVING count(*) > 1')).toEqual([]);
  });

  it('leaves a log and read tables that verify', async () => {
    const api = fleet.servers[0]?.api();
    expect((await api?.post('/v1/admin/events/verify'))?.body).toMatchObject({ intact: true });
    expect((await api?.post('/v1/admin/projections/verify'))?.body).toMatchObject({ equal: true });
  });
});

/** Over a connection of its own: the one before may have died with the server. */
async function query(cluster: Cluster, sql: string): Promise<readonly Record<string, string | null>[]> {
  const client = new Client({ connectionString: cluster.url() });
  await client.connect();
  try {
    return (await client.query<Record<string, string | null>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const open = async (cluster: Cluster): Promise<string | null | undefined> =>
  (await query(cluster, `SELECT count(*) AS open FROM orders WHERE status NOT IN ${TERMINAL}`))[0]?.['open'];
