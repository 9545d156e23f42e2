/** Folds the events of one log into the rows that read tables should have, in bounded memory. */
import { categoryOf } from '../../kernel/decider';
import { DomainError, messageOf } from '../../kernel/errors';
import { dataOf } from '../event-store/event-data';
import type { Row, RowWrite, TableDefinition } from '../event-store/row-write';
import { UnreadableEvent } from '../event-store/unreadable-event';
import { scoped } from '../streams/append-plan';
import type { FoldEvent } from './fold-io';
import type { EventProjection, EventView, HeaderField, Projection } from './projection';
import { StateFold } from './state-fold';

type Write = Extract<RowWrite, { readonly op: 'upsert' | 'delete' }>;

/** The header that event projections may look at. */
const HEADER: readonly HeaderField[] = [
  'event_id',
  'portfolio_id',
  'position_id',
  'instrument_id',
  'symbol',
  'correlation_id',
  'causation_id',
  'actor',
];

/** Rows that must be there before a page can be folded. */
export interface MissingRows {
  readonly fold: StateFold;
  readonly keys: readonly Row[];
}

/**
 * Memory: about twice `statesKept` states of each state projection, those of one page, and the rows that changed since `take`.
 * A state that was let go comes back from its row.
 */
export class ProjectionFold {
  readonly categories: readonly string[];
  /** What is read of each event beside what every fold reads. */
  readonly header: readonly HeaderField[];
  private readonly byCategory = new Map<string, CategoryFold>();
  private readonly states: readonly StateFold[];
  /** Of event projections, by table and key: whichever event wrote a row last. */
  private readonly changed = new Map<string, Write>();

  /** `isFresh`: from the log's beginning, so that no state has a row yet. */
  constructor(
    projections: readonly Projection[],
    private readonly log: number,
    statesKept: number,
    isFresh: boolean,
  ) {
    const states: StateFold[] = [];
    for (const projection of projections) {
      if (projection.kind === 'event') {
        this.category(projection.category).events.push(projection);
        continue;
      }
      const fold = new StateFold(projection, log, statesKept, isFresh);
      this.category(projection.decider.category).states.push(fold);
      states.push(fold);
    }
    this.states = states;
    this.categories = [...this.byCategory.keys()];
    const read = new Set(projections.flatMap((projection) => (projection.kind === 'event' ? headerOf(projection) : [])));
    this.header = HEADER.filter((field) => read.has(field));
  }

  /** Rows that have changed since they were last taken. */
  get pending(): number {
    return this.states.reduce((sum, { changed }) => sum + changed.size, this.changed.size);
  }

  /** More states than should be kept: time to take what changed and to let the oldest go. */
  get isFull(): boolean {
    return this.states.some(({ isFull }) => isFull);
  }

  /** The rows of streams that go on in `events` and whose states are not at hand. */
  missing(events: readonly FoldEvent[]): readonly MissingRows[] {
    const asking = this.states.filter(({ mayMiss }) => mayMiss);
    if (asking.length === 0) return [];
    for (const event of events) {
      for (const fold of this.byCategory.get(categoryOf(event.stream))?.states ?? []) fold.look(event);
    }
    return asking.map((fold) => ({ fold, keys: fold.wanted() })).filter(({ keys }) => keys.length > 0);
  }

  /** Events in log order. Throws DomainError `projections.fold_failed` or UnreadableEvent: both name the event which cannot be folded. */
  apply(events: readonly FoldEvent[]): void {
    for (const event of events) {
      const category = this.byCategory.get(categoryOf(event.stream));
      if (!category) continue;
      try {
        const body = dataOf(event);
        for (const fold of category.states) fold.apply(event, body);
        if (category.events.length > 0) this.applyRows(category.events, event, body);
      } catch (cause) {
        if (cause instanceof UnreadableEvent) throw cause.inLog(this.log);
        throw foldFailed(this.log, event, cause);
      }
    }
  }

  /** The last write of each row that changed; two writes never concern one row. Let what is taken be committed before `missing` asks again. */
  take(): readonly RowWrite[] {
    const writes: RowWrite[] = [...this.changed.values()];
    this.changed.clear();
    for (const fold of this.states) fold.take(writes);
    return writes;
  }

  private applyRows(projections: readonly EventProjection[], event: FoldEvent, body: EventView['body']): void {
    const view = Object.assign(event, { log: this.log, body }) as unknown as EventView; // the event is the fold's own
    const scope = { log: this.log, tenantId: event.tenant_id };
    for (const projection of projections) {
      const { table } = projection;
      for (const { op, row } of projection.rows(view)) {
        const write: Write = { op, table, row: scoped(scope, row) };
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

const headerOf = ({ reads = HEADER }: EventProjection): readonly HeaderField[] => reads;

/** The projections of one category of streams. */
interface CategoryFold {
  readonly states: StateFold[];
  readonly events: EventProjection[];
}

function keyOf({ name, key }: TableDefinition, row: Row): string {
  let text = name;
  for (const column of key) text += `\u001f${row[column] ?? ''}`;
  return text;
}

function foldFailed(log: number, { position, type, stream }: FoldEvent, cause: unknown): DomainError {
  const place = log === 1 ? '' : ` of log ${log}`;
  const message = `The event at position ${position}${place} (${type} of ${stream}) cannot be folded: ${messageOf(cause)}; fix the projection and try again`;
  const error = new DomainError('projections.fold_failed', message, { log, position, type, stream });
  error.cause = cause;
  return error;
}
