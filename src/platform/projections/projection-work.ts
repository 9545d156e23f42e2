/** The two pieces of work that go through a whole log: filling copies, and comparing live tables with what the log says. */
import type { TableDefinition } from '../event-store/row-write';
import type { Build } from './build-records';
import { type FoldIo, type LogRange, type Positions, type Share, WHOLE } from './fold-io';
import { foldLog } from './fold-log';
import type { Projection } from './projection';
import type { ProjectionSnapshot, ProjectionTables, TableComparison } from './projection-tables.port';

export interface LogPosition {
  readonly log: number;
  readonly position: number;
}

export interface VerificationReport {
  /** Log and tables were compared as they were at these positions. */
  readonly positions: readonly LogPosition[];
  readonly isEqual: boolean;
  readonly tables: readonly TableComparison[];
}

/** Told where one part of a log has come to. Throws to stop the work. */
export type OnPage = (log: number, part: number, position: number) => void;

export interface SharedRanges {
  readonly share: Share;
  readonly ranges: readonly LogRange[];
}

export interface FillWork {
  readonly build: Build;
  readonly projections: readonly Projection[];
  readonly shares: readonly SharedRanges[];
  /** States kept of each projection; as many as usual where it is missing. */
  readonly statesKept?: number;
}

/** Where such work is done: in this thread, page by page, or in threads of its own. */
export abstract class ProjectionWork {
  /** How many parts it folds at once. */
  abstract readonly parts: number;
  /** Folds every share into the build's copies. Throws what folding throws and what `onPage` throws. */
  abstract fill(tables: ProjectionTables, work: FillWork, onPage: OnPage): Promise<void>;
  abstract verify(tables: ProjectionTables, projections: readonly Projection[], onPage: OnPage): Promise<VerificationReport>;
}

export const positionList = (positions: Positions): readonly LogPosition[] => [...positions].map(([log, position]) => ({ log, position }));

export const tablesOf = (projections: readonly Projection[]): readonly TableDefinition[] => [
  ...new Map(projections.map(({ table }) => [table.name, table])).values(),
];

/** Lets others have a turn. */
export type Breathe = () => Promise<void>;

export async function fillShare(work: FillWork, { share, ranges }: SharedRanges, io: FoldIo, onPage: OnPage, breathe: Breathe) {
  const { projections, statesKept } = work;
  for (const range of ranges) {
    await foldLog({ projections, range, share, parts: [share.part], statesKept }, io, async (position) => {
      onPage(range.log, share.part, position);
      await breathe();
    });
  }
}

const DETAILED_ROWS = 20;

/** Folds everything up to the snapshot and compares it cell by cell with the live rows of that moment. */
export async function verifySnapshot(snapshot: ProjectionSnapshot, projections: readonly Projection[], onPage: OnPage, breathe: Breathe) {
  for (const [log, upTo] of snapshot.positions) {
    await foldLog({ projections, range: { log, after: 0, upTo }, share: WHOLE, parts: [] }, snapshot, async (position) => {
      onPage(log, 0, position);
      await breathe();
    });
  }
  const tables: TableComparison[] = [];
  for (const table of tablesOf(projections)) tables.push(await snapshot.compare(table, DETAILED_ROWS));
  const report: VerificationReport = { positions: positionList(snapshot.positions), isEqual: tables.every(isEqual), tables };
  return report;
}

const isEqual = ({ changed, missing, surplus }: TableComparison): boolean => changed + missing + surplus === 0;
