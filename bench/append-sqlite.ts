/** Durable append on SQLite against raw shapes of the same driver, all in one run in one folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAndMigrate, createDataSource } from '../src/platform/database/data-source';
import { openSqlite } from '../src/platform/database/sqlite-database';
import { openEventStore } from '../src/platform/event-store/open-event-store';
import type { OpenedSqlite } from '../src/platform/event-store/opened-store';
import { appendAll } from './callers';
import { BenchClock } from './clock';
import { compete, type Contender, fileSystem, fsyncMicros, ratioOf, type Standing } from './measure';
import { RawWriter } from './raw';
import { print, printStandings, reach } from './report';
import { DATA_BYTES, sampleEvents } from './sample';

const EVENTS = 256 * 30;
const LONE_EVENTS = 1_000;
/** On a disk that answers faster than this, sharing one fsync has little to win. */
const FSYNC_WORTH_MICROS = 100;

export interface SqliteGround {
  readonly folder: string;
  readonly fsyncMicros: number;
}

export async function inFolder(work: (ground: SqliteGround) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vb-bench-'));
  try {
    const micros = fsyncMicros(folder);
    print(
      `SQLite, synchronous=FULL, WAL, on ${fileSystem(folder)}; one fsync ${micros.toFixed(0)} µs; ${DATA_BYTES} bytes of data per event`,
    );
    await work({ folder, fsyncMicros: micros });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function migratedFile(file: string): Promise<string> {
  const migrated = createDataSource({ file });
  await connectAndMigrate(migrated);
  await migrated.destroy();
  return file;
}

export const openSqliteStore = (file: string): Promise<OpenedSqlite> =>
  openEventStore({
    file,
    clock: new BenchClock(),
    onListenerError: (error) => {
      throw error;
    },
  });

/** Contenders of one group, each with a file of its own, closed together. */
export class SqliteField {
  readonly contenders: Contender[] = [];
  private readonly closing: (() => void | Promise<void>)[] = [];

  constructor(
    private readonly folder: string,
    private readonly events: number,
  ) {}

  async raw(name: string, batch: number, streams: number): Promise<void> {
    const database = openSqlite({ file: await migratedFile(this.nextFile()) });
    const raw = new RawWriter(database);
    this.closing.push(() => database.close());
    const ready = (): (() => void) => {
      const rows = raw.prepare(this.events, streams);
      return () => raw.write(rows, batch);
    };
    this.contenders.push({ name, ready });
  }

  /** `around` may change something before each round of this contender. */
  async ours(name: string, callers: number, streams: number, around: () => void = () => undefined): Promise<void> {
    const opened = await openSqliteStore(this.nextFile());
    this.closing.push(() => opened.close());
    let written = 0;
    const ready = (): (() => Promise<void>) => {
      around();
      const samples = sampleEvents(this.events, streams, written);
      written += this.events;
      return () => appendAll(opened.store, samples, callers);
    };
    this.contenders.push({ name, ready });
  }

  async compete(): Promise<(name: string) => Standing | undefined> {
    try {
      const standings = await compete(this.events, this.contenders);
      printStandings(`n = ${this.events} events a round`, 'events', standings);
      return (name) => standings.find((standing) => standing.name === name);
    } finally {
      for (const close of this.closing) await close();
    }
  }

  private nextFile(): string {
    return join(mkdtempSync(join(this.folder, 'contender-')), 'vb.db');
  }
}

const BATCH = 'raw: 64-row transactions of one-row INSERTs';
const SINGLE = 'raw: one-row transactions';
const MANY = 'ours: 64 callers';
const MORE = 'ours: 256 callers';
const ONE = 'ours: 1 caller';

async function manyCallers({ folder, fsyncMicros: micros }: SqliteGround): Promise<void> {
  const field = new SqliteField(folder, EVENTS);
  await field.raw(BATCH, 64, 256);
  await field.raw(SINGLE, 1, 256);
  await field.ours(MANY, 64, 256);
  await field.ours(MORE, 256, 256);
  const of = await field.compete();
  reach('SQLite, 64 callers / raw 64-row transactions', ratioOf(of(MANY), of(BATCH)), { atLeast: 0.68 });
  reach('SQLite, 256 callers / raw 64-row transactions', ratioOf(of(MORE), of(BATCH)), { atLeast: 0.9 });
  const isWorth = micros >= FSYNC_WORTH_MICROS;
  const goal = isWorth ? { atLeast: 6 } : {};
  reach(
    `SQLite, 256 callers / raw one-row transactions${isWorth ? '' : ' (fsync below 0.1 ms: no goal)'}`,
    ratioOf(of(MORE), of(SINGLE)),
    goal,
  );
}

async function loneCaller({ folder }: SqliteGround): Promise<void> {
  const field = new SqliteField(folder, LONE_EVENTS);
  await field.raw(SINGLE, 1, 64);
  await field.ours(ONE, 1, 64);
  const of = await field.compete();
  reach('SQLite, 1 caller / raw one-row transactions', ratioOf(of(ONE), of(SINGLE)), { atLeast: 0.8 });
}

export async function benchAppendSqlite(): Promise<void> {
  await inFolder(async (ground) => {
    await manyCallers(ground);
    await loneCaller(ground);
  });
}
