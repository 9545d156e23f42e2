/** Read tables are disposable: made anew from the log beside the live ones, compared with it row by row, or put back as they were. */
import type { Clock } from '../../kernel/clock';
import { ConflictError, DomainError, NotFoundError, UnavailableError } from '../../kernel/errors';
import type { Ids } from '../../kernel/ids';
import type { StreamRegistry } from '../streams/stream-registry';
import type { TableBuild } from './build-records';
import { catchUpFrom, fillBuild, positionsOf, resumeOrBegin } from './build-steps';
import { type OnProgress, ProgressMeter } from './progress-meter';
import { otherVersion, progressLines, sum } from './rebuild-words';
import type { Projection } from './projection';
import type { ProjectionTables } from './projection-tables.port';
import { type LogPosition, positionList, type ProjectionWork, tablesOf, type VerificationReport } from './projection-work';
import { versionOf, versionsOf } from './table-versions';

export interface ProjectionInfo {
  readonly name: string;
  /** Of the code that runs. */
  readonly version: number;
  readonly table: string;
  readonly rows: number;
  /** What made the live table: names and versions of its projections. */
  readonly live: string | null;
  /** The table that `rollback` brings back, and where it stands. */
  readonly former: { readonly version: string; readonly positions: readonly LogPosition[] } | null;
  /** A rebuild that runs or was interrupted. */
  readonly building: { readonly version: string; readonly startedAt: string; readonly events: number; readonly total: number } | null;
}

export interface RebuildReport {
  /** The tables are what the log says up to here. */
  readonly positions: readonly LogPosition[];
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
}

export interface RebuilderParts {
  readonly registry: StreamRegistry;
  readonly tables: ProjectionTables;
  /** For a small log: in this thread. */
  readonly work: ProjectionWork;
  /** For one with more events than `heavyFrom`. */
  readonly heavyWork: ProjectionWork;
  readonly heavyFrom?: number;
  readonly clock: Clock;
  readonly ids: Ids;
  /** States of each projection that a rebuild keeps in memory; as many as usual where it is missing. */
  readonly statesKept?: number;
}

/** Where nothing else is asked for. */
const ALL = 'all';
/** Events that are worth threads: below, their start and their warming up cost more than they save. */
const LARGE = 100_000;
const quiet: OnProgress = () => undefined;

/** What was built is for whoever goes on with it: this program after its next start, or another process already. */
const isAnothers = (error: unknown): boolean =>
  error instanceof UnavailableError || (error instanceof ConflictError && error.code === 'projections.overtaken');

