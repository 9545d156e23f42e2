/** Golden files: logs as earlier releases wrote them, byte for byte, and what today's program makes of them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { type App, createApp } from '../../src/app';
import { loadSqliteDriver } from '../../src/platform/database/sqlite-driver';
import { openEventStore } from '../../src/platform/event-store/open-event-store';
import type { RecordedEvent } from '../../src/platform/event-store/event-store.port';
import { ProjectionRebuilder } from '../../src/platform/projections/projection-rebuilder';
import { readSettings } from '../../src/platform/settings';
import { SystemClock } from '../../src/platform/time/system-clock.adapter';
import { VirtualClock } from '../../src/platform/time/virtual-clock';
import { type GoldenResult, resultOf } from './golden-result';

const FOLDER = join(__dirname, '../data/golden-events');

/** A row of the events table as it was read from the store that wrote it. */
export type StoredRow = Readonly<Record<string, string | number | null>>;

export const goldenFile = (name: string): string => join(FOLDER, `${name}.jsonl`);
export const expectedFile = (name: string): string => join(FOLDER, `${name}.expected.json`);
export const goldenNames = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => file.slice(0, -'.jsonl'.length))
    .sort();

export const goldenRows = (name: string): readonly StoredRow[] =>
  readFileSync(goldenFile(name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StoredRow);

export interface GoldenStore {
  readonly app: App;
  readonly events: readonly RecordedEvent[];
  result(): Promise<GoldenResult>;
  close(): Promise<void>;
}

/** Today's program, started on what the golden file holds, with its read tables made from that. */
export async function openGolden(name: string): Promise<GoldenStore> {
  const folder = mkdtempSync(join(tmpdir(), 'vb-golden-'));
  const file = join(folder, 'golden.sqlite');
  await writeLog(file, goldenRows(name));
  const settings = { ...readSettings({ DATABASE_URL: `sqlite:${file}`, VB_DEMO: 'false' }), roles: new Set<never>() };
  const last = goldenRows(name).at(-1)?.['recorded_at'];
  const app = await createApp(settings, { clock: new VirtualClock(String(last)), logger: pino({ level: 'error' }), synchronous: 'OFF' });
  await app.nest.get(ProjectionRebuilder).rebuild('all');
  const { store } = app.platform.opened;
  const logs = await store.logs();
  const events = (await Promise.all(logs.map((log) => store.readAll({ log, limit: 1_000_000 })))).flat();
  return {
    app,
    events,
    result: () => resultOf(app, events),
    close: async () => {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function writeLog(file: string, rows: readonly StoredRow[]): Promise<void> {
  const onListenerError = (error: unknown): void => {
    throw error;
  };
  const opened = await openEventStore({ file, clock: new SystemClock(), onListenerError, synchronous: 'OFF' });
  await opened.close();
  const connection = new (loadSqliteDriver())(file);
  try {
    for (const row of rows) {
      const columns = Object.keys(row);
      connection
        .prepare(`INSERT INTO events (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
        .run(...Object.values(row));
    }
  } finally {
    connection.close();
  }
}
