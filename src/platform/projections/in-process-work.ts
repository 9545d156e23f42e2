/** Work on read tables in this thread: for small logs, and where there are no threads. Others get a turn after each page. */
import type { Defer } from '../event-store/defer';
import type { Projection } from './projection';
import type { ProjectionTables } from './projection-tables.port';
import {
  type Breathe,
  type FillWork,
  fillShare,
  type OnPage,
  ProjectionWork,
  tablesOf,
  type VerificationReport,
  verifySnapshot,
} from './projection-work';

export class InProcessWork extends ProjectionWork {
  readonly parts: number;
  private readonly breathe: Breathe;

  /** More parts than one are for tests: they are folded one after the other. */
  constructor(defer: Defer, parts = 1) {
    super();
    this.parts = parts;
    this.breathe = () => new Promise(defer);
  }

  async fill(tables: ProjectionTables, work: FillWork, onPage: OnPage): Promise<void> {
    const io = tables.copies(work.build);
    for (const shared of work.shares) await fillShare(work, shared, io, onPage, this.breathe);
  }

  async verify(tables: ProjectionTables, projections: readonly Projection[], onPage: OnPage): Promise<VerificationReport> {
    const snapshot = await tables.snapshot(tablesOf(projections));
    try {
      return await verifySnapshot(snapshot, projections, onPage, this.breathe);
    } finally {
      await snapshot.close();
    }
  }
}
