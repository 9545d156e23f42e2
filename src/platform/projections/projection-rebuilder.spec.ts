import * as fc from 'fast-check';
import { ConflictError, NotFoundError } from '../../kernel/errors';
import { ProjectionFold } from './projection-fold';
import { DATABASES, openPurses, type PurseCommand, type Purses, purses } from './purses.spec-support';

const put = (amount: number): PurseCommand => ({ type: 'Put', data: { amount } });
const close: PurseCommand = { type: 'Close', data: {} };
/** Everything is in one log. */
const at = (position: number) => (position === 0 ? [] : [{ log: 1, position }]);

describe.each(DATABASES)('read tables on %s', (on) => {
  let shop: Purses;

  beforeEach(async () => {
    shop = await openPurses({ on });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await shop.close();
  });

  /** `count` deposits, each purse in turn. */
  const fill = async (count: number, streams = 100): Promise<void> => {
    for (let i = 0; i < count; i += streams) {
      const wave = Array.from({ length: Math.min(streams, count - i) }, (_, n) => i + n);
      await Promise.all(wave.map((n) => shop.run(n % 3 === 0 ? 'other' : 'demo', `purse-${n % streams}`, put(n))));
    }
  };
  const wipe = async (): Promise<void> => {
    await shop.write('DELETE FROM purses');
    await shop.write('DELETE FROM movements');
  };

  it('come back from the log to the same bytes, whatever happened', async () => {
    const amounts = fc.integer({ min: -1_000, max: 1_000 });
    const commands: fc.Arbitrary<PurseCommand> = fc.oneof(
      fc.record({ type: fc.constant('Put' as const), data: fc.record({ amount: amounts }) }),
      fc.record({ type: fc.constant('Take' as const), data: fc.record({ amount: amounts }) }),
      fc.constant(close),
    );
    const steps = fc.record({
      tenant: fc.constantFrom('demo', 'other'),
      stream: fc.constantFrom('purse-1', 'purse-2', 'purse-a-b', 'gift-1', 'gift-2'),
      command: commands,
      pauseMs: fc.integer({ min: 0, max: 90_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (history) => {
        for (const { tenant, stream, command, pauseMs } of history) {
          shop.clock.advance(pauseMs);
          await shop.run(tenant, stream, command);
        }
        const before = await shop.rows();
        await wipe();
        await shop.rebuilder.rebuild('all');
        expect(await shop.rows()).toEqual(before);
        expect(await shop.rebuilder.verify('all')).toMatchObject({ isEqual: true, positions: at(await shop.store.head(1)) });
      }),
      { numRuns: on === 'SQLite' ? 40 : 15 },
    );
  });

  it('keep their keys, checks and indexes when they are rebuilt, and commands go on with them', async () => {
    await fill(10, 2);
    const before = await shop.schema();
    expect(await shop.balance('demo', '1')).toBe(13);
    await wipe();
    await shop.rebuilder.rebuild('all');
    const kept = (await shop.schema()).filter((it) => !it.includes('__former')).map((it) => it.replace(/__2$/, ''));
    expect([...new Set(kept)]).toEqual(before);
    expect(await shop.balance('demo', '1')).toBe(13);
    await shop.run('demo', 'purse-1', put(2));
    expect(await shop.balance('demo', '1')).toBe(15);
    await expect(shop.write("UPDATE purses SET state = 'no json'")).rejects.toMatchObject({
      code: on === 'SQLite' ? 'SQLITE_CONSTRAINT_CHECK' : '22P02',
    });
    expect(await shop.rebuilder.verify('all')).toMatchObject({ isEqual: true });
  });

  it('lose nothing that is appended while they are rebuilt, and stay readable', async () => {
    await fill(2_500);
    const rebuilt = shop.rebuilder.rebuild('all').then(() => true);
    let appended = 0;
    while (!(await Promise.race([rebuilt, Promise.resolve(false)]))) {
      await Promise.all([shop.run('demo', `purse-${appended % 120}`, put(1)), shop.run('demo', `gift-${appended % 5}`, put(1))]);
      expect((await shop.rows())[0]?.length).toBeGreaterThanOrEqual(100);
      appended += 1;
    }
    expect(appended).toBeGreaterThan(1);
    expect(await shop.rebuilder.verify('all')).toMatchObject({ isEqual: true, positions: at(2_500 + appended * 2) });
  });

  it('lose nothing either where reading the log takes its time', async () => {
    await fill(300);
    const heads = shop.tables.heads.bind(shop.tables);
    let late = 4;
    jest.spyOn(shop.tables, 'heads').mockImplementation(async () => {
      const found = await heads();
      if (late-- > 2) await shop.run('demo', 'gift-1', put(1));
      return found;
    });
    const { positions } = await shop.rebuilder.rebuild('all');
    expect(positions).toEqual(at(302));
    expect(await shop.rebuilder.verify('all')).toMatchObject({ isEqual: true, positions: at(302) });
  });

  it('are compared as of one position while others go on writing', async () => {
    await fill(2_500);
    const verified = shop.rebuilder.verify('all');
    const later = fill(200);
    const { isEqual, positions } = await verified;
    expect(isEqual).toBe(true);
    if (on === 'SQLite') expect(positions).toEqual(at(2_500));
    await later;
  });

  it('tell which cell of which row was altered behind the back of the log', async () => {
    await fill(9, 3);
    await shop.write("UPDATE purses SET balance = 77 WHERE tenant_id = 'demo' AND purse_id = '1'");
    const report = await shop.rebuilder.verify('purses');
    expect(report).toMatchObject({
      isEqual: false,
      positions: at(9),
      tables: [{ table: 'purses', rows: 3, changed: 1, missing: 0, surplus: 0 }],
    });
    expect(report.tables[0]?.differences).toEqual([
      {
        kind: 'changed',
        table: 'purses',
        key: { log: 1, tenant_id: 'demo', purse_id: '1' },
        column: 'balance',
        live: '77',
        expected: '12',
      },
    ]);
    await shop.rebuilder.rebuild('purses');
    expect(await shop.rebuilder.verify('all')).toMatchObject({ isEqual: true });
  });

  it('tell null from an empty text and one letter from another', async () => {
    await shop.run('demo', 'purse-1', put(1));
    await shop.write("UPDATE movements SET remark = ''");
    await shop.write("UPDATE purses SET state = replace(state, 'ü', 'Ü')");
    const { tables } = await shop.rebuilder.verify('all');
    const found = tables.flatMap(({ differences }) => differences.map(({ table, column, live }) => [table, column, live]));
    expect(found).toEqual([
      ['purses', 'state', expect.stringContaining('Ü')],
      ['movements', 'remark', '""'],
    ]);
  });

  it('tell which rows are missing and which should not be there', async () => {
    await fill(9, 3);
    await shop.write("DELETE FROM purses WHERE purse_id = '2'");
    await shop.write("INSERT INTO movements VALUES (1, 'stranger', '9', 'CashDeposited', 5, 'event-x', NULL)");
    const { tables, isEqual } = await shop.rebuilder.verify('all');
    expect(isEqual).toBe(false);
    expect(tables).toMatchObject([
      { table: 'purses', rows: 3, missing: 1, surplus: 0, changed: 0, differences: [{ kind: 'missing', key: { purse_id: '2' } }] },
      {
        table: 'movements',
        missing: 0,
        surplus: 1,
        changed: 0,
        differences: [{ kind: 'surplus', key: { tenant_id: 'stranger', owner: '9' } }],
      },
    ]);
  });

  it('count every difference and describe the first twenty', async () => {
    await fill(60, 60);
    await shop.write('UPDATE purses SET balance = balance + 1');
    const { tables } = await shop.rebuilder.verify('purses');
    expect(tables[0]).toMatchObject({ changed: 60, missing: 0, surplus: 0 });
    expect(tables[0]?.differences).toHaveLength(20);
  });

  it('are rebuilt with all that write into them, so that none loses the rows of another', async () => {
    await shop.run('demo', 'purse-1', put(1));
    await shop.run('demo', 'gift-1', put(2));
    const before = await shop.rows();
    await shop.rebuilder.rebuild('gifts');
    expect(await shop.rows()).toEqual(before);
  });

  it('stay as they were where an event cannot be folded, and the event is named', async () => {
    await fill(9, 3);
    const before = [await shop.rows(), await shop.schema()];
    jest.spyOn(purses.decider, 'evolve').mockImplementation(() => {
      throw new Error('unexpected "PurseBurnt"');
    });
    await expect(shop.rebuilder.rebuild('all')).rejects.toMatchObject({
      code: 'projections.fold_failed',
      message: expect.stringContaining('position 1 (CashDeposited of purse-') as string,
    });
    jest.restoreAllMocks();
    expect([await shop.rows(), await shop.schema()]).toEqual(before);
    await shop.rebuilder.rebuild('all');
  });

  it('are rebuilt also where an earlier rebuild was killed half-way', async () => {
    await fill(9, 3);
    await shop.write('CREATE TABLE purses__rebuild (purse_id TEXT)');
    await shop.write("INSERT INTO purses__rebuild VALUES ('left over')");
    expect(await shop.rebuilder.rebuild('all')).toEqual({
      positions: at(9),
      tables: [
        { table: 'purses', rows: 3 },
        { table: 'movements', rows: 3 },
      ],
    });
    expect(await shop.rebuilder.verify('all')).toMatchObject({ isEqual: true });
  });

  it('are rebuilt by one at a time, who sees how far it is', async () => {
    await fill(2_100);
    const seen: string[] = [];
    const first = shop.rebuilder.rebuild('all', ({ events, total }) => seen.push(`${events}/${total}`));
    await expect(shop.rebuilder.rebuild('purses')).rejects.toThrow(ConflictError);
    await first;
    expect(seen).toEqual(['1024/2100', '2048/2100', '2100/2100']);
  });

  it('take no more memory for a longer history of the same rows', async () => {
    await fill(60, 3);
    const fold = new ProjectionFold(shop.registry.projections(), 1, 100, true);
    const events = await shop.store.readAll({ log: 1, limit: 100 });
    fold.apply(events);
    expect(fold.pending).toBe(6);
    expect(fold.take()).toHaveLength(6);
    expect([fold.pending, fold.take()]).toEqual([0, []]);
  });

  it('are listed with their versions and rows; an unknown name is refused', async () => {
    await fill(3, 3);
    expect(await shop.rebuilder.list()).toEqual([
      { name: 'purses', version: 1, table: 'purses', rows: 3, live: null, former: null, building: null },
      { name: 'movements', version: 1, table: 'movements', rows: 3, live: null, former: null, building: null },
      { name: 'gifts', version: 1, table: 'movements', rows: 3, live: null, former: null, building: null },
    ]);
    await expect(shop.rebuilder.rebuild('purse')).rejects.toThrow(NotFoundError);
    await expect(shop.rebuilder.verify('')).rejects.toThrow(NotFoundError);
  });
});
