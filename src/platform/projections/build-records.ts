/** What is known of each read table: which version of its projections made it, and how far it is. Statements for every database. */
import { SYSTEM_TENANT } from '../../kernel/context';
import type { Instant } from '../../kernel/clock';
import { ConflictError } from '../../kernel/errors';
import { SYSTEM_LOG } from '../event-store/event-store.port';
import type { Cell, Row } from '../event-store/row-write';
import type { Checkpoint, Positions } from './fold-io';

export type BuildState = 'BUILDING' | 'LIVE' | 'FORMER';

export interface TableBuild {
  readonly table: string;
  readonly state: BuildState;
  /** Names and versions of the projections that write it: `positions@2`. */
  readonly version: string;
  readonly buildId: string;
  /** How many parts its streams are split into; 1 once it is finished. */
  readonly parts: number;
  readonly startedAt: Instant;
  readonly finishedAt: Instant | null;
}

/** Of one build: everything of this log and part up to here is in its rows. */
export interface PartPosition {
  readonly log: number;
  readonly part: number;
  readonly position: number;
}

export interface Statement {
  readonly sql: string;
  readonly params: readonly Cell[];
}

/** A build of tables that are folded in one pass and swapped together. */
export interface Build {
  readonly id: string;
  readonly parts: number;
  readonly startedAt: Instant;
  /** By table, its version. */
  readonly tables: ReadonlyMap<string, string>;
}

/** The registry is the system's own. */
const SCOPE = [SYSTEM_LOG, SYSTEM_TENANT] as const;
const OWN = 'log = ? AND tenant_id = ?';

export const LIST_BUILDS: Statement = {
  sql: `SELECT table_name, state, version, build_id, parts, started_at, finished_at FROM projection_builds WHERE ${OWN} ORDER BY table_name, state`,
  params: SCOPE,
};

export const tableBuild = (row: Row): TableBuild => ({
  table: String(row['table_name']),
  state: String(row['state']) as BuildState,
  version: String(row['version']),
  buildId: String(row['build_id']),
  parts: Number(row['parts']),
  startedAt: String(row['started_at']),
  finishedAt: row['finished_at'] === null ? null : String(row['finished_at']),
});

export const listParts = (buildId: string): Statement => ({
  sql: 'SELECT log, part, position FROM projection_build_parts WHERE tenant_id = ? AND build_id = ? ORDER BY log, part',
  params: [SYSTEM_TENANT, buildId],
});

export const partPosition = (row: Row): PartPosition => ({
  log: Number(row['log']),
  part: Number(row['part']),
  position: Number(row['position']),
});

/** Each must concern one row; where one does not, somebody else has moved the part on. */
export const saveCheckpoint = (buildId: string, { log, parts, from, position }: Checkpoint): readonly Statement[] =>
  parts.map((part) => (from === 0 ? insertPart(buildId, log, part, position) : movePart(buildId, log, part, from, position)));

const insertPart = (buildId: string, log: number, part: number, position: number): Statement => ({
  sql: `INSERT INTO projection_build_parts (log, tenant_id, build_id, part, position) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (log, tenant_id, build_id, part) DO UPDATE SET position = excluded.position WHERE projection_build_parts.position = 0`,
  params: [log, SYSTEM_TENANT, buildId, part, position],
});

const movePart = (buildId: string, log: number, part: number, from: number, position: number): Statement => ({
  sql: 'UPDATE projection_build_parts SET position = ? WHERE log = ? AND tenant_id = ? AND build_id = ? AND part = ? AND position = ?',
  params: [position, log, SYSTEM_TENANT, buildId, part, from],
});

export const overtaken = (): ConflictError =>
  new ConflictError('projections.overtaken', 'Another process goes on with this rebuild; this one leaves it to that one');

export const beginRecords = ({ id, parts, startedAt, tables }: Build): readonly Statement[] =>
  [...tables].map(([table, version]) =>
    insertBuild({ table, state: 'BUILDING', version, buildId: id, parts, startedAt, finishedAt: null }),
  );

