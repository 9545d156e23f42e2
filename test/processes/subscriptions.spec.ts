/** Writers and readers of one PostgreSQL as processes that are killed inside their flushes, and one that is paused past its lease. */
import { randomInt } from 'node:crypto';
import { Client } from 'pg';
import { parseDatabaseUrl } from '../../src/platform/database/database-url';
import { openEventStore } from '../../src/platform/event-store/open-event-store';
import { SystemClock } from '../../src/platform/time/system-clock.adapter';
import { seededRandom } from '../kills/seeded-random';
import { createTestDatabase, type TestDatabase } from '../support/postgres-databases';
import { until } from './fleet';
import { endLives, killPrograms, liveOn, type Program, startProgram } from './store-programs';

const isLong = process.env['JEST_RUN'] === 'soak';
const EVENTS = isLong ? 1_000_000 : 50_000;
const PATIENCE_MS = isLong ? 3_600_000 : 300_000;
const PER_CALL = 5;
const [WRITERS, READERS, LOGS] = [4, 4, 2];
/** Of one run; `PROCESS_SEED=<number>` repeats its plan. */
const seed = Number(process.env['PROCESS_SEED'] ?? randomInt(2 ** 31));
const EFFECTS = `CREATE TABLE effects (log BIGINT NOT NULL, tenant_id TEXT NOT NULL, id TEXT NOT NULL, position BIGINT NOT NULL,
  stream TEXT NOT NULL, holder TEXT NOT NULL, place BIGSERIAL, PRIMARY KEY (log, tenant_id, id))`;
const TAKEN = `INSERT INTO idempotency_keys (log, tenant_id, key, fingerprint, status, body, recorded_at)
  SELECT log, 'demo', 'taken', '', 1, '', '' FROM generate_series(1, ${LOGS}) AS log`;
const HANDLED = "SELECT log, position, stream FROM events WHERE type = 'OrderQueued'";

/** Calls that one life of a writer said were done, and the next one did not find. */
function lostBy(lives: readonly Program[]): number {
  const done = new Set<unknown>();
  let lost = 0;
  for (const { lines } of lives) {
    const found = new Set(lines.flatMap((line) => (line['found'] as readonly unknown[] | undefined) ?? []));
    lost += [...done].filter((call) => !found.has(call)).length;
    for (const line of lines) if (line['done'] !== undefined) done.add(line['done']);
  }
  return lost;
}

