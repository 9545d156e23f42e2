/** The tables can be distributed by log on both databases' own word: their catalogues, not the text of the migrations. */
import { openSqliteFile, openPostgres } from './opened-stores';
import type { Sql } from '../../src/platform/database/sql';

/** TypeORM's own: the same on every node. */
const NOT_OURS = ['schema_migrations'];

interface Key {
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
}

interface Schema {
  /** Tables with the columns that may not be NULL. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
  /** Primary keys, unique keys, exclusions and foreign keys. */
  readonly keys: readonly Key[];
}

async function ofSqlite(sql: Sql): Promise<Schema> {
  const rows = async (text: string) => (await sql.read(text)).map(({ t, k, c }) => [String(t), String(k), String(c)] as const);
  const named = "m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
  const columns = await rows(
    `SELECT m.name AS t, NULL AS k, c.name AS c FROM sqlite_master m, pragma_table_info(m.name) c WHERE ${named} AND c."notnull" = 1`,
  );
  const primary = await rows(
    `SELECT m.name AS t, 'primary key' AS k, c.name AS c FROM sqlite_master m, pragma_table_info(m.name) c WHERE ${named} AND c.pk > 0`,
  );
  const unique = await rows(
    `SELECT m.name AS t, i.name AS k, c.name AS c FROM sqlite_master m, pragma_index_list(m.name) i, pragma_index_info(i.name) c WHERE ${named} AND i."unique" = 1`,
  );
  const foreign = await rows(
    `SELECT m.name AS t, 'foreign key ' || f.id AS k, f."from" AS c FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE ${named}`,
  );
  return { tables: grouped(columns), keys: keysOf([...primary, ...unique, ...foreign]) };
}

async function ofPostgres(sql: Sql): Promise<Schema> {
  const rows = async (text: string) => (await sql.read(text)).map(({ t, k, c }) => [String(t), String(k), String(c)] as const);
  const ours = "c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')";
  const columns = await rows(
    `SELECT c.relname AS t, NULL AS k, a.attname AS c FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE ${ours} AND a.attnum > 0 AND a.attnotnull`,
  );
  const unique = await rows(
    `SELECT c.relname AS t, x.relname AS k, a.attname AS c FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) WHERE ${ours} AND (i.indisunique OR i.indisexclusion)`,
  );
  const foreign = await rows(
    `SELECT c.relname AS t, k.conname AS k, a.attname AS c FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey) WHERE ${ours} AND k.contype = 'f'`,
  );
  return { tables: grouped(columns), keys: keysOf([...unique, ...foreign]) };
}

type Found = readonly (readonly [table: string, key: string, column: string])[];

function grouped(rows: Found): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, string[]>();
  for (const [table, , column] of rows) tables.set(table, [...(tables.get(table) ?? []), column]);
  return tables;
}

function keysOf(rows: Found): readonly Key[] {
  const keys = new Map<string, Key>();
  for (const [table, name, column] of rows) {
    const key = keys.get(`${table} ${name}`) ?? { table, name, columns: [] };
    keys.set(`${table} ${name}`, { ...key, columns: [...key.columns, column] });
  }
  return [...keys.values()];
}

const STORES = [
  ['SQLite', openSqliteFile, ofSqlite],
  ['PostgreSQL', openPostgres, ofPostgres],
] as const;

describe.each(STORES)('the tables on %s', (_name, openStore, schemaOf) => {
  let schema: Schema;
  beforeAll(async () => {
    const under = await openStore();
    schema = await schemaOf(under.opened.sql);
    await under.close();
  });

  it('each say of every row in which log it is', () => {
    const names = [...schema.tables.keys()].filter((name) => !NOT_OURS.includes(name));
    expect(names).toEqual(expect.arrayContaining(['events', 'queue_messages', 'positions']));
    expect(names.filter((name) => !schema.tables.get(name)?.includes('log'))).toEqual([]);
  });

  it('have no key that reaches over logs', () => {
    const ours = schema.keys.filter(({ table }) => !NOT_OURS.includes(table));
    expect(ours.length).toBeGreaterThanOrEqual(schema.tables.size);
    expect(ours.filter(({ columns }) => !columns.includes('log'))).toEqual([]);
  });

  it('show a tenant nothing of what another holds: every key but the position has the tenant in it', () => {
    const shared = schema.keys.filter(({ table, columns }) => !NOT_OURS.includes(table) && !columns.includes('tenant_id'));
    expect(shared.map(({ columns }) => [...columns].toSorted().join(' '))).toEqual(
      shared.map(({ table }) => KEYS_OF_A_LOG[table] ?? `${table} has a key without tenant_id`),
    );
  });
});

/** What belongs to a log and not to a tenant of it. */
const KEYS_OF_A_LOG: Readonly<Record<string, string>> = {
  events: 'log position',
  log_tails: 'log',
  appenders: 'appender log',
};
