/** One page of a tenant's rows of a read table, in the order of a time and an id: what was shown before is never shown again. */
import type { TenantTables } from '../database/tenant-tables';
import type { Cell, Row } from '../event-store/row-write';
import { decodeCursor, encodeCursor } from './cursor';
import { cutPage, type Page, type PageDto } from './page.dto';

/** Table and column names come from the program, values from the caller: only these are parameters. */
export interface TableList {
  readonly table: string;
  readonly tenantId: string;
  readonly time: string;
  readonly id: string;
  readonly newestFirst?: boolean;
  /** Columns that must have a value; those that are undefined do not count. */
  readonly equal?: Readonly<Record<string, Cell | undefined>>;
  /** On the time column: `from` included, `to` not. */
  readonly from?: string;
  readonly to?: string;
}

interface Place {
  readonly list: string;
  readonly at: string;
  readonly id: string;
}

const isPlaceOf =
  (list: string) =>
  (value: unknown): value is Place =>
    typeof value === 'object' &&
    value !== null &&
    'list' in value &&
    value.list === list &&
    'at' in value &&
    typeof value.at === 'string' &&
    'id' in value &&
    typeof value.id === 'string';

/** Throws InputError `cursor.invalid` for a cursor of another list. */
export async function readTablePage<Item>(
  tables: TenantTables,
  list: TableList,
  { cursor, limit }: Pick<PageDto, 'cursor' | 'limit'>,
  toItem: (row: Row) => Item,
): Promise<Page<Item>> {
  const after = decodeCursor(cursor, isPlaceOf(list.table));
  const { conditions, params } = conditionsOf(list, after);
  const order = list.newestFirst ? 'DESC' : 'ASC';
  const text = `SELECT * FROM ${list.table} WHERE ${conditions.join(' AND ')}
    ORDER BY ${list.time} ${order}, ${list.id} ${order} LIMIT ?`;
  const rows = await tables.read(list.tenantId, text, [...params, limit + 1]);
  const placeOf = (row: Row): Place => ({ list: list.table, at: String(row[list.time]), id: String(row[list.id]) });
  return cutPage(rows, limit, toItem, (last) => encodeCursor(placeOf(last)));
}

function conditionsOf(list: TableList, after: Place | null): { readonly conditions: readonly string[]; readonly params: readonly Cell[] } {
  const conditions = ['log = ?', 'tenant_id = ?'];
  const params: Cell[] = [];
  const where = (condition: string, ...values: readonly (Cell | undefined)[]): void => {
    for (const value of values) {
      if (value === undefined) return;
      params.push(value);
    }
    conditions.push(condition);
  };
  for (const [column, value] of Object.entries(list.equal ?? {})) where(`${column} = ?`, value);
  where(`${list.time} >= ?`, list.from);
  where(`${list.time} < ?`, list.to);
  if (after) where(`(${list.time}, ${list.id}) ${list.newestFirst ? '<' : '>'} (?, ?)`, after.at, after.id);
  return { conditions, params };
}
