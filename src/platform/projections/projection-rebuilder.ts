/** Read tables are disposable: made anew from the log beside the live ones, or compared with it row by row. */
import { ConflictError, NotFoundError } from '../../kernel/errors';
import type { Defer } from '../event-store/defer';
import { type EventStore, SYSTEM_LOG } from '../event-store/event-store.port';
import type { RowWrite, TableDefinition } from '../event-store/row-write';
import type { StreamRegistry } from '../streams/stream-registry';
import type { Projection } from './projection';
import { ProjectionFold } from './projection-fold';
import type { ProjectionTables, TableComparison } from './projection-tables.port';

export interface ProjectionInfo {
  readonly name: string;
  readonly version: number;
  readonly table: string;
  readonly rows: number;
}

export interface Progress {
  readonly events: number;
  readonly total: number;
}

export interface RebuildReport {
  /** The tables are what the log says up to here. */
  readonly position: number;
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
}

export interface VerificationReport {
  /** Log and tables were compared as they were at this position. */
  readonly position: number;
  readonly isEqual: boolean;
  readonly tables: readonly TableComparison[];
}

export type OnProgress = (progress: Progress) => void;

const PAGE = 1_000;
/** Rows written at once: a few milliseconds in which nobody else gets a turn. */
const BATCH = 2_000;
const DETAILED_ROWS = 20;

export class ProjectionRebuilder {
  private isRebuilding = false;

  constructor(
    private readonly store: EventStore,
    private readonly registry: StreamRegistry,
    private readonly tables: ProjectionTables,
    private readonly defer: Defer,
  ) {}

  async list(): Promise<readonly ProjectionInfo[]> {
    const infos: ProjectionInfo[] = [];
    for (const { name, version, table } of this.registry.projections()) {
      infos.push({ name, version, table: table.name, rows: await this.tables.count(table) });
    }
    return infos;
  }

  /**
   * Folds the whole log into fresh tables and swaps them in; the live ones stay readable meanwhile and appends go on. `all`, or
   * one projection with whatever shares its table. Throws NotFoundError, ConflictError `projections.rebuilding`, and DomainError
   * `projections.fold_failed`, which leaves the live tables as they were.
   */
  async rebuild(name: string, onProgress: OnProgress = () => undefined): Promise<RebuildReport> {
    const projections = this.select(name);
    if (this.isRebuilding) throw new ConflictError('projections.rebuilding', 'A rebuild is running; wait for its end and try again');
    this.isRebuilding = true;
    const tables = tablesOf(projections);
    try {
      await this.tables.createCopies(tables);
      const position = await this.fillAndSwap(projections, tables, onProgress);
      const counted = await Promise.all(tables.map(async (table) => ({ table: table.name, rows: await this.tables.count(table) })));
      return { position, tables: counted };
    } catch (error) {
      await this.tables.dropCopies(tables);
      throw error;
    } finally {
      this.isRebuilding = false;
    }
  }

  /** Folds the log again and compares it cell by cell with the live rows at one position. Throws as `rebuild` does. */
  async verify(name: string, onProgress: OnProgress = () => undefined): Promise<VerificationReport> {
    const projections = this.select(name);
    const tables = tablesOf(projections);
    const snapshot = await this.tables.snapshot(tables);
    try {
      const { position } = snapshot;
      const fold = new ProjectionFold(projections);
      const write = (rows: readonly RowWrite[]): Promise<void> => snapshot.write(rows);
      for (let after = 0; after < position;) {
        after = await this.foldPage(fold, after, position, write);
        onProgress({ events: after, total: position });
        await this.turn();
      }
      await write(fold.take());
      const compared: TableComparison[] = [];
      for (const table of tables) compared.push(await snapshot.compare(table, DETAILED_ROWS));
      return { position, isEqual: compared.every(isEqual), tables: compared };
    } finally {
      await snapshot.close();
    }
  }

  /** Between the last look at the log and the swap there is no turn of the event loop, so a busy log cannot outrun it. */
  private async fillAndSwap(
    projections: readonly Projection[],
    tables: readonly TableDefinition[],
    onProgress: OnProgress,
  ): Promise<number> {
    const fold = new ProjectionFold(projections);
    const write = (rows: readonly RowWrite[]): Promise<void> => this.tables.writeCopies(rows);
    const total = await this.store.head(SYSTEM_LOG);
    for (let position = 0; ;) {
      const before = position;
      position = await this.foldPage(fold, before, Number.MAX_SAFE_INTEGER, write);
      onProgress({ events: position, total: Math.max(total, position) });
      if (position - before >= PAGE) {
        await this.turn();
        continue;
      }
      await write(fold.take());
      if (await this.tables.swap(tables, position)) return position;
    }
  }

  /** Gives the position of the last event folded. */
  private async foldPage(
    fold: ProjectionFold,
    after: number,
    upTo: number,
    write: (rows: readonly RowWrite[]) => Promise<void>,
  ): Promise<number> {
    const events = await this.store.readAll({ log: SYSTEM_LOG, after, upTo, limit: PAGE });
    fold.apply(events);
    if (fold.pending >= BATCH) await write(fold.take());
    return events.at(-1)?.position ?? after;
  }

  /** Tables are rebuilt whole, so projections that share one go together. */
  private select(name: string): readonly Projection[] {
    const all = this.registry.projections();
    if (name === 'all') return all;
    const shared = new Set(all.filter((projection) => projection.name === name).map(({ table }) => table.name));
    if (shared.size === 0) throw new NotFoundError('projection');
    return all.filter(({ table }) => shared.has(table.name));
  }

  private turn(): Promise<void> {
    return new Promise(this.defer);
  }
}

const tablesOf = (projections: readonly Projection[]): readonly TableDefinition[] => [
  ...new Map(projections.map(({ table }) => [table.name, table])).values(),
];

const isEqual = ({ changed, missing, surplus }: TableComparison): boolean => changed + missing + surplus === 0;
