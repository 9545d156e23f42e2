/** Programs on one PostgreSQL that take over announcements, reach an ex-date and pay at once, some of them killed: everything once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublishedCalendar } from '../../src/market-data/published-calendar';
import { ActionWorld } from '../stories/support/action-world';
import { vb, vbJson } from '../stories/support/vb';
import { createTestDatabase, type TestDatabase } from '../support/postgres-databases';

const NIGHT = '2026-06-12T07:30:00.000Z';
const PAY_NIGHT = '2026-06-30T07:30:00.000Z';

describe('programs that process corporate actions at once', () => {
  let database: TestDatabase;
  beforeEach(async () => (database = await createTestDatabase()), 120_000);
  afterEach(() => database.drop());

  it('accrue once, split once and pay once', async () => {
    const one = await ActionWorld.open({ start: '2026-06-01T15:00:00.000Z', databaseUrl: database.url });
    const other = await ActionWorld.open({ start: '2026-06-01T15:00:00.000Z', databaseUrl: database.url });
    const ids = [await one.openPosition(), await other.openPosition(), await one.openPosition()];
    await one.split('2026-06-12', '2:1', true);
    await other.dividend({ ex_date: '2026-06-12', amount_per_share: '1', pay_date: '2026-06-30' }, true);
    for (const night of [NIGHT, PAY_NIGHT]) {
      for (const world of [one, other]) world.clock.set(night);
      await Promise.all([one.process(), other.process(), one.process(), other.process()]);
    }
    for (const id of ids) {
      expect((await other.types(id)).slice(1).toSorted()).toEqual(['DividendAccrued', 'DividendPaid', 'SplitApplied']);
      expect(await one.position(id)).toMatchObject({ qty: '200', cash: '10200', dividend_receivable: '0' });
    }
    await Promise.all([one.close(), other.close()]);
  }, 120_000);

  it('announce, accrue and pay once where they are killed in between, and two others go on together', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vb-killed-jobs-'));
    try {
      const world = await ActionWorld.open({ start: '2021-06-15T15:00:00.000Z', databaseUrl: database.url });
      const ids = [await world.openPosition(), await world.openPosition(), await world.openPosition()];
      await world.dividend({ ex_date: '2021-07-02', amount_per_share: '1', pay_date: '2021-07-27' }, true);
      await world.close();
      const [ex, pay] = tradingDaysAhead();
      writeFileSync(join(folder, 'KO.actions.csv'), `ex_date,type,value,pay_date\n${ex},dividend,0.46,${pay}\n${ex},split,2/1,\n`);
      const files = { VB_ANNOUNCEMENTS: 'csv', VB_MARKET_DATA_CSV: folder };
      const env = { DATABASE_URL: database.url, VB_DEMO: 'false', ...files };
      const run = async (job: string, crashAt?: string): Promise<string | null> =>
        (await vb(['actions', job], { folder, env: { ...env, ...(crashAt === undefined ? {} : { CRASH_AT: crashAt }) } })).signal;

      expect(await run('ingest', 'flush:after-commit:1')).toBe('SIGKILL');
      for (const point of ['flush:before-commit:2', 'flush:after-commit:3']) expect(await run('process', point)).toBe('SIGKILL');
      expect(await Promise.all(['ingest', 'process', 'ingest', 'process'].map((job) => run(job)))).toEqual([null, null, null, null]);
      expect(await vbJson(['actions', 'ingest'], { folder, env })).toMatchObject({ announced: 0, failed: 0 });
      expect(await vbJson(['actions', 'process'], { folder, env })).toMatchObject({ applied: 0, paid: 0, waiting: 0 });

      const after = await ActionWorld.open({ start: '2021-08-02T15:00:00.000Z', databaseUrl: database.url });
      for (const id of ids) {
        expect((await after.types(id)).slice(1)).toEqual(['DividendAccrued', 'DividendPaid']);
        expect(await after.position(id)).toMatchObject({ cash: '10100', dividend_receivable: '0', total_dividends_net: '100' });
      }
      const [, ...announced] = await after.announcements();
      expect(announced.map(({ type, revision, status, version }) => [type, revision, status, version])).toEqual([
        ['CASH_DIVIDEND', 1, 'ANNOUNCED', 1],
        ['SPLIT', 1, 'ANNOUNCED', 1],
      ]);
      expect(await after.verify()).toBe(true);
      await after.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 240_000);
});

/** The processes have the machine's clock: an ex-date and a pay date that a provider would name today. */
function tradingDaysAhead(): readonly [string, string] {
  const day = (ahead: number): string => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  const calendar = new PublishedCalendar();
  const next = (date: string): string => calendar.nextTradingDay('XNYS', date) ?? date;
  return [next(day(20)), next(day(40))];
}
