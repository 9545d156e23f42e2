/** Live rows against expected ones, compared by the database, so that neither side has to fit into memory. */
import type { Cell, Row, TableDefinition } from '../event-store/row-write';
import type { RowDifference, TableComparison } from './projection-tables.port';

/** Two tables of the same shape on one database. */
export interface Sides {
  readonly live: string;
  readonly expected: string;
  /** Every column of the table, also one that the projection does not know. */
  readonly columns: readonly string[];
  /** Whether two cells are not the same bytes. */
  differ(live: string, expected: string): string;
  rows(text: string, params: readonly Cell[]): Promise<readonly Row[]>;
}

export async function differencesOf(table: TableDefinition, limit: number, sides: Sides): Promise<TableComparison> {
  const sql = comparisonOf(table, sides);
  const count = async (from: string): Promise<number> => Number((await sides.rows(`SELECT count(*) AS found ${from}`, []))[0]?.['found']);
  const changed = await count(sql.changed);
  const missing = await count(sql.missing);
  const surplus = await count(sql.surplus);
  const differences: RowDifference[] = [];
  let left = limit;
  /** Found first and cut afterwards: planned for the few that are shown, the search itself can become quadratic. */
  const rowsOf = async (found: number, columns: string, from: string): Promise<readonly Row[]> => {
    if (found === 0 || left === 0) return [];
    const text = `WITH found AS MATERIALIZED (SELECT ${columns} ${from}) SELECT * FROM found ORDER BY ${sql.order} LIMIT ?`;
    const rows = await sides.rows(text, [left]);
    left -= rows.length;
    return rows;
  };
  const key = (row: Row): Row => Object.fromEntries(table.key.map((column) => [column, row[column] ?? null]));
  for (const row of await rowsOf(changed, sql.cells, sql.changed)) differences.push(...changesOf(table.name, key(row), row, sides.columns));
  for (const row of await rowsOf(missing, sql.expectedKey, sql.missing)) differences.push(whole('missing', table.name, key(row)));
  for (const row of await rowsOf(surplus, sql.liveKey, sql.surplus)) differences.push(whole('surplus', table.name, key(row)));
  return { table: table.name, rows: await count(`FROM ${sides.expected}`), changed, missing, surplus, differences };
}

function comparisonOf({ key }: TableDefinition, { live: liveTable, expected: expectedTable, columns, differ }: Sides) {
  const live = `${liveTable} AS live`;
  const expected = `${expectedTable} AS expected`;
  const sameKey = key.map((column) => `live."${column}" = expected."${column}"`).join(' AND ');
  const differs = columns.map((column) => differ(`live."${column}"`, `expected."${column}"`)).join(' OR ');
  const keyOf = (side: string): string => key.map((column) => `${side}."${column}" AS "${column}"`).join(', ');
  const both = columns.map((column, index) => `live."${column}" AS live_${index}, expected."${column}" AS expected_${index}`);
  return {
    changed: `FROM ${live} JOIN ${expected} ON ${sameKey} WHERE ${differs}`,
    missing: `FROM ${expected} WHERE NOT EXISTS (SELECT 1 FROM ${live} WHERE ${sameKey})`,
    surplus: `FROM ${live} WHERE NOT EXISTS (SELECT 1 FROM ${expected} WHERE ${sameKey})`,
    cells: [keyOf('expected'), ...both].join(', '),
    expectedKey: keyOf('expected'),
    liveKey: keyOf('live'),
    /** By place: on both sides the key comes first. */
    order: key.map((_, index) => String(index + 1)).join(', '),
  };
}

function changesOf(table: string, key: Row, row: Row, columns: readonly string[]): readonly RowDifference[] {
  return columns.flatMap((column, index): RowDifference[] => {
    const live = row[`live_${index}`] ?? null;
    const expected = row[`expected_${index}`] ?? null;
    if (live === expected) return [];
    return [{ kind: 'changed', table, key, column, live: shown(live), expected: shown(expected) }];
  });
}

const whole = (kind: 'missing' | 'surplus', table: string, key: Row): RowDifference => ({
  kind,
  table,
  key,
  column: null,
  live: null,
  expected: null,
});

const shown = (cell: Cell): string => JSON.stringify(cell);
