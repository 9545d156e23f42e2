/** A read table says which code made it: a newer one makes it anew, and the former one can come back. */
import type { Projection } from './projection';
import { DATABASES, openPurses, type PurseCommand, type Purses, purses } from './purses.spec-support';

const put = (amount: number): PurseCommand => ({ type: 'Put', data: { amount } });

describe.each(DATABASES)('a read table on %s', (on) => {
  let shop: Purses;
  let said: string[];
  const start = (): Promise<void> => shop.rebuilder.bringUpToDate((line) => said.push(line));
  /** The code of another version: its rows hold the balance a thousand times. */
  const withCode = async (version: number, work: () => Promise<void>): Promise<void> => {
    const of = purses as { version: number; toRow: (typeof purses)['toRow']; fromRow: (typeof purses)['fromRow'] };
    const { version: was, toRow, fromRow } = of;
    const factor = version === 1 ? 1 : 1_000;
    of.version = version;
    of.toRow = (id, folded) => ({ ...toRow(id, folded), balance: folded.state.balance * factor });
    try {
      await work();
    } finally {
      Object.assign(of, { version: was, toRow, fromRow });
    }
  };
  const balances = async (): Promise<readonly unknown[]> => (await shop.rows())[0]?.map(({ balance }) => balance) ?? [];
  const columnOf = async (pick: 'live' | 'former'): Promise<unknown> =>
    (await shop.rebuilder.list()).find(({ name }) => name === 'purses')?.[pick];

  beforeEach(async () => {
    shop = await openPurses({ on });
    said = [];
  });
  afterEach(() => shop.close());

  it('is taken note of where there is nothing to fold, and left alone from then on', async () => {
    await start();
    expect(await columnOf('live')).toBe('purses@1');
    await shop.run('demo', 'purse-1', put(1));
    await start();
    expect(said).toEqual([]);
  });

  it('fills itself where it is new and the log is not', async () => {
    await shop.run('demo', 'purse-1', put(1));
    await shop.write('DELETE FROM purses');
    await shop.write('DELETE FROM movements');
    await start();
    expect(await balances()).toEqual([1]);
    expect(said[0]).toBe('Read tables are rebuilt from the log: purses@1, gifts@1 movements@1');
  });

  it('is made anew at the start of a program with a raised version, alone', async () => {
    await start();
    await shop.run('demo', 'purse-1', put(1));
    await withCode(2, async () => {
      await start();
      expect(await balances()).toEqual([1_000]);
      expect(said).toEqual(['Read tables are rebuilt from the log: purses@2', 'Read tables are rebuilt']);
      expect(await columnOf('former')).toEqual({ version: 'purses@1', positions: [{ log: 1, position: 1 }] });
      await start();
      expect(said).toHaveLength(2);
    });
  });

  it('comes back, caught up, with the program of its version', async () => {
    await start();
    await shop.run('demo', 'purse-1', put(1));
    await withCode(2, async () => {
      await start();
      await shop.run('demo', 'purse-1', put(2));
      await shop.run('demo', 'purse-2', put(5));
      expect(await balances()).toEqual([3_000, 5_000]);
      await expect(shop.rebuilder.rollback('purses')).rejects.toMatchObject({
        code: 'projections.other_version',
        message: expect.stringContaining('made by purses@1, and this program has purses@2') as string,
      });
    });
    await start();
    expect(said.at(-1)).toBe('Read table purses goes back to its former version purses@1');
    expect(await balances()).toEqual([3, 5]);
    expect(await columnOf('former')).toEqual({ version: 'purses@2', positions: [{ log: 1, position: 3 }] });
    await shop.run('demo', 'purse-2', put(1));
    expect(await shop.rebuilder.verify('all')).toMatchObject({ isEqual: true });
    await withCode(2, async () => {
      await start();
      expect(await balances()).toEqual([3_000, 6_000]);
    });
  });

  it('is put back by hand after a rebuild, whatever happened since', async () => {
    await start();
    for (let n = 0; n < 40; n++) await shop.run('demo', `purse-${n % 4}`, put(n));
    await shop.rebuilder.rebuild('all');
    for (let n = 0; n < 40; n++) await shop.run('demo', `purse-${n % 7}`, put(n));
    await shop.run('demo', 'purse-1', { type: 'Close', data: {} });
    const before = await shop.rows();
    for (let again = 0; again < 3; again++) {
      expect(await shop.rebuilder.rollback('purses')).toMatchObject({
        positions: [{ log: 1, position: 81 }],
        tables: [{ table: 'purses', rows: 7 }],
      });
      expect(await shop.rebuilder.rollback('gifts')).toMatchObject({ tables: [{ table: 'movements' }] });
      expect(await shop.rows()).toEqual(before);
    }
    expect(await shop.rebuilder.verify('all')).toMatchObject({ isEqual: true });
    await shop.run('demo', 'purse-1', put(1));
    expect(await shop.rebuilder.verify('all')).toMatchObject({ isEqual: true });
  });

  it('cannot come back where none was kept, nor where all are asked for, nor where its columns are others', async () => {
    await start();
    await shop.run('demo', 'purse-1', put(1));
    await expect(shop.rebuilder.rollback('purses')).rejects.toMatchObject({ code: 'projections.no_former' });
    await expect(shop.rebuilder.rollback('all')).rejects.toMatchObject({ code: 'projections.one_at_a_time' });
    await expect(shop.rebuilder.rollback('nothing')).rejects.toMatchObject({ code: 'not_found' });
    await shop.rebuilder.rebuild('purses');
    await shop.write('ALTER TABLE purses ADD COLUMN colour TEXT');
    await expect(shop.rebuilder.rollback('purses')).rejects.toMatchObject({ code: 'projections.other_version' });
  });

  it('whose rebuild at a start was cut off is finished by the next start', async () => {
    await start();
    for (let n = 0; n < 4_000; n += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, i) => shop.run('demo', `purse-${n + i}`, put(1))));
    }
    await withCode(2, async () => {
      const fold = jest.spyOn(purses.decider, 'evolve').mockImplementationOnce(() => {
        throw new Error('not yet');
      });
      await expect(start()).rejects.toMatchObject({ code: 'projections.fold_failed' });
      fold.mockRestore();
      expect(await balances()).toHaveLength(4_000);
      expect(await columnOf('live')).toBe('purses@1');
      await start();
      expect(new Set(await balances())).toEqual(new Set([1_000]));
    });
  });

  it('has the version of every projection that writes it', async () => {
    await start();
    await shop.run('demo', 'gift-1', put(1));
    const gifts = shop.registry.projections().find(({ name }) => name === 'gifts') as Projection & { version: number };
    gifts.version = 2;
    try {
      await start();
      expect(said[0]).toBe('Read tables are rebuilt from the log: gifts@2 movements@1');
    } finally {
      gifts.version = 1;
    }
  });
});
