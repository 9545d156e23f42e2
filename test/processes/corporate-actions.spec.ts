/** Two programs on one PostgreSQL process the same ex-date and the same payment at once: one accrual, one payment. */
import { ActionWorld } from '../stories/support/action-world';
import { createTestDatabase, type TestDatabase } from '../support/postgres-databases';

const NIGHT = '2026-06-12T07:30:00.000Z';
const PAY_NIGHT = '2026-06-30T07:30:00.000Z';

describe('two programs that process corporate actions at once', () => {
  let database: TestDatabase;
  beforeAll(async () => (database = await createTestDatabase()), 120_000);
  afterAll(() => database.drop());

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
});
