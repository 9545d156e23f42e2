/** What folding the log asks of a database, a page at a time: events in, rows and the place they follow from out. */
import type { RecordedEvent } from '../event-store/event-store.port';
import type { Row, RowWrite, TableDefinition } from '../event-store/row-write';
import type { HeaderField } from './projection';

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
  /** Columns of `events` beside those that every fold reads. */
  readonly header: readonly HeaderField[];
  readonly share: Share;
}

/** What every fold reads of an event. */
type Folded = 'position' | 'tenant_id' | 'stream' | 'version' | 'type' | 'schema_version' | 'ts' | 'data';
/** The rest of the header is there where the query asks for it. */
export type FoldEvent = Pick<RecordedEvent, Folded> & Partial<Pick<RecordedEvent, HeaderField>>;

const FOLDED: readonly Folded[] = ['position', 'tenant_id', 'stream', 'version', 'type', 'schema_version', 'ts', 'data'];

/** The columns of a query, in the order in which `foldEvent` takes their cells. */
export const foldColumns = ({ header }: FoldQuery): readonly string[] => [...FOLDED, ...header];

export type EventCells = readonly [number, string, string, number, string, number, string, string, ...(string | null)[]];

/** From bare cells: a driver takes longer to make an object with names than this does. */
function foldEvent(cells: EventCells, header: readonly HeaderField[]): FoldEvent {
  const event: FoldEvent = {
    position: cells[0],
    tenant_id: cells[1],
    stream: cells[2],
    version: cells[3],
    type: cells[4],
    schema_version: cells[5],
    ts: cells[6],
    data: cells[7],
  };
  for (let index = 0; index < header.length; index++) {
    (event as Record<string, unknown>)[header[index] ?? ''] = cells[FOLDED.length + index];
  }
  return event;
}

export const foldEvents = (rows: readonly EventCells[], { header }: FoldQuery): readonly FoldEvent[] =>
  rows.map((cells) => foldEvent(cells, header));

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
