/** The only place that appends: load, fold, decide, append atomically, retry a conflict. */
import type { Clock, Instant } from '../../kernel/clock';
import type { CommandContext } from '../../kernel/context';
import { categoryOf, type Folded, type Message, streamId } from '../../kernel/decider';
import type { Ids } from '../../kernel/ids';
import { schemaVersionOf } from '../../contracts/catalog';
import type { Sql } from '../database/sql';
import { VersionConflict } from '../event-store/event-store.errors';
import { DEFAULT_LOG, type EventStore, type NewEvent, type StreamAppend } from '../event-store/event-store.port';
import type { Row, RowWrite } from '../event-store/row-write';
import { idempotencyTable } from '../idempotency/idempotency.table';
import type { EventView, ProjectedRow } from '../projections/projection';
import type { StreamDefinition, StreamRegistry } from './stream-registry';

export interface StreamItem {
  readonly stream: string;
  readonly command: Message;
  /** The state this command was decided on, where the caller has loaded it already. */
  readonly loaded?: Folded<unknown> | null;
  /** Business time of the events; now, unless something says when it happened. */
  readonly ts?: Instant;
}

export type Load = <State>(stream: string) => Promise<Folded<State> | null>;
/** Built anew for each try, so that what was read is never older than what is decided. */
export type ItemSource = readonly StreamItem[] | ((load: Load) => Promise<readonly StreamItem[]> | readonly StreamItem[]);

export interface RunOptions {
  /** The answer that an idempotency key replays, from the states after the events. Secrets do not belong in it. */
  readonly respond?: (state: <State>(stream: string) => Folded<State>) => object;
  /** Tries on a version conflict; 1 leaves the conflict to the caller. */
  readonly tries?: number;
  /** Rows that belong to the same commit. */
  readonly writes?: readonly RowWrite[];
}

export interface RunResult {
  state<State>(stream: string): Folded<State>;
  /** What happened, in order; empty where everything was done before. */
  readonly events: readonly NewEvent[];
}

const DEFAULT_TRIES = 16;

interface Draft {
  readonly definition: StreamDefinition;
  readonly expectedVersion: number | 'any';
  folded: Folded<unknown> | null;
  readonly events: NewEvent[];
}

