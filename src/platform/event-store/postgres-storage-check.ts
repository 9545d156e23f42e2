/** Holds tables, indexes, triggers and functions of the log against what the migrations make, in a schema that is never committed. */
import type { DataSource, QueryRunner } from 'typeorm';
import { migrations } from '../../../migrations/all';
import { messageOf } from '../../kernel/errors';
import { postgresCode } from '../database/postgres-errors';
import { StorageCheck } from './storage-check';

interface SchemaObject {
  readonly object: string;
  readonly definition: string;
}

/** Nobody sees it, so two checks at once do not meet. */
const SCRATCH = 'vb_schema_check';

/** What an append or a verification relies on. */
const TABLES = "('events', 'stream_heads', 'log_tails', 'appenders')";
const RELATIONS = `SELECT c.oid, c.relname FROM pg_class c
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND c.relname IN ${TABLES}`;

/** Definitions that do not name the schema, so that those of two schemas can be compared. */
const OBJECTS = `WITH relations AS (${RELATIONS})
  SELECT 'column ' || r.relname || '.' || a.attname AS object,
    format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull::text || ' ' || coalesce(o.collname::text, '') AS definition
  FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_collation o ON o.oid = a.attcollation
  UNION ALL
  SELECT 'index ' || c.relname, pg_get_indexdef(i.indexrelid, 0, true) || ' valid ' || i.indisvalid::text
  FROM relations r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid
  UNION ALL
  SELECT 'constraint ' || n.conname, pg_get_constraintdef(n.oid, true) FROM relations r JOIN pg_constraint n ON n.conrelid = r.oid
  WHERE n.contype <> 'n'
  UNION ALL
  SELECT 'trigger ' || t.tgname, pg_get_triggerdef(t.oid, true) || ' enabled ' || t.tgenabled::text
  FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
  UNION ALL
  SELECT 'rule ' || w.rulename, w.ev_type::text FROM relations r JOIN pg_rewrite w ON w.ev_class = r.oid
  UNION ALL
  SELECT 'function ' || p.proname, pg_get_function_arguments(p.oid) || ' ' || p.prosrc
  FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace AND p.proname IN ('refuse_change', 'expect_one', 'append_events')
  ORDER BY 1`;

/** The version that an append trusts, against the events themselves. */
const HEADS = `SELECT coalesce(h.log, e.log) AS log, coalesce(h.stream, e.stream) AS stream, h.version AS kept, e.version AS counted
  FROM stream_heads h FULL JOIN
    (SELECT log, tenant_id, stream, max(version) AS version FROM events GROUP BY log, tenant_id, stream) e USING (log, tenant_id, stream)
  WHERE h.version IS DISTINCT FROM e.version AND coalesce(h.version, 0) <> coalesce(e.version, 0) ORDER BY 1, 2 LIMIT 20`;

interface WrongHead {
  readonly log: string;
  readonly stream: string;
  readonly kept: string | null;
  readonly counted: string | null;
}

export class PgStorageCheck extends StorageCheck {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async faults(): Promise<readonly string[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const found = (await runner.query(OBJECTS)) as readonly SchemaObject[];
      return [...differences(found, await expectedObjects(runner)), ...(await wrongHeads(runner))];
    } catch (error) {
      return [unchecked(error)];
    } finally {
      await runner.release();
    }
  }
}

/** Whatever a version adds to the schema is expected at once. Nothing of it is ever visible to anybody, and nothing is locked. */
async function expectedObjects(runner: QueryRunner): Promise<readonly SchemaObject[]> {
  await runner.startTransaction();
  try {
    await runner.query(`CREATE SCHEMA ${SCRATCH}`);
    await runner.query(`SET LOCAL search_path = ${SCRATCH}`);
    for (const Migration of migrations) await new Migration().up(runner);
    return (await runner.query(OBJECTS)) as readonly SchemaObject[];
  } finally {
    await runner.rollbackTransaction();
  }
}

async function wrongHeads(runner: QueryRunner): Promise<readonly string[]> {
  const wrong = (await runner.query(HEADS)) as readonly WrongHead[];
  return wrong.map(
    ({ log, stream, kept, counted }) =>
      `stream_heads says that ${stream} in log ${log} is at version ${kept ?? 'none'}, its events say ${counted ?? 'none'}`,
  );
}

function differences(found: readonly SchemaObject[], expected: readonly SchemaObject[]): readonly string[] {
  const there = new Map(found.map(({ object, definition }) => [object, definition]));
  const known = new Set(expected.map(({ object }) => object));
  const wrong = expected.flatMap(({ object, definition }) => {
    const actual = there.get(object);
    if (actual === undefined) return [`${object} is missing`];
    return actual === definition ? [] : [`${object} is not as this version made it`];
  });
  return [...wrong, ...found.filter(({ object }) => !known.has(object)).map(({ object }) => `${object} does not belong there`)];
}

const unchecked = (error: unknown): string =>
  postgresCode(error) === '42501'
    ? `the schema could not be checked: GRANT CREATE ON DATABASE to the user of DATABASE_URL (${messageOf(error)})`
    : `the schema could not be checked: ${messageOf(error)}`;
