/**
 * Which events the logs hold, by type and version. What a newer release wrote is found at the start, not when somebody trips over it:
 * a table says what there is up to a position, and each look reads type and version of what came since.
 */
import { knownVersionOf } from '../../contracts/catalog';
import { SYSTEM_TENANT } from '../../kernel/context';
import type { Sql } from '../database/sql';
import type { Defer } from './defer';
import type { Timer } from '../time/timer.port';
import type { EventStore } from './event-store.port';
import { type EventPlace, unknownEvent, UnreadableEvent } from './unreadable-event';

/** With the position of the first such event. */
interface FoundType {
  readonly type: string;
  readonly schema_version: number;
  readonly position: number;
}

/** Complete up to `position`. */
interface Found {
  readonly position: number;
  readonly types: readonly FoundType[];
}

/** Positions looked through at once: some milliseconds in which SQLite gives nobody else a turn. */
const SLICE = 10_000;
/** Another process may be of a newer release. */
const LOOK_EVERY_MS = 10_000;
/** What is found is written down this often, so that a long look goes on where it was interrupted. */
const SLICES_SAVED = 20;

const NOTHING: Found = { position: 0, types: [] };
const SEEN = 'SELECT position, types FROM event_types WHERE log = ? AND tenant_id = ?';
const ADDED = `SELECT type, schema_version, min(position) AS position FROM events
  WHERE log = ? AND position > ? AND position <= ? GROUP BY type, schema_version ORDER BY 3`;
/** Whoever looked further knows more. */
const SAVE = `INSERT INTO event_types (log, tenant_id, position, types) VALUES (?, ?, ?, ?)
  ON CONFLICT (log, tenant_id) DO UPDATE SET position = excluded.position, types = excluded.types
  WHERE event_types.position < excluded.position`;

export class EventTypes {
  /** What the last look found that this release does not know, as a sentence. */
  fault: string | null = null;
  private looking: Promise<void> | null = null;

  constructor(
    private readonly sql: Sql,
    private readonly store: EventStore,
    private readonly defer: Defer,
  ) {}

  /** Looks through what was added since the last look. Throws UnreadableEvent that names the first event which this release does not know. */
  check(): Promise<void> {
    this.looking ??= this.look().finally(() => (this.looking = null));
    return this.looking;
  }

  /** Looks again and again until the returned function is called: what is found shows in `fault`, `onError` gets what goes wrong besides. */
  watch(timer: Timer, onError: (error: unknown) => void): () => void {
    return timer.every(LOOK_EVERY_MS, () => {
      this.check().then(
        () => (this.fault = null),
        (error: unknown) => {
          if (!(error instanceof UnreadableEvent)) return onError(error);
          if (this.fault === null) onError(error);
          this.fault = error.message;
        },
      );
    });
  }

  private async look(): Promise<void> {
    for (const log of await this.store.logs()) {
      const { types } = await this.catchUp(log);
      const unknown = types.find(({ type, schema_version }) => schema_version > (knownVersionOf(type) ?? 0));
      if (unknown) throw unknownEvent(await this.placeOf(log, unknown), knownVersionOf(unknown.type) ?? null);
    }
  }

  private async catchUp(log: number): Promise<Found> {
    const head = await this.store.head(log);
    let found = await this.seen(log);
    if (found.position > head) found = NOTHING; // the log was cut, and may have grown again: what was seen says nothing
    for (let slices = 1; found.position < head; slices++) {
      found = await this.slice(log, found, Math.min(head, found.position + SLICE));
      if (found.position === head || slices % SLICES_SAVED === 0) await this.save(log, found);
      await new Promise<void>(this.defer);
    }
    return found;
  }

  private async seen(log: number): Promise<Found> {
    const [row] = await this.sql.read(SEEN, [log, SYSTEM_TENANT]);
    return row ? { position: Number(row['position']), types: JSON.parse(String(row['types'])) as Found['types'] } : NOTHING;
  }

  private async slice(log: number, { position, types }: Found, upTo: number): Promise<Found> {
    const added = await this.sql.read(ADDED, [log, position, upTo]);
    const isNew = (found: FoundType): boolean =>
      !types.some((one) => one.type === found.type && one.schema_version === found.schema_version);
    const found = added.map((row) => ({
      type: String(row['type']),
      schema_version: Number(row['schema_version']),
      position: Number(row['position']),
    }));
    return { position: upTo, types: [...types, ...found.filter(isNew)] };
  }

  private async save(log: number, { position, types }: Found): Promise<void> {
    await this.sql.write(SAVE, [log, SYSTEM_TENANT, position, JSON.stringify(types)]);
  }

  private async placeOf(log: number, { type, schema_version, position }: FoundType): Promise<EventPlace> {
    const [event] = await this.store.readAll({ log, after: position - 1, limit: 1 });
    return { type, schema_version, log, position, stream: event?.stream ?? 'unknown' };
  }
}
