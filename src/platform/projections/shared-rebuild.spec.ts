/** Several processes on one PostgreSQL: one of them rebuilds, the others wait or go on appending. */
import type { FoldIo } from './fold-io';
import { openPurses, type PurseCommand, type Purses, purses } from './purses.spec-support';

const put = (amount: number): PurseCommand => ({ type: 'Put', data: { amount } });

describe('a rebuild that several processes could do', () => {
  let one: Purses;
  let other: Purses;
  beforeEach(async () => {
    one = await openPurses({ on: 'PostgreSQL' });
    other = await openPurses({ on: 'PostgreSQL', beside: one });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await other.close();
    await one.close();
  });

  /** More than is left for the moment of the swap. */
  const fill = async (): Promise<void> => {
    for (let wave = 0; wave < 4; wave++) {
      await Promise.all(Array.from({ length: 200 }, (_, n) => one.run('demo', `purse-${n}`, put(n))));
    }
  };
  /** Runs `meanwhile` once, when the first rows are about to be written. */
  const atFirstCommit = (of: Purses, meanwhile: () => Promise<unknown>): void => {
    const copies = of.tables.copies.bind(of.tables);
    let isFirst = true;
    jest.spyOn(of.tables, 'copies').mockImplementation((build): FoldIo => {
      const io = copies(build);
      return {
        read: (query, range) => io.read(query, range),
        load: (table, keys) => io.load(table, keys),
        commit: async (writes, checkpoint) => {
          if (isFirst) {
            isFirst = false;
            await meanwhile();
          }
          return io.commit(writes, checkpoint);
        },
      };
    });
  };

  it('is done once at a start: who comes second waits, and finds it done', async () => {
    await fill();
    for (const process of [one, other]) await process.rebuilder.bringUpToDate(() => undefined);
    const code = purses as { version: number };
    code.version = 2;
    try {
      const said: Record<'one' | 'other', string[]> = { one: [], other: [] };
      const second: Promise<void>[] = [];
      atFirstCommit(one, async () => {
        const waits = new Promise<void>((resolve) => {
          second.push(
            other.rebuilder.bringUpToDate((line) => {
              said.other.push(line);
              resolve();
            }),
          );
        });
        await waits;
      });
      await one.rebuilder.bringUpToDate((line) => said.one.push(line));
      await Promise.all(second);
      expect(said).toEqual({
        one: ['Read tables are rebuilt from the log: purses@2', 'Read tables are rebuilt'],
        other: ['Another process is rebuilding read tables; waiting for it'],
      });
      expect((await other.rebuilder.list())[0]).toMatchObject({ live: 'purses@2', former: { version: 'purses@1' } });
    } finally {
      code.version = 1;
    }
  });

  it('is refused by hand while another does it', async () => {
    await fill();
    const refused: Promise<unknown>[] = [];
    atFirstCommit(one, async () => {
      const tried = other.rebuilder.rebuild('all').catch((error: unknown) => error);
      refused.push(tried);
      await tried;
    });
    await one.rebuilder.rebuild('all');
    expect(await refused[0]).toMatchObject({ code: 'projections.rebuilding' });
  });

  it('changes nothing any more where another has taken it over', async () => {
    await fill();
    await one.rebuilder.bringUpToDate(() => undefined);
    // One lost its lock with its connection, and does not know it yet: the other goes on with the same build and finishes it.
    jest.spyOn(one.tables, 'exclusively').mockImplementation((work) => work());
    atFirstCommit(one, () => other.rebuilder.rebuild('all'));
    await expect(one.rebuilder.rebuild('all')).rejects.toThrow();
    expect(await other.rebuilder.verify('all')).toMatchObject({ isEqual: true });
    await one.run('demo', 'purse-1', put(1));
    expect(await other.rebuilder.verify('all')).toMatchObject({ isEqual: true });
  });

  it('loses nothing that another process appends, up to the moment of the swap and beyond', async () => {
    await fill();
    const rebuilt = one.rebuilder.rebuild('all');
    const done = rebuilt.then(() => true);
    let appended = 0;
    while (!(await Promise.race([done, Promise.resolve(false)]))) {
      await Promise.all([0, 1, 2, 3].map((n) => other.run('demo', `purse-${(appended + n * 50) % 210}`, put(1))));
      appended += 4;
    }
    await other.run('demo', 'purse-3', put(1));
    const { isEqual, positions } = await one.rebuilder.verify('all');
    expect({ isEqual, positions }).toEqual({ isEqual: true, positions: [{ log: 1, position: 800 + appended + 1 }] });
  });
});
