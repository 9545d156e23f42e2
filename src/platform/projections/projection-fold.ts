/** Folds the log into the rows that read tables should have, a page at a time. */
import { categoryOf, type Folded, streamId } from '../../kernel/decider';
import { DomainError, messageOf } from '../../kernel/errors';
import type { RecordedEvent, TenantScope } from '../event-store/event-store.port';
import type { Row, RowWrite, TableDefinition } from '../event-store/row-write';
import { scoped } from '../streams/append-plan';
import { foldEvents } from '../streams/stream-fold';
import type { EventProjection, EventView, Projection, StateProjection } from './projection';

type Write = Extract<RowWrite, { readonly op: 'upsert' | 'delete' }>;

/**
 * Memory: the last state of every stream of the folded categories (a map of a million states is all right, ten million are
 * not), and the rows that changed since `take`. Event projections keep nothing but the latter.
 */
export class ProjectionFold {
  private readonly byCategory = new Map<string, CategoryFold>();
  private readonly states: readonly StateFold[];
  /** Of event projections, by table and key: whichever category wrote a row last. */
  private readonly changed = new Map<string, Write>();

  constructor(projections: readonly Projection[]) {
    const states: StateFold[] = [];
    for (const projection of projections) {
      if (projection.kind === 'event') {
        this.category(projection.category).events.push(projection);
        continue;
      }
      const fold = new StateFold(projection);
      this.category(projection.decider.category).states.push(fold);
      states.push(fold);
    }
    this.states = states;
  }

  /** Rows that have changed since they were last taken. */
  get pending(): number {
    return this.states.reduce((sum, { changed }) => sum + changed.size, this.changed.size);
  }

  /** Events in log order. Throws DomainError `projections.fold_failed` that names the event which cannot be folded. */
  apply(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      const category = this.byCategory.get(categoryOf(event.stream));
      if (!category) continue;
      try {
        for (const fold of category.states) fold.apply(event);
        if (category.events.length > 0) this.applyRows(category.events, event);
      } catch (cause) {
        throw foldFailed(event, cause);
      }
    }
  }

  /** The last write of each row that changed; two writes never concern one row. */
  take(): readonly RowWrite[] {
    const writes = [...this.changed.values(), ...this.states.flatMap((fold) => fold.take())];
    this.changed.clear();
    return writes;
  }

  private applyRows(projections: readonly EventProjection[], event: RecordedEvent): void {
    const view: EventView = { ...event, body: JSON.parse(event.data) as EventView['body'] };
    for (const projection of projections) {
      const { table } = projection;
      for (const { op, row } of projection.rows(view)) {
        const write: Write = { op, table, row: scoped(scopeOf(event), row) };
        this.changed.set(keyOf(table, write.row), write);
      }
    }
  }

  private category(name: string): CategoryFold {
    const known = this.byCategory.get(name);
    if (known) return known;
    const fold: CategoryFold = { states: [], events: [] };
    this.byCategory.set(name, fold);
    return fold;
  }
}

/** The projections of one category of streams. */
interface CategoryFold {
  readonly states: StateFold[];
  readonly events: EventProjection[];
}

interface StreamState {
  readonly scope: TenantScope;
  readonly stream: string;
  folded: Folded<unknown> | null;
}

class StateFold {
  private readonly streams = new Map<string, StreamState>();
  readonly changed = new Set<StreamState>();

  constructor(private readonly projection: StateProjection<unknown>) {}

  apply(event: RecordedEvent): void {
    const { log, tenant_id: tenantId, stream } = event;
    const key = `${log}\u001f${tenantId}\u001f${stream}`;
    const state = this.streams.get(key) ?? { scope: { log, tenantId }, stream, folded: null };
    state.folded = foldEvents(this.projection, [event], state.folded);
    this.streams.set(key, state);
    this.changed.add(state);
  }

  take(): readonly RowWrite[] {
    const { projection } = this;
    const writes: RowWrite[] = [];
    for (const { scope, stream, folded } of this.changed) {
      if (!folded) continue;
      writes.push({ op: 'upsert', table: projection.table, row: scoped(scope, projection.toRow(streamId(stream), folded)) });
    }
    this.changed.clear();
    return writes;
  }
}

const scopeOf = ({ log, tenant_id: tenantId }: RecordedEvent): TenantScope => ({ log, tenantId });

const keyOf = (table: TableDefinition, row: Row): string => JSON.stringify([table.name, ...table.key.map((column) => row[column] ?? null)]);

function foldFailed({ position, type, stream }: RecordedEvent, cause: unknown): DomainError {
  const message = `The event at position ${position} (${type} of ${stream}) cannot be folded: ${messageOf(cause)}; fix the projection and try again`;
  const error = new DomainError('projections.fold_failed', message, { position, type, stream });
  error.cause = cause;
  return error;
}
