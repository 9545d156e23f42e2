/** The statements that write a flush's rows: one per table and kind of change, whatever the number of rows. */
import type { BatchStatement } from '../database/postgres-batch';
import type { FinalRow, FlushRows } from './flush-rows';
import type { ColumnTypes, TableTypes } from './postgres-column-types';
import { cellsOf } from './row-cells';
import type { Cell, Row, RowWrite, TableDefinition } from './row-write';
import { named } from './table-statements';
import { joinedCells } from './text-columns';

/** Gives each text the name under which connections prepare it. */
export class StatementNames {
  private readonly names = new Map<string, string>();

  statement(text: string, values: readonly Cell[]): BatchStatement {
    const name = this.names.get(text) ?? `s${this.names.size}`;
    this.names.set(text, name);
    return { name, text, values };
  }
}

const listed = (columns: readonly string[], prefix = ''): string => columns.map((column) => prefix + named(column)).join(', ');

/** Rows as JSON: column types come with the table's own row type. */
const fromJson: Source = (table, columns) => `SELECT ${listed(columns)} FROM json_populate_recordset(NULL::${named(table.name)}, $1::json)`;

const insertText = (table: TableDefinition, source: Source): string =>
  `INSERT INTO ${named(table.name)} (${listed(table.columns)}) ${source(table, table.columns)}`;

export function upsertText(table: TableDefinition, source = fromJson): string {
  const changes = table.columns.filter((column) => !table.key.includes(column)).map((column) => `${named(column)} = excluded.${column}`);
  const change = changes.length > 0 ? `UPDATE SET ${changes.join(', ')}` : 'NOTHING';
  return `${insertText(table, source)} ON CONFLICT (${listed(table.key)}) DO ${change}`;
}

export const deleteText = (table: TableDefinition, source = fromJson): string =>
  `DELETE FROM ${named(table.name)} WHERE (${listed(table.key)}) IN (${source(table, table.key)})`;

const asJson = (columns: readonly string[], rows: readonly Row[]): string =>
  JSON.stringify(rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]]))));

/** The rows that a statement's parameters hold, as a query. */
type Source = (table: TableDefinition, columns: readonly string[]) => string;

/** Rows as one text per column. */
const fromTexts =
  (types: ColumnTypes): Source =>
  (_table, columns) =>
    `SELECT * FROM unnest(${columns.map((column, index) => `string_to_array($${index + 1}, E'\\x1f', E'\\x1e')::${types.get(column)}[]`).join(', ')})`;

/** Null where that is no gain, or where a cell holds what separates cells. */
function asTexts(columns: readonly string[], rows: readonly Row[], types: ColumnTypes): readonly string[] | null {
  if (rows.length === 1 || columns.some((column) => !types.has(column))) return null;
  const texts: string[] = [];
  for (const column of columns) {
    const text = joinedCells(rows, column);
    if (text === null) return null;
    texts.push(text);
  }
  return texts;
}

/** Of a guarded change: all values, then the key, then what is expected. */
function guardedText(table: TableDefinition, expected: readonly string[]): string {
  let place = 0;
  const next = (): string => `$${++place}`;
  const changes = valueColumns(table).map((column) => `${named(column)} = ${next()}`);
  const keys = table.key.map((column) => `${named(column)} = ${next()}`);
  const guards = expected.map((column) => `${named(column)} IS NOT DISTINCT FROM ${next()}`);
  const update = `UPDATE ${named(table.name)} SET ${changes.join(', ')} WHERE ${[...keys, ...guards].join(' AND ')}`;
  return `WITH changed AS (${update} RETURNING 1) SELECT expect_one((SELECT count(*) FROM changed))`;
}

const valueColumns = (table: TableDefinition): readonly string[] => table.columns.filter((column) => !table.key.includes(column));

/** In the order of locks: tables by name, rows by key. */
export function rowStatements(rows: FlushRows, names: StatementNames, types: TableTypes): readonly BatchStatement[] {
  const byTable = new Map<TableDefinition, FinalRow[]>();
  for (const row of rows.sorted()) {
    const others = byTable.get(row.table);
    if (others) others.push(row);
    else byTable.set(row.table, [row]);
  }
  return [...byTable].flatMap(([table, finals]) => tableStatements(table, finals, names, types.of(table)));
}

type TextOf = (table: TableDefinition, source: Source) => string;

function tableStatements(
  table: TableDefinition,
  finals: readonly FinalRow[],
  names: StatementNames,
  types: ColumnTypes,
): readonly BatchStatement[] {
  const batch = (textOf: TextOf, columns: readonly string[], batchRows: readonly Row[]): readonly BatchStatement[] => {
    if (batchRows.length === 0) return [];
    const texts = asTexts(columns, batchRows, types);
    if (texts === null) return [names.statement(textOf(table, fromJson), [asJson(columns, batchRows)])];
    return [names.statement(textOf(table, fromTexts(types)), texts)];
  };
  const inserted = finals.flatMap(({ inserted: first, row }) => (first === null ? [] : [row ?? first]));
  const upserted = finals.flatMap(({ inserted: first, guarded, row }) => (first === null && guarded === null && row !== null ? [row] : []));
  const deleted = finals.flatMap(({ row, key }) => (row === null ? [keyRow(table, key)] : []));
  return [
    ...batch(insertText, table.columns, inserted),
    ...finals.flatMap(({ guarded, row }) =>
      guarded === null ? [] : [guardedStatement(table, guarded.expected, row ?? guarded.row, names)],
    ),
    ...batch(upsertText, table.columns, upserted),
    ...batch(deleteText, table.key, deleted),
  ];
}

const keyRow = (table: TableDefinition, key: readonly Cell[]): Row =>
  Object.fromEntries(table.key.map((column, index) => [column, key[index] ?? null]));

function guardedStatement(table: TableDefinition, expected: Row, row: Row, names: StatementNames): BatchStatement {
  const guards = Object.keys(expected);
  const values = [...cellsOf(table, valueColumns(table), row), ...cellsOf(table, table.key, row), ...cellsOf(table, guards, expected)];
  return names.statement(guardedText(table, guards), values);
}

/** Whether an inserted row stands in the way, or a guard does not hold: one row where the write would lose. */
export function lookStatement(write: RowWrite, names: StatementNames): BatchStatement | null {
  const { op, table, row } = write;
  if (op !== 'insert' && op !== 'update') return null;
  const guards = op === 'update' ? Object.keys(write.expected) : [];
  const keys = table.key.map((column, index) => `${named(column)} = $${index + 1}`);
  const holds = guards.map((column, index) => `${named(column)} IS NOT DISTINCT FROM $${table.key.length + index + 1}`);
  const found = `EXISTS (SELECT 1 FROM ${named(table.name)} WHERE ${[...keys, ...holds].join(' AND ')})`;
  const values = [...cellsOf(table, table.key, row), ...(op === 'update' ? cellsOf(table, guards, write.expected) : [])];
  return names.statement(`SELECT 1 WHERE ${op === 'insert' ? found : `NOT ${found}`}`, values);
}
