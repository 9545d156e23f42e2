/** A row's cells in its table's order. */
import type { Cell, Row, TableDefinition } from './row-write';

/** A missing column would become NULL in silence, so it is an error. */
export function cellsOf(table: TableDefinition, columns: readonly string[], row: Row): Cell[] {
  return columns.map((column) => {
    const cell = row[column];
    if (cell === undefined) throw new Error(`a row for ${table.name} has no ${column}; give null where there is no value`);
    return cell;
  });
}

/** The key without log and tenant, which the caller knows. */
export const keyText = (table: TableDefinition, row: Row): string =>
  table.key
    .filter((column) => column !== 'log' && column !== 'tenant_id')
    .map((column) => String(row[column]))
    .join(':');
