/** Holds the schema of the log against the one the migrations make, and every index against its table. */
import { messageOf } from '../../kernel/errors';
import { connectAndMigrate, createDataSource } from '../database/data-source';
import { integrityFaults } from '../database/sqlite-integrity.adapter';
import type { SqliteDatabase } from '../database/sqlite-database';
import { StorageCheck } from './storage-check';

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

/** Everything that belongs to the log, and every trigger wherever it sits. */
const OBJECTS = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'events' OR type = 'trigger' ORDER BY type, name";

const keyOf = ({ type, name }: SchemaObject): string => `${type} ${name}`;
const wordsOf = ({ sql }: SchemaObject): string => (sql ?? '').replace(/\s+/g, ' ');

export class SqliteStorageCheck extends StorageCheck {
  constructor(private readonly database: SqliteDatabase) {
    super();
  }

  async faults(): Promise<readonly string[]> {
    try {
      const found = this.database.reader.prepare<unknown[]>(OBJECTS).all() as readonly SchemaObject[];
      return [...differences(found, await expectedObjects()), ...(await integrityFaults(this.database.file))];
    } catch (error) {
      return [`the file cannot be read: ${messageOf(error)}`];
    }
  }
}

/** The migrations run on nothing say what the schema is: whatever version adds to it is expected at once. */
async function expectedObjects(): Promise<readonly SchemaObject[]> {
  const reference = createDataSource({ file: ':memory:', synchronous: 'OFF' });
  try {
    await connectAndMigrate(reference);
    return await reference.query<readonly SchemaObject[]>(OBJECTS);
  } finally {
    if (reference.isInitialized) await reference.destroy();
  }
}

function differences(found: readonly SchemaObject[], expected: readonly SchemaObject[]): readonly string[] {
  const byKey = new Map(found.map((object) => [keyOf(object), object]));
  const known = new Set(expected.map(keyOf));
  const missing = expected.flatMap((object) => {
    const there = byKey.get(keyOf(object));
    if (!there) return [`${keyOf(object)} is missing`];
    return wordsOf(there) === wordsOf(object) ? [] : [`${keyOf(object)} is not as this version made it`];
  });
  return [...missing, ...found.filter((object) => !known.has(keyOf(object))).map((object) => `${keyOf(object)} does not belong there`)];
}