describe('processes on one PostgreSQL', () => {
  let database: TestDatabase;
  let client: Client;

  beforeEach(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(EFFECTS);
    await client.query(TAKEN);
  });
  afterEach(async () => {
    await killPrograms();
    await client.end();
    await database.drop();
  });

  const rows = async (sql: string) => (await client.query<Record<string, string | null>>(sql)).rows;
  const count = async (sql: string): Promise<number> => Number((await rows(`SELECT count(*) AS n FROM (${sql}) AS counted`))[0]?.['n']);
  const handledTwice = `SELECT log, position FROM effects GROUP BY log, position HAVING count(*) > 1`;
  const notHandled = `${HANDLED} EXCEPT SELECT log, position, stream FROM effects`;
  const outOfOrder = `SELECT 1 FROM (SELECT position, lag(position) OVER (PARTITION BY log, stream ORDER BY place) AS former FROM effects) AS e
    WHERE former >= position`;

  it(
    'lose nothing, do nothing twice and leave no hole, however many of them are killed while they write',
    async () => {
      const random = seededRandom(seed);
      const startedAt = performance.now();
      const crashes = (times: number, latest: number): readonly string[] =>
        Array.from({ length: times }, () => {
          const place = random.pick(['flush:begin', 'flush:mid', 'flush:mid', 'flush:before-commit', 'flush:after-commit']);
          return `${place}:${random.whole(2, latest)}`;
        });
      const calls = EVENTS / PER_CALL / WRITERS;
      const readers = Array.from({ length: READERS }, () => {
        const lives: Program[] = [];
        const start = (crashAt: string | null): Program => {
          const life = startProgram('reader', database.url, [3_000, 1, 0], crashAt);
          lives.push(life);
          return life;
        };
        return { lives, ended: liveOn(start, crashes(isLong ? 10 : 3, 150)) };
      });
      const writers = await Promise.all(
        Array.from({ length: WRITERS }, (_, writer) =>
          liveOn((crashAt) => startProgram('writer', database.url, [writer, calls, LOGS], crashAt), crashes(isLong ? 20 : 5, 20)),
        ),
      );
      await until('every event is handled', async () => (await count(notHandled)) === 0, PATIENCE_MS);
      await Promise.all(readers.map(endLives));

      const said = [...writers.flat(), ...readers.flatMap(({ lives }) => lives)];
      const kills = said.filter(({ child }) => child.signalCode === 'SIGKILL').length;
      const violations = {
        lost: writers.reduce((sum, lives) => sum + lostBy(lives), 0),
        missing: EVENTS - (await count('SELECT 1 FROM events')),
        doomed: await count("SELECT 1 FROM events WHERE unique_key LIKE 'doomed:%'"),
        twice: await count('SELECT unique_key FROM events GROUP BY unique_key HAVING count(*) > 1'),
        holes: await count('SELECT log FROM events GROUP BY log HAVING max(position) <> count(*) OR min(position) <> 1'),
        versions: await count('SELECT stream FROM events GROUP BY log, stream HAVING max(version) <> count(*)'),
        notHandled: await count(notHandled),
        handledTwice: await count(handledTwice),
        invented: await count(`SELECT log, position, stream FROM effects EXCEPT ${HANDLED}`),
        outOfOrder: await count(outOfOrder),
        parked: await count('SELECT 1 FROM parked_streams'),
        chains: await brokenChains(),
      };
      const wall_s = Math.round((performance.now() - startedAt) / 100) / 10;
      process.stdout.write(`${JSON.stringify({ id: 'writers and readers', seed, n: EVENTS, kills, violations, wall_s })}\n`);
      expect(Object.entries(violations).filter(([, found]) => found !== 0)).toEqual([]);
      expect(kills).toBeGreaterThan(READERS + WRITERS);
    },
    PATIENCE_MS,
  );

  const brokenChains = async (): Promise<number> => {
    const opened = await openEventStore({
      ...parseDatabaseUrl(database.url),
      clock: new SystemClock(),
      onListenerError: () => undefined,
    });
    const reports = await Promise.all((await opened.store.logs()).map((log) => opened.store.verify(log)));
    await opened.close();
    return reports.filter(({ firstBad }) => firstBad !== null).length;
  };

  it(
    'believe nothing that one of them writes which was paused past its lease',
    async () => {
      const write = (writer: number): Promise<unknown> => liveOn(() => startProgram('writer', database.url, [writer, 40, 1]), []);
      await write(0);
      const paused = startProgram('reader', database.url, [1_500, 50, 1_000]);
      const pages = (word: string) => paused.lines.filter((line) => line[word] !== undefined).length;
      await until('it is at work', async () => pages('handling') > 0);
      paused.child.kill('SIGSTOP');
      const heir = startProgram('reader', database.url, [1_500, 50, 0]);
      await until('the heir has handled everything', async () => (await count(notHandled)) === 0);
      await write(1);
      await until('the heir has handled what came later', async () => (await count(notHandled)) === 0);
      const effects = await rows('SELECT id, position FROM effects ORDER BY place');
      expect(pages('handled')).toBe(0);
      paused.child.kill('SIGCONT');
      await until('it is through with the pages it was at', async () => pages('handled') === pages('handling'));
      const holders = 'SELECT DISTINCT holder FROM subscriptions';
      await until('it has its share again', async () => (await rows(holders)).length === 2);
      expect(await rows('SELECT id, position FROM effects ORDER BY place')).toEqual(effects);
      expect(await count(`SELECT 1 FROM effects WHERE holder = 'reader-${paused.child.pid}'`)).toBe(0);
      expect([await count(handledTwice), await count(outOfOrder)]).toEqual([0, 0]);
      for (const { child } of [paused, heir]) child.kill('SIGTERM');
      await Promise.all([paused.ended, heir.ended]);
    },
    PATIENCE_MS,
  );
});
