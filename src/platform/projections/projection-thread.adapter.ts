/** The other side of ThreadedWork: folds what it is told to, on a connection of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { parseDatabaseUrl } from '../database/database-url';
import type { PgDatabase } from '../database/postgres-database';
import { loadSqliteDriver } from '../database/sqlite-driver';
import { type StreamDefinition, StreamRegistry } from '../streams/stream-registry';
import type { FoldIo } from './fold-io';
import { openPgSnapshot } from './postgres-projection-snapshot';
import { pgCopies } from './postgres-projection-tables';
import type { Projection } from './projection';
import type { DatabaseAddress, ProjectionSnapshot } from './projection-tables.port';
import { type Breathe, fillShare, type OnPage, tablesOf, type VerificationReport, verifySnapshot } from './projection-work';
import { SqliteReads } from './sqlite-fold-io';
import { openSqliteSnapshot } from './sqlite-projection-snapshot';
import { copyName } from './sqlite-table-copy';
import { failureOf, type FillOrder, type FromThread, packed, projectionsNamed, type VerifyOrder, type WorkOrder } from './worker-messages';

/** Nobody else wants a turn in this thread. */
const breathe: Breathe = () => Promise.resolve();
const onPage: OnPage = (log, part, position) => tell({ kind: 'page', log, part, position });

/** Does the work that this thread was started with and says what came of it. `streams` are those of the program. */
export async function doProjectionWork(streams: readonly StreamDefinition[]): Promise<void> {
  const order = workerData as WorkOrder;
  try {
    const registry = new StreamRegistry();
    registry.register(...streams);
    const projections = projectionsNamed(order.projections, registry.projections());
    tell({ kind: 'done', report: order.kind === 'fill' ? await fill(order, projections) : await verify(order, projections) });
  } catch (error) {
    tell({ kind: 'failed', failure: failureOf(error) });
  }
}

async function fill({ address, build, shared, statesKept }: FillOrder, projections: readonly Projection[]): Promise<null> {
  const { io, settled, close } = address.kind === 'sqlite' ? openSqliteCopies(address) : await openPgCopies(address, build.id);
  try {
    await fillShare({ build, projections, shares: [shared], statesKept }, shared, io, onPage, breathe);
    await settled();
    return null;
  } finally {
    await close();
  }
}

async function verify({ address }: VerifyOrder, projections: readonly Projection[]): Promise<VerificationReport> {
  if (address.kind === 'sqlite') return verifyOn(openSqliteSnapshot(address.file, tablesOf(projections)), projections);
  const database = await connectTo(address.url);
  try {
    return await verifyOn(await openPgSnapshot(database, tablesOf(projections)), projections);
  } finally {
    await database.close();
  }
}

async function verifyOn(snapshot: ProjectionSnapshot, projections: readonly Projection[]): Promise<VerificationReport> {
  try {
    return await verifySnapshot(snapshot, projections, onPage, breathe);
  } finally {
    await snapshot.close();
  }
}

interface OpenCopies {
  readonly io: FoldIo;
  /** When everything that was sent is committed. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Reads here; rows go to the thread that writes, one batch on its way while the next is folded. */
function openSqliteCopies({ file }: Extract<DatabaseAddress, { kind: 'sqlite' }>): OpenCopies {
  const Driver = loadSqliteDriver();
  const connection = new Driver(file, { readonly: true });
  const reads = new SqliteReads(connection);
  let sent: Promise<void> = Promise.resolve();
  const io: FoldIo = {
    read: async (query, range) => reads.read(query, range),
    load: async (table, keys) => {
      await sent; // a row that is asked for may be on its way
      return reads.load({ ...table, name: copyName(table.name) }, keys);
    },
    commit: async (writes, checkpoint) => {
      await sent;
      sent = answered();
      tell({ kind: 'rows', rows: packed(writes), checkpoint });
    },
  };
  return { io, settled: () => sent, close: async () => void connection.close() };
}

/** Reads and writes here, whoever else does. */
async function openPgCopies({ url }: Extract<DatabaseAddress, { kind: 'postgres' }>, buildId: string): Promise<OpenCopies> {
  const database = await connectTo(url);
  return { io: pgCopies(database, buildId), settled: () => Promise.resolve(), close: () => database.close() };
}

async function connectTo(url: string): Promise<PgDatabase> {
  const parsed = parseDatabaseUrl(url);
  if (parsed.kind !== 'postgres') throw new Error('a projection thread was given no address of PostgreSQL');
  const { PgDatabase: Database } = await import('../database/postgres-database.ts'); // on SQLite nobody needs the driver
  return new Database(parsed);
}

const answered = (): Promise<void> => new Promise((resolve) => parentPort?.once('message', () => resolve()));

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}
