/** What one list of commands comes to: decided events, the rows that follow from them, and the append that makes both durable. */
import type { Instant } from '../../kernel/clock';
import type { CommandContext } from '../../kernel/context';
import { type Folded, type Message, streamId } from '../../kernel/decider';
import type { Ids } from '../../kernel/ids';
import { schemaVersionOf } from '../../contracts/catalog';
import type { AppendCall, NewEvent, StreamAppend, TenantScope } from '../event-store/event-store.port';
import type { Cell, Row, RowWrite } from '../event-store/row-write';
import { idempotencyTable } from '../idempotency/idempotency.table';
import type { EventProjection, EventView, ProjectedRow } from '../projections/projection';
import { advance } from './stream-fold';
import type { StreamDefinition } from './stream-registry';
import type { RunOptions } from './stream-item';

/** Where the plan's rows go. */
export interface PlanLogs {
  /** The log of the tenant whose streams are written. */
  readonly log: number;
  /** The log of the tenant whose idempotency key it is. */
  readonly answers: number;
}

/** One stream of the plan. */
export interface Draft extends StreamAppend {
  readonly definition: StreamDefinition;
  folded: Folded<unknown> | null;
  events: readonly NewEvent[];
}

const NO_ROWS: readonly RowWrite[] = [];
const NO_EVENTS: readonly NewEvent[] = [];
const NO_DRAFTS: readonly Draft[] = [];

/** Most lists have one stream with one event and one row: joining arrays keeps those at their size, where pushing reserves room for 17. */
const joined = <Item>(some: readonly Item[], more: readonly Item[]): readonly Item[] => (some.length === 0 ? more : [...some, ...more]);

export class AppendPlan {
  events: readonly NewEvent[] = NO_EVENTS;
  /** A list names few streams, so a search is cheaper than a map. */
  private drafts: readonly Draft[] = NO_DRAFTS;
  private writes: readonly RowWrite[] = NO_ROWS;

  constructor(
    private readonly context: CommandContext,
    private readonly logs: PlanLogs,
    private readonly now: Instant,
    private readonly ids: Ids,
  ) {}

  draft(stream: string): Draft | undefined {
    for (const draft of this.drafts) if (draft.stream === stream) return draft;
    return undefined;
  }

  open(draft: Draft): Draft {
    this.drafts = joined(this.drafts, [draft]);
    return draft;
  }

  /** Throws what the decider throws. */
  decide(draft: Draft, command: Message, ts: Instant = this.now): void {
    const { decider, rows, appendsAnyway } = draft.definition;
    for (const event of decider.decide(command, draft.folded?.state ?? decider.initialState, ts) as readonly Message[]) {
      const state = decider.evolve(draft.folded?.state ?? decider.initialState, event, ts) as unknown;
      if (!appendsAnyway) draft.folded = advance(draft.folded, state, ts);
      const recorded = this.recorded(draft.stream, draft.definition, event, state, ts);
      const added = [recorded];
      draft.events = joined(draft.events, added);
      this.events = joined(this.events, added);
      if (rows) for (const projection of rows) this.add(eventRows(projection, recorded));
    }
  }

  /** State of a stream after the plan. */
  state<State>(stream: string): Folded<State> {
    const folded = this.draft(stream)?.folded;
    if (!folded) throw new Error(`${stream} has no state after this command`);
    return folded as Folded<State>;
  }

  /** Null where there is nothing to write. Called once. */
  toCall({ respond, writes = NO_ROWS }: RunOptions): AppendCall | null {
    const scope: TenantScope = { log: this.logs.log, tenantId: this.context.tenantId };
    const streams = this.drafts.every(hasEvents) ? this.drafts : this.drafts.filter(hasEvents);
    for (const draft of streams) this.add(stateRows(scope, draft));
    if (respond) this.add(this.answerRow(respond));
    this.add(writes);
    return streams.length > 0 || this.writes.length > 0 ? { ...scope, streams, writes: this.writes } : null;
  }

  /** The answer that a repeated request gets. */
  private answerRow(respond: NonNullable<RunOptions['respond']>): readonly RowWrite[] {
    const { idempotency } = this.context;
    if (!idempotency) return NO_ROWS;
    const { key, fingerprint, status, tenantId } = idempotency;
    const row = { key, fingerprint, status, body: JSON.stringify(respond((stream) => this.state(stream))), recorded_at: this.now };
    return [{ op: 'insert', table: idempotencyTable, row: scoped({ log: this.logs.answers, tenantId }, row) }];
  }

  private add(rows: readonly RowWrite[]): void {
    if (rows.length > 0) this.writes = joined(this.writes, rows);
  }

  /** One object is the event and what its projections see: this is the hot path. */
  private recorded(stream: string, { decider }: StreamDefinition, event: Message, state: unknown, ts: Instant): NewEvent & EventView {
    const subject = event.subject ?? decider.subject(state, event);
    return {
      log: this.logs.log,
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
}

const hasEvents = ({ events }: Draft): boolean => events.length > 0;

const eventRows = (projection: EventProjection, view: EventView): readonly RowWrite[] => {
  const scope: TenantScope = { log: view.log, tenantId: view.tenant_id };
  return projection.rows(view).map(({ op, row }) => ({ op, table: projection.table, row: scoped(scope, row) }));
};

/** None where a stream keeps no state beside its events. */
function stateRows(scope: TenantScope, { stream, definition: { state }, folded }: Draft): readonly RowWrite[] {
  if (!state || !folded) return NO_ROWS;
  return [{ op: 'upsert', table: state.table, row: scoped(scope, state.toRow(streamId(stream), folded)) }];
}

/** The row with log and tenant, which no projection chooses. The row is the projection's own and new, so it is completed in place. */
export function scoped({ log, tenantId }: TenantScope, row: ProjectedRow): Row {
  const completed = row as Record<string, Cell>;
  completed['log'] = log;
  completed['tenant_id'] = tenantId;
  return completed;
}
