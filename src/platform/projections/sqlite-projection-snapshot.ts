/** One moment of a SQLite file on a connection of its own; what is expected goes into temporary tables beside it, on disk where large. */
import { loadSqliteDriver, type SqliteConnection } from '../database/sqlite-driver';
import type { Cell, Row, RowWrite, TableDefinition } from '../event-store/row-write';
import type { ProjectionSnapshot, RowDifference, TableComparison } from './projection-tables.port';
import { copyName, copyStatement, CopyWriter, logHead } from './sqlite-table-copy';

export function openSqliteSnapshot(file: string, tables: readonly TableDefinition[]): ProjectionSnapshot {
  const Driver = loadSqliteDriver();
  const connection = new Driver(file, { readonly: true });
  try {
    connection.exec('BEGIN');
    const position = logHead(connection); // the first read fixes the moment
    for (const { name } of tables) connection.exec(copyStatement(connection, name, 'CREATE TEMP TABLE'));
    return new SqliteSnapshot(connection, position);
  } catch (error) {
    connection.close();
    throw error;
  }
}

class SqliteSnapshot implements ProjectionSnapshot {
  private readonly copies: CopyWriter;

  constructor(
    private readonly connection: SqliteConnection,
    readonly position: number,
  ) {
    this.copies = new CopyWriter(connection);
  }

  async write(writes: readonly RowWrite[]): Promise<void> {
    this.copies.write(writes);
  }

  async compare(table: TableDefinition, limit: number): Promise<TableComparison> {
    const sql = comparisonOf(this.connection, table);
    const count = (from: string): number => Number(this.connection.prepare(`SELECT count(*) ${from}`).pluck().get());
    const changed = count(sql.changed);
    const missing = count(sql.missing);
    const surplus = count(sql.surplus);
    const differences: RowDifference[] = [];
    let left = limit;
    const rowsOf = (columns: string, from: string): readonly Row[] => {
      const rows = this.connection.prepare(`SELECT ${columns} ${from} ORDER BY ${sql.order} LIMIT ?`).all(left) as Row[];
      left -= rows.length;
      return rows;
    };
    const key = (row: Row): Row => Object.fromEntries(table.key.map((column) => [column, row[column] ?? null]));
    for (const row of rowsOf(sql.cells, sql.changed)) differences.push(...changesOf(table.name, key(row), row, sql.columns));
    for (const row of rowsOf(sql.expectedKey, sql.missing)) differences.push(whole('missing', table.name, key(row)));
    for (const row of rowsOf(sql.liveKey, sql.surplus)) differences.push(whole('surplus', table.name, key(row)));
    return { table: table.name, rows: count(`FROM temp.${copyName(table.name)}`), changed, missing, surplus, differences };
  }

  async close(): Promise<void> {
    this.connection.close();
  }
}

interface Comparison {
  /** Every column of the table, also one that the projection does not know. */
  readonly columns: readonly string[];
  readonly changed: string;
  readonly missing: string;
  readonly surplus: string;
  readonly cells: string;
  readonly expectedKey: string;
  readonly liveKey: string;
  readonly order: string;
}

/** The database compares, so that neither side has to fit into memory; BINARY, because equal means the same bytes. */
function comparisonOf(connection: SqliteConnection, { name, key }: TableDefinition): Comparison {
  const info = connection.prepare("SELECT name FROM pragma_table_info(?, 'main')").pluck();
  const columns = info.all(name) as readonly string[];
  const live = `main.${name} AS live`;
  const expected = `temp.${copyName(name)} AS expected`;
  const sameKey = key.map((column) => `live."${column}" = expected."${column}"`).join(' AND ');
  const differs = columns.map((column) => `live."${column}" IS NOT expected."${column}" COLLATE BINARY`).join(' OR ');
  const keyOf = (side: string): string => key.map((column) => `${side}."${column}" AS "${column}"`).join(', ');
  const both = columns.map((column, index) => `live."${column}" AS live_${index}, expected."${column}" AS expected_${index}`);
  return {
    columns,
    changed: `FROM ${live} JOIN ${expected} ON ${sameKey} WHERE ${differs}`,
    missing: `FROM ${expected} WHERE NOT EXISTS (SELECT 1 FROM ${live} WHERE ${sameKey})`,
    surplus: `FROM ${live} WHERE NOT EXISTS (SELECT 1 FROM ${expected} WHERE ${sameKey})`,
    cells: [keyOf('expected'), ...both].join(', '),
    expectedKey: keyOf('expected'),
    liveKey: keyOf('live'),
    order: key.map((column) => `"${column}"`).join(', '),
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
