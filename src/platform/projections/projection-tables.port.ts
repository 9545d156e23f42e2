/** What rebuild and verification ask of a database: copies beside the live tables, a swap, a view of one moment. */
import type { Row, RowWrite, TableDefinition } from '../event-store/row-write';

export interface RowDifference {
  readonly kind: 'changed' | 'missing' | 'surplus';
  readonly table: string;
  readonly key: Row;
  /** Of a changed row: which column, and what it holds as JSON text; null otherwise. */
  readonly column: string | null;
  readonly live: string | null;
  readonly expected: string | null;
}

export interface TableComparison {
  readonly table: string;
  /** Rows that the log says there should be. */
  readonly rows: number;
  readonly changed: number;
  readonly missing: number;
  readonly surplus: number;
  /** The first of them, one entry per column that differs. */
  readonly differences: readonly RowDifference[];
}

/** The database as it was at one position of the log, while others go on writing. */
export interface ProjectionSnapshot {
  readonly position: number;
  /** Adds to what is expected. */
  write(writes: readonly RowWrite[]): Promise<void>;
  /** Expected against live, cell by cell; details of at most `limit` rows. */
  compare(table: TableDefinition, limit: number): Promise<TableComparison>;
  close(): Promise<void>;
}

export abstract class ProjectionTables {
  abstract count(table: TableDefinition): Promise<number>;
  /** Makes empty copies beside the live tables, in place of what a killed rebuild left there. */
  abstract createCopies(tables: readonly TableDefinition[]): Promise<void>;
  abstract writeCopies(writes: readonly RowWrite[]): Promise<void>;
  /** Puts the copies in place of the live tables, atomically; does nothing and says `false` where the log is past `position`. */
  abstract swap(tables: readonly TableDefinition[], position: number): Promise<boolean>;
  abstract dropCopies(tables: readonly TableDefinition[]): Promise<void>;
  abstract snapshot(tables: readonly TableDefinition[]): Promise<ProjectionSnapshot>;
}
