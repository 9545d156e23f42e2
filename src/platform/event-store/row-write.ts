/** Rows written together with events: inline projections and idempotency answers. Declared once, so that every database writes the same. */

export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

/** A read table: its columns in order, the leading ones being its key (which starts with log and tenant). */
export interface TableDefinition {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
}

export type RowWrite =
  | { readonly op: 'upsert'; readonly table: TableDefinition; readonly row: Row }
  /** Rejects the whole call with DuplicateKey where the key exists. */
  | { readonly op: 'insert'; readonly table: TableDefinition; readonly row: Row }
  | { readonly op: 'delete'; readonly table: TableDefinition; readonly row: Row }
  /** Changes a row whose columns still hold what is expected; rejects the whole call with StaleRow where they do not, or where there is none. */
  | { readonly op: 'update'; readonly table: TableDefinition; readonly row: Row; readonly expected: Row };
