/** What rebuild and verification ask of a database: copies beside the live tables, a swap, a view of one moment. */
import type { Instant } from '../../kernel/clock';
import type { Row, TableDefinition } from '../event-store/row-write';
import type { Build, PartPosition, TableBuild } from './build-records';
import type { FoldIo, Positions } from './fold-io';

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

/** The database as it was at one position of each log, while others go on writing; what is committed to it is what is expected. */
export interface ProjectionSnapshot extends FoldIo {
  readonly positions: Positions;
  /** Expected against live, cell by cell; details of at most `limit` rows. */
  compare(table: TableDefinition, limit: number): Promise<TableComparison>;
  close(): Promise<void>;
}

/** How a thread of its own finds the database. */
export type DatabaseAddress = { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string };

/** Folds what is still missing and says where that ends; called again where the log has moved on meanwhile. */
export type CatchUp = (io: FoldIo) => Promise<Positions>;

export abstract class ProjectionTables {
  abstract readonly address: DatabaseAddress;
  abstract count(table: TableDefinition): Promise<number>;
  /** Where each log ends. */
  abstract heads(): Promise<Positions>;
  /** Every table's builds that are known. */
  abstract builds(): Promise<readonly TableBuild[]>;
  abstract parts(buildId: string): Promise<readonly PartPosition[]>;
  /** Runs `work` while no other process does such work; `onWait` is told where another does. */
  abstract exclusively<Result>(work: () => Promise<Result>, onWait: () => void): Promise<Result>;
  /** Takes note that the tables are live in these versions as they are. */
  abstract register(versions: ReadonlyMap<string, string>, buildId: string, now: Instant): Promise<void>;
  /** Makes empty copies with their indexes beside the live tables, in place of what another build left there. */
  abstract begin(build: Build, tables: readonly TableDefinition[]): Promise<void>;
  /** The copies of a build. */
  abstract copies(build: Build): FoldIo;
  /** Drops the copies of those tables that are still of this build, and forgets it. */
  abstract discard(buildId: string, tables: readonly TableDefinition[]): Promise<void>;
  /** Puts the copies in place of the live tables at one moment of every log; what was live is kept as the former table. */
  abstract swap(build: Build, tables: readonly TableDefinition[], catchUp: CatchUp, now: Instant): Promise<Positions>;
  /** Catches the former table up and lets it and the live one change places, likewise. */
  abstract exchange(table: TableDefinition, former: TableBuild, catchUp: CatchUp): Promise<Positions>;
  /** Whether the former table still has every column of the live one, and no other. */
  abstract fits(table: TableDefinition): Promise<boolean>;
  abstract snapshot(tables: readonly TableDefinition[]): Promise<ProjectionSnapshot>;
}