export class StreamRunner {
  constructor(
    private readonly store: EventStore,
    private readonly sql: Sql,
    private readonly registry: StreamRegistry,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async run(context: CommandContext, source: ItemSource, options: RunOptions = {}): Promise<RunResult> {
    const tries = options.tries ?? DEFAULT_TRIES;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(context, source, options);
      } catch (error) {
        if (!(error instanceof VersionConflict) || attempt >= tries) throw error;
      }
    }
  }

  /** Current state of a stream from its row, or folded from its events; null where it does not exist. */
  async load<State>(tenantId: string, stream: string): Promise<Folded<State> | null> {
    const definition = this.registry.get(categoryOf(stream));
    if (definition.state) {
      const { table } = definition.state;
      const id = table.key[2];
      const rows = await this.sql.read(`SELECT * FROM ${table.name} WHERE log = ? AND tenant_id = ? AND ${id} = ?`, [
        DEFAULT_LOG,
        tenantId,
        streamId(stream),
      ]);
      const row = rows[0];
      return row ? (definition.state.fromRow(row) as Folded<State>) : null;
    }
    return foldEvents<State>(definition, await this.store.readStream(tenantId, stream));
  }

  private async attempt(context: CommandContext, source: ItemSource, options: RunOptions): Promise<RunResult> {
    const load: Load = (stream) => this.load(context.tenantId, stream);
    const items = typeof source === 'function' ? await source(load) : source;
    const now = this.clock.now();
    const drafts = new Map<string, Draft>();
    const events: NewEvent[] = [];
    const rowWrites: RowWrite[] = [];
    for (const item of items) {
      const draft = drafts.get(item.stream) ?? (await this.open(context.tenantId, item));
      drafts.set(item.stream, draft);
      this.decide(context, item, draft, item.ts ?? now, events, rowWrites);
    }
    const state = <State>(stream: string): Folded<State> => {
      const folded = drafts.get(stream)?.folded;
      if (!folded) throw new Error(`${stream} has no state after this command`);
      return folded as Folded<State>;
    };
    const { idempotency } = context;
    if (events.length === 0 && (options.writes ?? []).length === 0 && !idempotency) return { state, events };
    for (const [stream, draft] of drafts) pushStateRow(rowWrites, context.tenantId, stream, draft);
    if (idempotency && options.respond) {
      const body = JSON.stringify(options.respond(state));
      const row = { key: idempotency.key, fingerprint: idempotency.fingerprint, status: idempotency.status, body, recorded_at: now };
      rowWrites.push({ op: 'insert', table: idempotencyTable, row: scoped(idempotency.tenantId, row) });
    }
    const streams: StreamAppend[] = [];
    for (const [stream, draft] of drafts) {
      if (draft.events.length > 0) streams.push({ stream, expectedVersion: draft.expectedVersion, events: draft.events });
    }
    if (streams.length > 0 || rowWrites.length > 0 || options.writes) {
      await this.store.append({
        tenantId: context.tenantId,
        streams,
        writes: options.writes ? [...rowWrites, ...options.writes] : rowWrites,
      });
    }
    return { state, events };
  }

  private async open(tenantId: string, item: StreamItem): Promise<Draft> {
    const definition = this.registry.get(categoryOf(item.stream));
    if (definition.appendsAnyway) return { definition, expectedVersion: 'any', folded: null, events: [] };
    const folded = item.loaded === undefined ? await this.load(tenantId, item.stream) : item.loaded;
    return { definition, expectedVersion: folded?.version ?? 0, folded, events: [] };
  }

  private decide(context: CommandContext, item: StreamItem, draft: Draft, ts: Instant, events: NewEvent[], writes: RowWrite[]): void {
    const { decider, rows } = draft.definition;
    for (const event of decider.decide(item.command, draft.folded?.state ?? decider.initialState) as readonly Message[]) {
      const state = decider.evolve(draft.folded?.state ?? decider.initialState, event) as unknown;
      draft.folded = advance(draft.folded, state, ts);
      const subject = event.subject ?? decider.subject(state, event);
      const recorded: NewEvent = {
        event_id: this.ids.next(),
        type: event.type,
        schema_version: schemaVersionOf(event.type),
        ts,
        portfolio_id: subject.portfolio_id ?? null,
        position_id: subject.position_id ?? null,
        instrument_id: subject.instrument_id ?? null,
        symbol: subject.symbol ?? null,
        correlation_id: context.correlationId,
        causation_id: events[0]?.event_id ?? context.causationId,
        actor: context.actor,
        unique_key: decider.uniqueKey?.(event) ?? null,
        data: JSON.stringify(event.data),
      };
      draft.events.push(recorded);
      events.push(recorded);
      if (rows) pushEventRows(writes, rows, context.tenantId, item.stream, recorded, event);
    }
  }
}

const advance = (before: Folded<unknown> | null, state: unknown, ts: Instant): Folded<unknown> => ({
  state,
  version: (before?.version ?? 0) + 1,
  createdAt: before?.createdAt ?? ts,
  updatedAt: ts,
});

/** The state of a stream from its events; null where there are none. */
export function foldEvents<State>(
  { decider }: Pick<StreamDefinition, 'decider'>,
  events: readonly { readonly type: string; readonly data: string; readonly ts: Instant }[],
  start: Folded<State> | null = null,
): Folded<State> | null {
  let folded: Folded<unknown> | null = start;
  for (const { type, data, ts } of events) {
    folded = advance(folded, decider.evolve(folded ? folded.state : decider.initialState, { type, data: JSON.parse(data) as object }), ts);
  }
  return folded as Folded<State> | null;
}

export const scoped = (tenantId: string, row: ProjectedRow): Row => ({ log: DEFAULT_LOG, tenant_id: tenantId, ...row });

function pushStateRow(writes: RowWrite[], tenantId: string, stream: string, draft: Draft): void {
  const projection = draft.definition.state;
  if (!projection || !draft.folded || draft.events.length === 0) return;
  writes.push({ op: 'upsert', table: projection.table, row: scoped(tenantId, projection.toRow(streamId(stream), draft.folded)) });
}

function pushEventRows(
  writes: RowWrite[],
  projections: NonNullable<StreamDefinition['rows']>,
  tenantId: string,
  stream: string,
  header: NewEvent,
  event: Message,
): void {
  const view: EventView = { ...header, tenant_id: tenantId, stream, body: event.data as Readonly<Record<string, unknown>> };
  for (const projection of projections) {
    for (const { op, row } of projection.rows(view)) writes.push({ op, table: projection.table, row: scoped(tenantId, row) });
  }
}
