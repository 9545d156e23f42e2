/** The baseline: what the driver does with the same tables, bytes and pragmas, without hashes, heads, checks or promises. */
import type { SqliteDatabase } from '../src/platform/database/sqlite-database';
import type { SqliteStatement } from '../src/platform/database/sqlite-driver';
import { INSERT_EVENT } from '../src/platform/event-store/sqlite-statements';
import { type BenchEvent, sampleEvents } from './sample';

type RawRow = readonly (string | number | null)[];

/** 44 characters of base64, as a hash has; the baseline computes none. */
const HASH = `${'A'.repeat(43)}=`;
const SALT = `${'A'.repeat(22)}==`;

/** Rows as the store would write them, serialised before the clock starts. */
export function rawRows(events: readonly BenchEvent[], firstPosition: number): readonly RawRow[] {
  return events.map(({ tenantId, stream, version, event }, index) => {
    const { event_id, type, schema_version, ts, portfolio_id, position_id, instrument_id, symbol } = event;
    const place = [1, firstPosition + index, tenantId, stream, version, event_id, type, schema_version, ts, ts];
    const subject = [portfolio_id, position_id, instrument_id, symbol, event.correlation_id, event.causation_id];
    return [...place, ...subject, event.actor, event.unique_key, event.data, SALT, HASH, HASH];
  });
}

export class RawWriter {
  private readonly begin: SqliteStatement;
  private readonly commit: SqliteStatement;
  private readonly insert: SqliteStatement;
  private position = 0;

  constructor({ writer }: SqliteDatabase) {
    this.begin = writer.prepare<unknown[]>('BEGIN IMMEDIATE');
    this.commit = writer.prepare<unknown[]>('COMMIT');
    this.insert = writer.prepare<unknown[]>(INSERT_EVENT);
  }

  /** Rows of the next `count` events over `streams` streams. */
  prepare(count: number, streams: number): readonly RawRow[] {
    return rawRows(sampleEvents(count, streams, this.position), this.position + 1);
  }

  /** One transaction per `batch` rows. */
  write(rows: readonly RawRow[], batch: number): void {
    for (let start = 0; start < rows.length; start += batch) {
      this.begin.run();
      const end = Math.min(start + batch, rows.length);
      for (let index = start; index < end; index++) this.insert.run(...(rows[index] as RawRow));
      this.commit.run();
    }
    this.position += rows.length;
  }
}
