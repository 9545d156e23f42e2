/** What one list of commands comes to: decided events, the rows that follow from them, and the append that makes both durable. */
import type { Instant } from '../../kernel/clock';
import type { CommandContext } from '../../kernel/context';
import { type Folded, type Message, streamId } from '../../kernel/decider';
import type { Ids } from '../../kernel/ids';
import { schemaVersionOf } from '../../contracts/catalog';
import { type AppendCall, DEFAULT_LOG, type NewEvent, type StreamAppend } from '../event-store/event-store.port';
import type { Cell, Row, RowWrite } from '../event-store/row-write';
import { idempotencyTable } from '../idempotency/idempotency.table';
import type { EventProjection, EventView, ProjectedRow } from '../projections/projection';
import { advance } from './stream-fold';
import type { StreamDefinition } from './stream-registry';
import type { RunOptions } from './stream-item';

/** One stream of the plan. */
export interface Draft {
  readonly stream: string;
  readonly definition: StreamDefinition;
  readonly expectedVersion: number | 'any';
  folded: Folded<unknown> | null;
  readonly events: NewEvent[];
}

export class AppendPlan {
  readonly events: NewEvent[] = [];
  /** A list names few streams, so a search is cheaper than a map. */
  private readonly drafts: Draft[] = [];
  private readonly writes: RowWrite[] = [];

  constructor(
    private readonly context: CommandContext,
    private readonly now: Instant,
    private readonly ids: Ids,
  ) {}

  draft(stream: string): Draft | undefined {
    for (const draft of this.drafts) if (draft.stream === stream) return draft;
    return undefined;
  }

  open(draft: Draft): Draft {
    this.drafts.push(draft);
    return draft;
  }

  /** Throws what the decider throws. */
  decide(draft: Draft, command: Message, ts: Instant = this.now): void {
    const { decider, rows, appendsAnyway } = draft.definition;
    for (const event of decider.decide(command, draft.folded?.state ?? decider.initialState) as readonly Message[]) {
      const state = decider.evolve(draft.folded?.state ?? decider.initialState, event) as unknown;
      if (!appendsAnyway) draft.folded = advance(draft.folded, state, ts);
      const recorded = this.recorded(draft.stream, draft.definition, event, state, ts);
      draft.events.push(recorded);
      this.events.push(recorded);
      if (rows) this.pushEventRows(rows, recorded);
    }
  }

  /** State of a stream after the plan. */
  state<State>(stream: string): Folded<State> {
    const folded = this.draft(stream)?.folded;
    if (!folded) throw new Error(`${stream} has no state after this command`);
    return folded as Folded<State>;
  }

  /** Null where there is nothing to write. Called once. */
  toCall({ respond, writes = [] }: RunOptions): AppendCall | null {
    const { tenantId, idempotency } = this.context;
    const streams: StreamAppend[] = [];
    for (const { stream, definition, expectedVersion, folded, events } of this.drafts) {
      if (events.length === 0) continue;
      streams.push({ stream, expectedVersion, events });
      if (!definition.state || !folded) continue;
      this.writes.push({
        op: 'upsert',
        table: definition.state.table,
        row: scoped(tenantId, definition.state.toRow(streamId(stream), folded)),
      });
    }
    if (idempotency && respond) {
      const { key, fingerprint, status } = idempotency;
      const row = { key, fingerprint, status, body: JSON.stringify(respond((stream) => this.state(stream))), recorded_at: this.now };
      this.writes.push({ op: 'insert', table: idempotencyTable, row: scoped(idempotency.tenantId, row) });
    }
    this.writes.push(...writes);
    return streams.length > 0 || this.writes.length > 0 ? { tenantId, streams, writes: this.writes } : null;
  }

  /** One object is the event and what its projections see: this is the hot path. */
  private recorded(stream: string, { decider }: StreamDefinition, event: Message, state: unknown, ts: Instant): NewEvent & EventView {
    const subject = event.subject ?? decider.subject(state, event);
    return {
      tenant_id: this.context.tenantId,
      stream,
      body: event.data as EventView['body'],
      event_id: this.ids.next(),
      type: event.type,
      schema_version: schemaVersionOf(event.type),
      ts,
      portfolio_id: subject.portfolio_id ?? null,
      position_id: subject.position_id ?? null,
      instrument_id: subject.instrument_id ?? null,
      symbol: subject.symbol ?? null,
      correlation_id: this.context.correlationId,
      causation_id: this.events[0]?.event_id ?? this.context.causationId,
      actor: this.context.actor,
      unique_key: decider.uniqueKey?.(event) ?? null,
      data: JSON.stringify(event.data),
    };
  }

  private pushEventRows(projections: readonly EventProjection[], view: EventView): void {
    for (const projection of projections) {
      for (const { op, row } of projection.rows(view)) this.writes.push({ op, table: projection.table, row: scoped(view.tenant_id, row) });
    }
  }
}

/** The row with log and tenant, which no projection chooses. The row is the projection's own and new, so it is completed in place. */
export function scoped(tenantId: string, row: ProjectedRow): Row {
  const completed = row as Record<string, Cell>;
  completed['log'] = DEFAULT_LOG;
  completed['tenant_id'] = tenantId;
  return completed;
}
