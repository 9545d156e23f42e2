/** What the hash chain costs: the same appends with every hash, and with a constant in place of each. */
import { onServer } from '../test/support/postgres-databases';
import { Field } from './append-postgres';
import { inFolder, SqliteField } from './append-sqlite';
import { withServer } from './bench-postgres';
import { appendWithoutHashes, hashingOff, hashingOn } from './hashing';
import { ratioOf } from './measure';
import { cost } from './report';

const EVENTS = 64 * 100;
const WITH = 'ours: 64 callers, with hashes';
const WITHOUT = 'ours: 64 callers, constants in place of hashes';

export async function benchChain(): Promise<void> {
  try {
    await inFolder(async ({ folder }) => {
      const field = new SqliteField(folder, EVENTS);
      await field.ours(WITH, 64, 64, hashingOn);
      await field.ours(WITHOUT, 64, 64, hashingOff);
      const of = await field.compete();
      cost('SQLite, chain cost at 64 callers', ratioOf(of(WITH), of(WITHOUT)), { atMost: 0.18 });
    });
    await withServer(async (server) => {
      const field = new Field(server);
      await field.ours(WITH, 64, EVENTS, { around: hashingOn });
      const change = async (url: string): Promise<void> => void (await onServer(url, appendWithoutHashes()));
      await field.ours(WITHOUT, 64, EVENTS, { around: hashingOff, prepare: change });
      const of = await field.compete(EVENTS);
      cost('PostgreSQL, chain cost at 64 callers', ratioOf(of(WITH), of(WITHOUT)), { atMost: 0.1 });
    });
  } finally {
    hashingOn();
  }
}
