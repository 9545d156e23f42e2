/** After a refused flush: what the database holds of everything that its calls name. */
import type { BatchStatement } from '../database/postgres-batch';
import type { Known } from './flush-plan';
import { nameKey } from './flush-plan';
import { rowKey } from './flush-rows';
import type { QueuedCall } from './call-queue';
import { lookStatement, type StatementNames } from './postgres-rows';
import type { RowWrite } from './row-write';
import { joined } from './text-columns';

const pairs = (first: number): string =>
  `SELECT * FROM unnest(string_to_array($${first}, E'\\x1f'), string_to_array($${first + 1}, E'\\x1f'))`;
const VERSIONS = `SELECT tenant_id, stream, version FROM stream_heads WHERE log = $1 AND (tenant_id, stream) IN (${pairs(2)})`;
const KEYS = `SELECT tenant_id, unique_key FROM events WHERE log = $1 AND (tenant_id, unique_key) IN (${pairs(2)})`;

interface Pair {
  readonly tenantId: string;
  readonly name: string;
}

export interface Look {
  readonly statements: readonly BatchStatement[];
  read(results: readonly (readonly (readonly (string | null)[])[])[]): Known;
}

export function lookFor(log: number, group: readonly QueuedCall[], names: StatementNames): Look {
  const streams: Pair[] = [];
  const keys: Pair[] = [];
  const writes: { readonly write: RowWrite; readonly statement: BatchStatement }[] = [];
  for (const { call } of group) {
    for (const { stream, events } of call.streams) {
      streams.push({ tenantId: call.tenantId, name: stream });
      for (const { unique_key } of events) if (unique_key !== null) keys.push({ tenantId: call.tenantId, name: unique_key });
    }
    for (const write of call.writes) {
      const statement = tried(() => lookStatement(write, names));
      if (statement) writes.push({ write, statement });
    }
  }
  const query = (text: string, asked: readonly Pair[]): BatchStatement =>
    names.statement(text, [log, joined(asked, ({ tenantId }) => tenantId), joined(asked, ({ name }) => name)]);
  return {
    statements: [query(VERSIONS, streams), query(KEYS, keys), ...writes.map(({ statement }) => statement)],
    read: ([versions = [], taken = [], ...rows]) => {
      const found = new Map(versions.map(([tenant, stream, version]) => [nameKey(String(tenant), String(stream)), Number(version)]));
      for (const { tenantId, name } of streams) found.set(nameKey(tenantId, name), found.get(nameKey(tenantId, name)) ?? 0);
      const lost = writes.filter((_, index) => (rows[index]?.length ?? 0) > 0).map(({ write }) => write);
      return {
        versions: found,
        uniqueKeys: new Set(taken.map(([tenant, key]) => nameKey(String(tenant), String(key)))),
        existing: new Set(lost.filter(({ op }) => op === 'insert').map(({ table, row }) => rowKey(table, row))),
        stale: new Set(lost.filter(({ op }) => op === 'update')),
      };
    },
  };
}

/** A row that lacks a column cannot be looked for; the plan rejects its call with the reason. */
function tried<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch {
    return null;
  }
}
