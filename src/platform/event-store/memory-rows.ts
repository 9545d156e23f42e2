/** Read tables in memory, each change with the step that takes it back. */
import { DuplicateKey, StaleRow } from './event-store.errors';
import type { Row, RowWrite, TableDefinition } from './row-write';
import { cellsOf, keyText } from './row-cells';

export class MemoryRows {
  private readonly tables = new Map<string, Map<string, Row>>();

  of(tableName: string): readonly Row[] {
    return [...(this.tables.get(tableName)?.values() ?? [])];
  }

  /** Throws DuplicateKey where an inserted row exists, StaleRow where a guarded change comes too late. */
  write(write: RowWrite, undo: (() => void)[]): void {
    const { op, table, row } = write;
    const rows = this.tables.get(table.name) ?? new Map<string, Row>();
    this.tables.set(table.name, rows);
    const key = JSON.stringify(cellsOf(table, table.key, row));
    const before = rows.get(key);
    if (op === 'insert' && before) throw new DuplicateKey(table.name, keyText(table, row));
    if (op === 'update' && !(before && holds(before, write.expected))) throw new StaleRow(table.name, keyText(table, row));
    if (op === 'delete') rows.delete(key);
    else rows.set(key, onlyColumns(table, row));
    undo.push(() => {
      if (before) rows.set(key, before);
      else rows.delete(key);
    });
  }
}

const holds = (row: Row, expected: Row): boolean => Object.entries(expected).every(([column, cell]) => row[column] === cell);

function onlyColumns(table: TableDefinition, row: Row): Row {
  const cells = cellsOf(table, table.columns, row);
  return Object.fromEntries(table.columns.map((column, index) => [column, cells[index] ?? null]));
}
