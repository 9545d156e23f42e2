/** Folds part of a log page by page; rows and checkpoint are committed together, so that a crash costs no more than a batch. */
import type { FoldEvent, FoldIo, LogRange, Share } from './fold-io';
import type { Projection } from './projection';
import { ProjectionFold } from './projection-fold';

/** Positions looked at in one go: a few milliseconds. */
export const WINDOW = 1_024;
/** Rows that wait to be written, at most about this many and those of a page. */
const BATCH = 2_000;
/** Positions after which a checkpoint is written even where few rows changed. */
const CHECKPOINT_EVERY = 65_536;
/** States of each projection kept in memory, twice over. */
export const STATES_KEPT = 20_000;

export interface FoldTask {
  readonly projections: readonly Projection[];
  readonly range: LogRange;
  readonly share: Share;
  /** The parts that the checkpoint speaks for: the share's own, or all where it is the whole. */
  readonly parts: readonly number[];
  readonly statesKept?: number;
}

/** Called after each page with the position it ended at: to breathe, to show progress, or to stop by throwing. */
export type AfterPage = (position: number) => Promise<void>;

/** Throws what ProjectionFold.apply throws, and what `afterPage` throws. */
export async function foldLog({ projections, range, share, parts, statesKept = STATES_KEPT }: FoldTask, io: FoldIo, afterPage: AfterPage) {
  const { log, upTo } = range;
  const fold = new ProjectionFold(projections, log, statesKept, range.after === 0);
  const query = { categories: fold.categories, header: fold.header, share };
  const commit = (from: number, position: number): Promise<void> => io.commit(fold.take(), { log, parts, from, position });
  const endOf = (after: number): number => Math.min(after + WINDOW, upTo);
  const read = (after: number): Promise<readonly FoldEvent[]> => io.read(query, { log, after, upTo: endOf(after) });
  let committed = range.after;
  let events = range.after < upTo ? await read(range.after) : [];
  for (let after = range.after; after < upTo;) {
    for (const { fold: states, keys } of fold.missing(events)) states.adopt(await io.load(states.table, keys));
    after = endOf(after);
    const next = after < upTo ? read(after) : NO_MORE;
    await beside(next, () => fold.apply(events));
    events = await next;
    if (fold.pending >= BATCH || fold.isFull || after - committed >= CHECKPOINT_EVERY || after === upTo) {
      await commit(committed, after);
      committed = after;
    }
    await afterPage(after);
  }
}

const NO_MORE = Promise.resolve<readonly FoldEvent[]>([]);

/** A page is on its way while the one before is folded, and nothing else is asked of its connection before it is there. */
async function beside(coming: Promise<unknown>, work: () => void): Promise<void> {
  try {
    work();
  } finally {
    await Promise.allSettled([coming]);
  }
}
