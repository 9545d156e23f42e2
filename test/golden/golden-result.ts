/** What today's program makes of a log: states, rows of read tables, positions, and events as the API shows them. */
import { QueryBus } from '@nestjs/cqrs';
import type { App } from '../../src/app';
import { type Folded, categoryOf, streamId } from '../../src/kernel/decider';
import type { RecordedEvent } from '../../src/platform/event-store/event-store.port';
import { dataOf } from '../../src/platform/event-store/event-data';
import type { Row } from '../../src/platform/event-store/row-write';
import { eventView } from '../../src/platform/http/events.dto';
import type { EventView, Projection } from '../../src/platform/projections/projection';
import { foldEvents } from '../../src/platform/streams/stream-fold';
import type { StreamDefinition } from '../../src/platform/streams/stream-registry';
import { GetPositionAsOf } from '../../src/trading/position.queries';

export interface GoldenResult {
  /** Rows of each read table, by its key. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** States of streams that no table keeps, by stream. */
  readonly states: Readonly<Record<string, unknown>>;
  /** Positions as of the end: by what was recorded, and by what had happened. */
  readonly positions: Readonly<Record<string, unknown>>;
  /** By position in the log: data that the API shows otherwise than it is stored. */
  readonly shown: Readonly<Record<string, unknown>>;
}

export async function resultOf(app: App, events: readonly RecordedEvent[]): Promise<GoldenResult> {
  const { registry } = app.platform;
  const streams = streamsOf(events);
  const states: Record<string, unknown> = {};
  const tables = new Map<string, Map<string, unknown>>();
  for (const [place, own] of streams) {
    const definition = registry.get(categoryOf(own[0]?.stream ?? ''));
    const folded = definition.appendsAnyway ? null : foldEvents(definition, own);
    if (folded && definition.state) addState(tables, definition.state, own[0] as RecordedEvent, folded);
    else if (folded) states[place] = plain(folded);
  }
  for (const event of events) addRows(tables, registry.get(categoryOf(event.stream)), event);
  return {
    tables: sorted([...tables].map(([name, rows]) => [name, sorted([...rows])])),
    states: sorted(Object.entries(states)),
    positions: await positionsOf(app, [...streams.values()]),
    shown: shownOf(events, (stream) => registry.get(categoryOf(stream))),
  };
}

function streamsOf(events: readonly RecordedEvent[]): ReadonlyMap<string, readonly RecordedEvent[]> {
  const streams = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const place = `${event.log}/${event.tenant_id}/${event.stream}`;
    const own = streams.get(place);
    if (own) own.push(event);
    else streams.set(place, [event]);
  }
  return streams;
}

type Tables = Map<string, Map<string, unknown>>;

function addState(tables: Tables, projection: Extract<Projection, { kind: 'state' }>, first: RecordedEvent, folded: Folded<unknown>): void {
  write(tables, projection, first, projection.toRow(streamId(first.stream), folded));
}

function addRows(tables: Tables, { rows = [] }: StreamDefinition, event: RecordedEvent): void {
  const view: EventView = { ...event, body: dataOf(event) };
  for (const projection of rows) {
    for (const { op, row } of projection.rows(view)) write(tables, projection, event, op === 'delete' ? null : row, row);
  }
}

/** Null deletes. */
function write(tables: Tables, { table }: Projection, { log, tenant_id }: RecordedEvent, row: Row | null, keyed: Row | null = row): void {
  const whole: Row = { ...keyed, log, tenant_id };
  const key = table.key.map((column) => whole[column]).join('/');
  const rows = tables.get(table.name) ?? new Map<string, unknown>();
  tables.set(table.name, rows);
  if (row === null) rows.delete(key);
  else rows.set(key, Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, parsedCell(cell)])));
}

/** JSON text in a cell is compared field by field. */
const parsedCell = (cell: unknown): unknown => (typeof cell === 'string' && /^[[{]/.test(cell) ? (JSON.parse(cell) as unknown) : cell);

async function positionsOf(app: App, streams: readonly (readonly RecordedEvent[])[]): Promise<Readonly<Record<string, unknown>>> {
  const positions: [string, unknown][] = [];
  for (const [first] of streams) {
    if (first?.type !== 'PositionOpened') continue;
    const id = streamId(first.stream);
    const asOf = (basis: 'recorded' | 'executed') =>
      app.nest.get(QueryBus).execute(new GetPositionAsOf(first.tenant_id, id, { kind: basis, at: app.platform.clock.now() }));
    positions.push([id, { recorded: await asOf('recorded'), executed: await asOf('executed') }]);
  }
  return sorted(positions);
}

function shownOf(events: readonly RecordedEvent[], definitionOf: (stream: string) => StreamDefinition): Readonly<Record<string, unknown>> {
  const shown: [string, unknown][] = [];
  for (const event of events) {
    const { schema_version, data } = eventView(event, definitionOf(event.stream).expand);
    if (JSON.stringify(data) !== event.data) shown.push([`${event.log}/${event.position}`, { type: event.type, schema_version, data }]);
  }
  return Object.fromEntries(shown);
}

/** As JSON holds it; large whole numbers as text. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, field: unknown) => (typeof field === 'bigint' ? String(field) : field)));

const sorted = <Value>(entries: readonly (readonly [string, Value])[]): Readonly<Record<string, Value>> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