export class ProjectionRebuilder {
  private running: 'rebuild' | 'rollback' | null = null;
  private stopping: Error | null = null;
  private ended: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: RebuilderParts) {}

  async list(): Promise<readonly ProjectionInfo[]> {
    const { registry, tables } = this.parts;
    const builds = await tables.builds();
    const total = sum((await tables.heads()).values());
    const infos: ProjectionInfo[] = [];
    for (const { name, version, table } of registry.projections()) {
      const of = (state: TableBuild['state']): TableBuild | null =>
        builds.find((build) => build.table === table.name && build.state === state) ?? null;
      const [former, building] = [of('FORMER'), of('BUILDING')];
      infos.push({
        name,
        version,
        table: table.name,
        rows: await tables.count(table),
        live: of('LIVE')?.version ?? null,
        former: former && { version: former.version, positions: positionList(await positionsOf(tables, former)) },
        building: building && {
          version: building.version,
          startedAt: building.startedAt,
          events: Math.floor(sum((await tables.parts(building.buildId)).map(({ position }) => position)) / building.parts),
          total,
        },
      });
    }
    return infos;
  }

  /**
   * Folds every log into fresh tables and swaps them in; the live ones stay readable meanwhile and appends go on. `all`, or
   * one projection with whatever shares its table. One that a crash or a stop interrupted goes on where it was. Throws
   * NotFoundError, ConflictError `projections.rebuilding` or `projections.cancelled`, and DomainError `projections.fold_failed`,
   * which leaves the live tables as they were.
   */
  async rebuild(name: string, onProgress: OnProgress = quiet): Promise<RebuildReport> {
    const projections = this.select(name);
    return this.alone('rebuild', () => this.rebuildOf(projections, onProgress));
  }

  /** Folds the logs again and compares them cell by cell with the live rows at one moment. Throws as `rebuild` does. */
  async verify(name: string, onProgress: OnProgress = quiet): Promise<VerificationReport> {
    const { tables, clock } = this.parts;
    const projections = this.select(name);
    const heads = await tables.heads();
    const meter = new ProgressMeter(clock, heads, 1, onProgress);
    return this.workFor(sum(heads.values())).verify(tables, projections, (log, part, position) => meter.reached(log, part, position));
  }

  /**
   * Brings the former table back, caught up with the log; the live one becomes the former. Throws NotFoundError, and DomainError
   * `projections.no_former`, or `projections.other_version` where it is not this program that knows how to go on with it.
   */
  async rollback(name: string): Promise<RebuildReport> {
    if (name === ALL)
      throw new DomainError('projections.one_at_a_time', 'Name one projection to roll back; vb projections list shows them');
    const projections = this.select(name);
    return this.alone('rollback', async () => {
      const [table] = tablesOf(projections);
      const former = (await this.parts.tables.builds()).find((build) => build.table === table?.name && build.state === 'FORMER');
      if (!table || !former) {
        throw new DomainError('projections.no_former', `${name} has no former table; one is kept when a rebuild is swapped in`);
      }
      const version = versionOf(projections);
      if (former.version !== version || !(await this.parts.tables.fits(table))) throw otherVersion(name, former.version, version);
      return this.exchange(projections, former);
    });
  }

  /** Ends a running rebuild, or gives up an interrupted one, and drops what it has built. Throws ConflictError where there is none. */
  async cancel(): Promise<void> {
    if (this.running) {
      this.stopping = new ConflictError('projections.cancelled', 'The rebuild was cancelled; the read tables are as they were');
      await this.ended;
      return;
    }
    const { registry, tables } = this.parts;
    const open = (await tables.builds()).filter(({ state }) => state === 'BUILDING');
    if (open.length === 0) {
      throw new ConflictError('projections.not_rebuilding', 'No rebuild is running and none was interrupted; there is nothing to cancel');
    }
    const definitions = tablesOf(registry.projections());
    await this.alone('rebuild', async () => {
      for (const { table, buildId } of open)
        await tables.discard(
          buildId,
          definitions.filter(({ name }) => name === table),
        );
    });
  }

  /** Interrupts a running rebuild where it can go on later, and waits until it is still. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.stopping = new UnavailableError(
      'projections.interrupted',
      'The process is stopping; the same rebuild goes on where it was after the start',
    );
    await this.ended;
  }

  /** Brings the live tables to the versions of this program, before it serves: gives the lines that say what was done. */
  async bringUpToDate(say: (line: string) => void): Promise<void> {
    const { tables } = this.parts;
    if ((await this.outdated()).length === 0) return;
    const waiting = (): void => say('Another process is rebuilding read tables; waiting for it');
    await tables.exclusively(async () => {
      const projections = await this.outdated(); // another process may have done it meanwhile
      if (projections.length > 0) await this.alone('rebuild', () => this.replace(projections, say), true);
    }, waiting);
  }

  private async replace(projections: readonly Projection[], say: (line: string) => void): Promise<void> {
    const { tables, clock, ids } = this.parts;
    const versions = versionsOf(projections);
    if ((await tables.heads()).size === 0) {
      await tables.register(versions, ids.next(), clock.now());
      return;
    }
    const formers = (await tables.builds()).filter(({ state, table, version }) => state === 'FORMER' && versions.get(table) === version);
    for (const former of formers) {
      const own = projections.filter(({ table }) => table.name === former.table);
      const [table] = tablesOf(own);
      if (!table || !(await tables.fits(table))) continue;
      say(`Read table ${former.table} goes back to its former version ${former.version}`);
      await this.exchange(own, former);
    }
    const left = (await this.outdated()).filter(({ name }) => projections.some((projection) => projection.name === name));
    if (left.length === 0) return;
    say(`Read tables are rebuilt from the log: ${[...versionsOf(left).values()].join(', ')}`);
    await this.rebuildOf(left, progressLines(say));
    say('Read tables are rebuilt');
  }

  private async rebuildOf(projections: readonly Projection[], onProgress: OnProgress): Promise<RebuildReport> {
    const { tables, clock, ids, statesKept } = this.parts;
    const definitions = tablesOf(projections);
    const total = sum((await tables.heads()).values());
    const parts = projections.some((projection) => projection.kind === 'event' && projection.spansStreams) ? 1 : this.workFor(total).parts;
    const build = await resumeOrBegin(tables, projections, { id: ids.next(), parts, startedAt: clock.now() });
    try {
      await fillBuild(
        { tables, projections, build, statesKept, clock },
        (lag) => this.workFor(lag),
        onProgress,
        () => this.check(),
      );
      const start = await positionsOf(tables, { buildId: build.id });
      const positions = await tables.swap(build, definitions, catchUpFrom(tables, projections, start, build.parts), clock.now());
      return await this.report(positions, projections);
    } catch (error) {
      if (!isAnothers(error)) await tables.discard(build.id, definitions);
      throw error;
    }
  }

  private async exchange(projections: readonly Projection[], former: TableBuild): Promise<RebuildReport> {
    const { tables } = this.parts;
    const [table] = tablesOf(projections);
    if (!table) throw new NotFoundError('projection');
    const start = await positionsOf(tables, former);
    return this.report(await tables.exchange(table, former, catchUpFrom(tables, projections, start, 1)), projections);
  }

  private async report(positions: ReadonlyMap<number, number>, projections: readonly Projection[]): Promise<RebuildReport> {
    const { tables } = this.parts;
    const counted = tablesOf(projections).map(async (table) => ({ table: table.name, rows: await tables.count(table) }));
    return { positions: positionList(positions), tables: await Promise.all(counted) };
  }

  /** Projections whose live table another version of their code made, with all that share it. */
  private async outdated(): Promise<readonly Projection[]> {
    const all = this.parts.registry.projections();
    const live = new Map(
      (await this.parts.tables.builds()).flatMap(({ state, table, version }) => (state === 'LIVE' ? [[table, version]] : [])),
    );
    const versions = versionsOf(all);
    return all.filter(({ table }) => live.get(table.name) !== versions.get(table.name));
  }

  /** Tables are rebuilt whole, so projections that share one go together. */
  private select(name: string): readonly Projection[] {
    const all = this.parts.registry.projections();
    if (name === ALL) return all;
    const shared = new Set(all.filter((projection) => projection.name === name).map(({ table }) => table.name));
    if (shared.size === 0) throw new NotFoundError('projection');
    return all.filter(({ table }) => shared.has(table.name));
  }

  private workFor(events: number): ProjectionWork {
    const { work, heavyWork, heavyFrom = LARGE } = this.parts;
    return events > heavyFrom ? heavyWork : work;
  }

  private check(): void {
    if (this.stopping) throw this.stopping;
  }

  /** One at a time in this process, and among all of them. */
  private async alone<Result>(what: 'rebuild' | 'rollback', work: () => Promise<Result>, isAlone = false): Promise<Result> {
    const busy = (): never => {
      throw new ConflictError('projections.rebuilding', 'A rebuild is running; wait for its end and try again');
    };
    if (this.running) busy();
    this.running = what;
    this.stopping = null;
    const result = isAlone ? work() : this.parts.tables.exclusively(work, busy);
    this.ended = result.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await result;
    } finally {
      this.running = null;
    }
  }
}
