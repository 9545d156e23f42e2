/** The steps of a rebuild: begin or go on, fold in rounds until little is left, and fold the rest while nothing is appended. */
import type { Clock, Instant } from '../../kernel/clock';
import type { Build, TableBuild } from './build-records';
import { type FoldIo, type Positions, WHOLE } from './fold-io';
import { foldLog } from './fold-log';
import { type OnProgress, ProgressMeter } from './progress-meter';
import type { Projection } from './projection';
import type { CatchUp, ProjectionTables } from './projection-tables.port';
import { type ProjectionWork, type SharedRanges, tablesOf } from './projection-work';
import { versionsOf } from './table-versions';

/** Events that may be left for the moment in which nobody can append: a few milliseconds. */
const LITTLE = 500;

export interface NewBuild {
  readonly id: string;
  readonly parts: number;
  readonly startedAt: Instant;
}

/** An interrupted build of the same tables in the same versions goes on; anything else that was left is dropped. */
export async function resumeOrBegin(tables: ProjectionTables, projections: readonly Projection[], fresh: NewBuild): Promise<Build> {
  const versions = versionsOf(projections);
  const open = (await tables.builds()).filter(({ state }) => state === 'BUILDING');
  const [first] = open;
  const isSame =
    first !== undefined &&
    open.length === versions.size &&
    open.every(({ table, version, buildId }) => versions.get(table) === version && buildId === first.buildId);
  if (isSame) return { id: first.buildId, parts: first.parts, startedAt: first.startedAt, tables: versions };
  const build: Build = { ...fresh, tables: versions };
  await tables.begin(build, tablesOf(projections));
  return build;
}

export interface Filling {
  readonly tables: ProjectionTables;
  readonly projections: readonly Projection[];
  readonly build: Build;
  readonly clock: Clock;
  readonly statesKept?: number;
}

/** Rounds, each up to where the logs ended when it began: what is appended meanwhile is for the next, which is shorter. */
export async function fillBuild(
  { tables, projections, build, clock, statesKept }: Filling,
  workFor: (events: number) => ProjectionWork,
  onProgress: OnProgress,
  check: () => void,
): Promise<void> {
  for (;;) {
    check();
    const heads = await tables.heads();
    const reached = await reachedBy(tables, build);
    const shares = sharesOf(build, heads, reached);
    const left = shares.flatMap(({ ranges }) => ranges).reduce((sum, { after, upTo }) => sum + upTo - after, 0) / build.parts;
    if (left <= LITTLE && isEven(build, heads, reached)) return;
    const meter = new ProgressMeter(clock, heads, build.parts, onProgress);
    for (const { share, ranges } of sharesOf(build, heads, new Map())) {
      for (const { log } of ranges) meter.starts(log, share.part, reached.get(placeOf(log, share.part)) ?? 0);
    }
    await workFor(left).fill(tables, { build, projections, shares, statesKept }, (log, part, position) => {
      check();
      meter.reached(log, part, position);
    });
  }
}

/** Folds from `start` to the head of each log, as often as it is asked. */
export function catchUpFrom(tables: ProjectionTables, projections: readonly Projection[], start: Positions, parts: number): CatchUp {
  const reached = new Map(start);
  const all = Array.from({ length: parts }, (_, part) => part);
  return async (io: FoldIo) => {
    for (const [log, upTo] of await tables.heads()) {
      const after = reached.get(log) ?? 0;
      await foldLog({ projections, range: { log, after, upTo }, share: WHOLE, parts: all }, io, () => Promise.resolve());
      reached.set(log, upTo);
    }
    return new Map(reached);
  };
}

/** Of a table whose parts are all at one position. */
export async function positionsOf(tables: ProjectionTables, { buildId }: Pick<TableBuild, 'buildId'>): Promise<Positions> {
  const positions = new Map<number, number>();
  for (const { log, position } of await tables.parts(buildId)) positions.set(log, Math.min(position, positions.get(log) ?? position));
  return positions;
}

type Reached = ReadonlyMap<string, number>;
const placeOf = (log: number, part: number): string => `${log}:${part}`;

const reachedBy = async (tables: ProjectionTables, { id }: Build): Promise<Reached> =>
  new Map((await tables.parts(id)).map(({ log, part, position }) => [placeOf(log, part), position]));

function sharesOf({ parts }: Build, heads: Positions, reached: Reached): readonly SharedRanges[] {
  return Array.from({ length: parts }, (_, part) => ({
    share: { part, parts },
    ranges: [...heads].flatMap(([log, upTo]) => {
      const after = reached.get(placeOf(log, part)) ?? 0;
      return after < upTo ? [{ log, after, upTo }] : [];
    }),
  }));
}

/** Whether every part of a log is at the same position, so that the rest can be folded as one. */
const isEven = ({ parts }: Build, heads: Positions, reached: Reached): boolean =>
  [...heads.keys()].every((log) => {
    const places = Array.from({ length: parts }, (_, part) => reached.get(placeOf(log, part)) ?? 0);
    return places.every((place) => place === places[0]);
  });