/** Forgets what is known of a table in this state, and how far it was where nothing else came of that build. */
export const forgetRecords = (table: string, state: BuildState): readonly Statement[] => [
  { sql: `DELETE FROM projection_builds WHERE ${OWN} AND table_name = ? AND state = ?`, params: [...SCOPE, table, state] },
  FORGET_PARTS,
];

const FORGET_PARTS: Statement = {
  sql: `DELETE FROM projection_build_parts WHERE tenant_id = ? AND build_id NOT IN (SELECT build_id FROM projection_builds WHERE ${OWN})`,
  params: [SYSTEM_TENANT, ...SCOPE],
};

/** One row where the table's copy is of this build. */
export const isBuilding = (table: string, buildId: string): Statement => ({
  sql: `SELECT 1 AS found FROM projection_builds WHERE ${OWN} AND table_name = ? AND state = 'BUILDING' AND build_id = ?`,
  params: [...SCOPE, table, buildId],
});

/** Must concern one row: the build is still this one. */
export const finishRecord = (table: string, { id }: Build, now: Instant): Statement => ({
  sql: `UPDATE projection_builds SET parts = 1, finished_at = ? WHERE ${OWN} AND table_name = ? AND state = 'BUILDING' AND build_id = ?`,
  params: [now, ...SCOPE, table, id],
});

/** The live table becomes the former one, which stands at `positions`; the built one becomes the live one. */
export function swapRecords(table: string, { id }: Build, positions: Positions): readonly Statement[] {
  const former = `${table} before ${id}`;
  return [
    ...forgetRecords(table, 'FORMER'),
    {
      sql: `UPDATE projection_builds SET state = 'FORMER', build_id = ?, parts = 1 WHERE ${OWN} AND table_name = ? AND state = 'LIVE'`,
      params: [former, ...SCOPE, table],
    },
    ...[...positions].map(([log, position]) => insertPart(former, log, 0, position)),
    {
      sql: `UPDATE projection_builds SET state = 'LIVE' WHERE ${OWN} AND table_name = ? AND state = 'BUILDING'`,
      params: [...SCOPE, table],
    },
    FORGET_PARTS,
  ];
}

/** Live and former change places. What was live stands at `positions`. */
export function exchangeRecords(table: string, id: string, positions: Positions): readonly Statement[] {
  const former = `${table} before ${id}`;
  const become = (from: string, to: string): Statement => ({
    sql: `UPDATE projection_builds SET state = '${to}' WHERE ${OWN} AND table_name = ? AND state = '${from}'`,
    params: [...SCOPE, table],
  });
  return [
    ...forgetRecords(table, 'BUILDING'),
    become('FORMER', 'BUILDING'),
    {
      sql: `UPDATE projection_builds SET state = 'FORMER', build_id = ?, parts = 1 WHERE ${OWN} AND table_name = ? AND state = 'LIVE'`,
      params: [former, ...SCOPE, table],
    },
    become('BUILDING', 'LIVE'),
    ...[...positions].map(([log, position]) => insertPart(former, log, 0, position)),
    FORGET_PARTS,
  ];
}

/** The table is what the log says without having been built: it was empty when the log was. */
export const liveRecord = (table: string, version: string, buildId: string, now: Instant): readonly Statement[] => [
  ...forgetRecords(table, 'LIVE'),
  insertBuild({ table, state: 'LIVE', version, buildId, parts: 1, startedAt: now, finishedAt: now }),
];

const insertBuild = ({ table, state, version, buildId, parts, startedAt, finishedAt }: TableBuild): Statement => ({
  sql: `INSERT INTO projection_builds (log, tenant_id, table_name, state, version, build_id, parts, started_at, finished_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  params: [...SCOPE, table, state, version, buildId, parts, startedAt, finishedAt],
});
