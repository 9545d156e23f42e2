/** What folding the log asks of a database, a page at a time: events in, rows and the place they follow from out. */
import type { RecordedEvent } from '../event-store/event-store.port';
import type { Row, RowWrite, TableDefinition } from '../event-store/row-write';

/** Of each log, by its number: everything up to there is folded. */
export type Positions = ReadonlyMap<number, number>;

/** Part of one log: `after` is excluded, `upTo` included. */
export interface LogRange {
  readonly log: number;
  readonly after: number;
  readonly upTo: number;
}

/** The streams whose id falls into this part of `parts`; every stream falls into one. */
export interface Share {
  readonly part: number;
  readonly parts: number;
}

export const WHOLE: Share = { part: 0, parts: 1 };

export interface FoldQuery {
  readonly categories: readonly string[];
  /** Columns of `events`: no more than the fold reads. */
  readonly columns: readonly string[];
  readonly share: Share;
}

/** What every fold reads of an event; those with event projections read the rest of the header too. */
export type FoldEvent = Pick<RecordedEvent, 'position' | 'tenant_id' | 'stream' | 'version' | 'type' | 'schema_version' | 'ts' | 'data'>;

/** These parts of one log, which were folded up to `from`, are now up to `position`. */
export interface Checkpoint {
  readonly log: number;
  readonly parts: readonly number[];
  readonly from: number;
  readonly position: number;
}

export interface FoldIo {
  read(query: FoldQuery, range: LogRange): Promise<readonly FoldEvent[]>;
  /** Rows of these keys, as they were committed; a missing one is left out. */
  load(table: TableDefinition, keys: readonly Row[]): Promise<readonly Row[]>;
  /**
   * Rows and checkpoint together, or neither. Throws ConflictError `projections.overtaken` where the parts are not at `from`: somebody else
   * goes on with this build.
   */
  commit(writes: readonly RowWrite[], checkpoint: Checkpoint): Promise<void>;
}
