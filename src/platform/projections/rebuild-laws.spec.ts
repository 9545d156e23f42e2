/** What holds for every rebuild, wherever it is cut off and however little memory it has. */
import * as fc from 'fast-check';
import { ConflictError, UnavailableError } from '../../kernel/errors';
import type { FoldIo } from './fold-io';
import { DATABASES, openPurses, type PurseCommand, type PurseOptions, type Purses } from './purses.spec-support';

const put = (amount: number): PurseCommand => ({ type: 'Put', data: { amount } });

describe.each(DATABASES)('a rebuild on %s', (on) => {
  let shop: Purses;
  const opened = async (options: PurseOptions = {}): Promise<Purses> => (shop = await openPurses({ on, ...options }));
  afterEach(async () => {
    jest.restoreAllMocks();
    await shop.close();
  });

  /** Deposits over purses of two tenants, in waves. */
  const fill = async (count: number, streams: number): Promise<void> => {
    for (let i = 0; i < count; i += 500) {
      const wave = Array.from({ length: Math.min(500, count - i) }, (_, n) => i + n);
      await Promise.all(wave.map((n) => shop.run(n % 2 === 0 ? 'other' : 'demo', `purse-${n % streams}`, put(n % 97))));
    }
  };
  const wipe = async (): Promise<void> => {
    await shop.write('DELETE FROM purses');
    await shop.write('DELETE FROM movements');
  };
  /** Ends the process as far as the rebuild can tell: the nth commit of a batch does not return. */
  const crashAt = (nth: number): void => {
    const copies = shop.tables.copies.bind(shop.tables);
    let left = nth;
    jest.spyOn(shop.tables, 'copies').mockImplementation((build): FoldIo => {
      const io = copies(build);
      return {
        read: (query, range) => io.read(query, range),
        load: (table, keys) => io.load(table, keys),
        commit: async (writes, checkpoint) => {
          await io.commit(writes, checkpoint);
          left -= 1;
          if (left === 0) throw new UnavailableError('test.crash', 'The process is gone');
        },
      };
    });
  };

  it('with memory for 100 states gives the rows of thousands of streams, to the same bytes', async () => {
    const streams = on === 'SQLite' ? 10_000 : 3_000;
    await opened({ statesKept: 100 });
    await fill(streams * 2, streams);
    await shop.run('demo', 'purse-9', { type: 'Close', data: {} });
    const before = await shop.rows();
    expect(before[0]).toHaveLength(streams);
    await wipe();
    await shop.rebuilder.rebuild('all');
    expect(await shop.rows()).toEqual(before);
    expect(await shop.rebuilder.verify('all')).toMatchObject({ isEqual: true });
  });

  it('that is cut off goes on where it was and gives the same bytes, wherever that is', async () => {
    await opened({ parts: 3, statesKept: 50 });
    await fill(on === 'SQLite' ? 6_000 : 2_500, 700);
    const before = await shop.rows();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }), fc.nat({ max: 3 }), async (crashes, appended) => {
        await wipe();
        for (const nth of crashes) {
          crashAt(nth);
          await shop.rebuilder.rebuild('all').catch((error: unknown) => expect(error).toMatchObject({ code: 'test.crash' }));
          jest.restoreAllMocks();
        }
        for (let n = 0; n < appended; n++) await shop.run('demo', 'gift-1', put(0)); // rows of its own
        await shop.rebuilder.rebuild('all');
        const [purses = [], movements = []] = await shop.rows();
        expect(purses).toEqual(before[0]);
        expect(movements.filter(({ owner, kind }) => owner !== '1' || kind !== 'CashDeposited')).toEqual(
          before[1]?.filter(({ owner, kind }) => owner !== '1' || kind !== 'CashDeposited'),
        );
        expect(await shop.rebuilder.verify('all')).toMatchObject({ isEqual: true });
      }),
      { numRuns: on === 'SQLite' ? 10 : 5 },
    );
  });

  it('that goes on does not read again what it has', async () => {
    await opened({ parts: 2 });
    await fill(9_000, 5_000);
    crashAt(3);
    await expect(shop.rebuilder.rebuild('all')).rejects.toThrow('The process is gone');
    jest.restoreAllMocks();
    const [listed] = await shop.rebuilder.list();
    expect(listed?.building?.events).toBeGreaterThan(2_000);
    let first = Infinity;
    await shop.rebuilder.rebuild('all', ({ events }) => (first = Math.min(first, events)));
    expect(first).toBeGreaterThan(listed?.building?.events ?? Infinity);
    expect(await shop.rebuilder.list()).toMatchObject([{ building: null }, { building: null }, { building: null }]);
  });

  it('in parts, with appends to every stream at any time, loses nothing', async () => {
    await opened({ parts: 4, statesKept: 30 });
    await fill(5_000, 300);
    const rebuilt = shop.rebuilder.rebuild('all');
    const done = rebuilt.then(() => true);
    let appended = 0;
    while (!(await Promise.race([done, Promise.resolve(false)]))) {
      await Promise.all([0, 1, 2].map((n) => shop.run(n === 0 ? 'demo' : 'other', `purse-${(appended * 7 + n) % 320}`, put(1))));
      appended += 3;
    }
    expect(await rebuilt).toMatchObject({ positions: [{ log: 1 }] });
    const { positions, isEqual } = await shop.rebuilder.verify('all');
    expect({ positions, isEqual }).toEqual({ positions: [{ log: 1, position: 5_000 + appended }], isEqual: true });
  });

  it('folds every log, and says for each where it stands', async () => {
    await opened();
    await fill(30, 3);
    await shop.runIn(7, 'seventh', 'purse-1', put(5));
    await shop.runIn(7, 'seventh', 'purse-1', put(6));
    await shop.runIn(3, 'third', 'purse-1', put(4));
    const before = await shop.rows();
    await wipe();
    const positions = [
      { log: 1, position: 30 },
      { log: 3, position: 1 },
      { log: 7, position: 2 },
    ];
    expect(await shop.rebuilder.rebuild('all')).toMatchObject({ positions });
    expect(await shop.rows()).toEqual(before);
    expect(await shop.rebuilder.verify('all')).toMatchObject({ positions, isEqual: true });
    await shop.write('UPDATE purses SET balance = 9 WHERE log = 7');
    const { tables } = await shop.rebuilder.verify('purses');
    expect(tables[0]?.differences).toMatchObject([{ key: { log: 7, tenant_id: 'seventh' }, live: '9', expected: '11' }]);
  });

  it('can be cancelled: what it built is gone, and the tables are as they were', async () => {
    await opened({ parts: 2 });
    await fill(6_000, 100);
    const before = [await shop.rows(), await shop.schema()];
    const cancelled: Promise<void>[] = [];
    const rebuilt = shop.rebuilder.rebuild('all', () => cancelled.push(shop.rebuilder.cancel()));
    await expect(rebuilt).rejects.toMatchObject({ code: 'projections.cancelled' });
    await Promise.all(cancelled);
    expect([await shop.rows(), await shop.schema()]).toEqual(before);
    await expect(shop.rebuilder.cancel()).rejects.toThrow(ConflictError);
  });

  it('that was interrupted can be given up', async () => {
    await opened();
    await fill(3_000, 100);
    const before = await shop.schema();
    const stopped: Promise<void>[] = [];
    const rebuilt = shop.rebuilder.rebuild('all', () => stopped.push(shop.rebuilder.stop()));
    await expect(rebuilt).rejects.toMatchObject({ code: 'projections.interrupted' });
    await Promise.all(stopped);
    expect((await shop.rebuilder.list())[0]).toMatchObject({ building: { version: 'purses@1', total: 3_000 } });
    await shop.rebuilder.cancel();
    expect((await shop.rebuilder.list())[0]).toMatchObject({ building: null });
    expect(await shop.schema()).toEqual(before);
  });
});
