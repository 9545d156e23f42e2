/** Tables made like others, and tables that take another's name with all that belongs to them. */
import type { PgQuery } from './postgres-fold-io';

export const copyName = (table: string): string => `${table}__rebuild`;
export const formerName = (table: string): string => `${table}__former`;
const passingName = (table: string): string => `${table}__passing`;

const SUFFIX = /__(rebuild|former|passing)$/;

interface Index {
  readonly name: string;
  /** Without its own name and that of its table. */
  readonly definition: string;
}

async function indexesOf(query: PgQuery, table: string): Promise<readonly Index[]> {
  const text = `SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = ?::regclass ORDER BY c.relname`;
  const { rows } = await query(text, [table]);
  return rows.map(({ name, definition }) => ({
    name: String(name),
    definition: String(definition).replace(/^CREATE (UNIQUE )?INDEX \S+ ON \S+/, 'CREATE $1INDEX'),
  }));
}

/** An empty copy with keys, checks and indexes, which carry the names of the live ones and a suffix. */
export async function createCopy(query: PgQuery, table: string): Promise<void> {
  const copy = copyName(table);
  await query(`DROP TABLE IF EXISTS ${copy}`, []);
  await query(`CREATE TABLE ${copy} (LIKE ${table} INCLUDING ALL)`, []);
  const wanted = [...(await indexesOf(query, table))];
  for (const { name, definition } of await indexesOf(query, copy)) {
    const place = wanted.findIndex((index) => index.definition === definition);
    const [live] = place < 0 ? [] : wanted.splice(place, 1);
    if (!live) throw new Error(`the index ${name} of the copy of ${table} is like none of the live table`);
    await query(`ALTER INDEX ${name} RENAME TO ${copyName(live.name)}`, []);
  }
}

/** `to` names the table after it: the live name itself, or that of its copy or former table. Indexes follow. */
async function rename(query: PgQuery, from: string, to: string): Promise<void> {
  const suffix = SUFFIX.exec(to)?.[0] ?? '';
  for (const { name } of await indexesOf(query, from)) {
    await query(`ALTER INDEX ${name} RENAME TO ${name.replace(SUFFIX, '')}${suffix}`, []);
  }
  await query(`ALTER TABLE ${from} RENAME TO ${to}`, []);
}

/** The copy becomes the live table, the live one the former, the former goes. */
export async function putInPlace(query: PgQuery, table: string): Promise<void> {
  await query(`DROP TABLE IF EXISTS ${formerName(table)}`, []);
  await rename(query, table, formerName(table));
  await rename(query, copyName(table), table);
}

export async function changePlaces(query: PgQuery, table: string): Promise<void> {
  await rename(query, formerName(table), passingName(table));
  await rename(query, table, formerName(table));
  await rename(query, passingName(table), table);
}
