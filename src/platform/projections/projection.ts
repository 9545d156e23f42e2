/** Inline projections: read tables written in the same transaction as the events, and rebuilt from them to the same bytes. */
import type { Decider, Folded, Message } from '../../kernel/decider';
import type { EventHeader } from '../event-store/event-store.port';
import type { Cell, Row, TableDefinition } from '../event-store/row-write';

/** A row without `log` and `tenant_id`: the platform adds them, no projection chooses them. */
export type ProjectedRow = Readonly<Record<string, Cell>>;

/** One row per stream: the decider's state itself, so that a command loads a row and not a history. */
export interface StateProjection<State> {
  readonly kind: 'state';
  readonly name: string;
  /** Raise it when the row's meaning changes: the table is rebuilt. */
  readonly version: number;
  readonly decider: Decider<State, Message, Message>;
  readonly table: TableDefinition;
  toRow(id: string, folded: Folded<State>): ProjectedRow;
  fromRow(row: Row): Folded<State>;
}

type Always = 'type' | 'schema_version' | 'ts';
/** Parts of an event's header that not every projection looks at. */
export type HeaderField = Exclude<keyof EventHeader, Always>;

/** What an event projection sees: everything known before the event has its place in the log. */
export type EventView<Field extends HeaderField = HeaderField> = Pick<EventHeader, Always | Field> & {
  readonly log: number;
  readonly tenant_id: string;
  readonly stream: string;
  readonly body: Readonly<Record<string, unknown>>;
};

export interface ProjectedWrite {
  readonly op: 'upsert' | 'delete';
  readonly row: ProjectedRow;
}

/** Rows that follow from single events. Later events of the same key replace the row. */
export interface EventProjection<Field extends HeaderField = HeaderField> {
  readonly kind: 'event';
  readonly name: string;
  readonly version: number;
  readonly category: string;
  readonly table: TableDefinition;
  /** True where one row may follow from streams of different ids, so that a rebuild cannot fold them beside each other. */
  readonly spansStreams?: boolean;
  /** Parts of the header that it looks at, so that a rebuild reads no others; all of them where it is missing. */
  readonly reads?: readonly Field[];
  rows(event: EventView<Field>): readonly ProjectedWrite[];
}

/** A projection whose `rows` can look at no more of the header than its `reads` names. */
export const eventProjection = <Field extends HeaderField = never>(
  projection: EventProjection<Field> & { readonly reads: readonly Field[] },
): EventProjection => projection;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a registry holds projections of every state type
export type Projection = StateProjection<any> | EventProjection;

/** Columns of a read table; `log` and `tenant_id` lead every key. */
export const readTable = (name: string, key: readonly string[], columns: readonly string[]): TableDefinition => ({
  name,
  key: ['log', 'tenant_id', ...key],
  columns: ['log', 'tenant_id', ...key, ...columns],
});

/** The folded state of a row with the usual columns `state` (JSON text), `version`, `created_at` and `updated_at`. */
export const fromRowColumns = <State>(row: Row, decode: (json: string) => State): Folded<State> => ({
  state: decode(String(row['state'])),
  version: Number(row['version']),
  createdAt: String(row['created_at']),
  updatedAt: String(row['updated_at']),
});
