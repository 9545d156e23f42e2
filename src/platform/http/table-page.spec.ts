import { InputError } from '../../kernel/errors';
import { TenantTables } from '../database/tenant-tables';
import { OneLog } from '../event-store/tenant-logs';
import type { Row } from '../event-store/row-write';
import { openScratchStore, type ScratchStore } from '../projections/scratch-store.spec-support';
import { encodeCursor } from './cursor';
import type { PageDto } from './page.dto';
import { readTablePage, type TableList } from './table-page';

describe('a page of a read table', () => {
  let scratch: ScratchStore;
  beforeEach(async () => {
    scratch = await openScratchStore();
    await scratch.sql.write(
      'CREATE TABLE things (log INTEGER, tenant_id TEXT, thing_id TEXT, created_at TEXT, kind TEXT, PRIMARY KEY (log, tenant_id, thing_id))',
    );
  });
  afterEach(() => scratch.close());

  const insert = async (tenantId: string, id: string, createdAt: string, kind = 'a'): Promise<void> => {
    await scratch.sql.write('INSERT INTO things VALUES (1, ?, ?, ?, ?)', [tenantId, id, createdAt, kind]);
  };
  const list = (more: Partial<TableList> = {}): TableList => ({
    table: 'things',
    tenantId: 'mine',
    time: 'created_at',
    id: 'thing_id',
    ...more,
  });
  const idOf = (row: Row): string => String(row['thing_id']);

  const walk = async (about: TableList, limit: number): Promise<readonly (readonly string[])[]> => {
    const pages: (readonly string[])[] = [];
    let page: Pick<PageDto, 'cursor' | 'limit'> = { limit };
    for (;;) {
      const { items, next_cursor } = await readTablePage(new TenantTables(scratch.sql, new OneLog()), about, page, idOf);
      pages.push(items);
      if (next_cursor === null) return pages;
      page = { limit, cursor: next_cursor };
    }
  };

  it('walks through rows of one instant without losing or repeating one, in both directions', async () => {
    for (const id of ['b', 'e', 'a', 'd', 'c']) await insert('mine', id, id < 'c' ? '2026-01-01' : '2026-01-02');
    expect(await walk(list(), 2)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(await walk(list({ newestFirst: true }), 2)).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
    expect(await walk(list(), 5)).toEqual([['a', 'b', 'c', 'd', 'e']]);
  });

  it("never shows another tenant's row, whatever the filter", async () => {
    await insert('mine', 'a', '2026-01-01');
    await insert('theirs', 'b', '2026-01-01');
    expect(await walk(list(), 10)).toEqual([['a']]);
    expect(await walk(list({ equal: { thing_id: 'b' } }), 10)).toEqual([[]]);
    expect(await walk(list({ equal: { thing_id: "a' OR tenant_id = 'theirs" } }), 10)).toEqual([[]]);
  });

  it('filters by value and by time, the end not included', async () => {
    await insert('mine', 'a', '2026-01-01', 'x');
    await insert('mine', 'b', '2026-01-02', 'y');
    await insert('mine', 'c', '2026-01-03', 'x');
    expect(await walk(list({ equal: { kind: 'x', thing_id: undefined } }), 1)).toEqual([['a'], ['c']]);
    expect(await walk(list({ from: '2026-01-02', to: '2026-01-03' }), 10)).toEqual([['b']]);
  });

  it.each([encodeCursor({ list: 'others', at: '2026-01-01', id: 'a' }), encodeCursor({ list: 'things', at: 1, id: 'a' }), 'nonsense'])(
    'refuses a cursor that this list did not give out: %s',
    async (cursor) => {
      await expect(readTablePage(new TenantTables(scratch.sql, new OneLog()), list(), { cursor, limit: 10 }, idOf)).rejects.toBeInstanceOf(
        InputError,
      );
    },
  );
});
