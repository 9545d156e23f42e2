/** A planned flush as the parameters of `append_events`, and its answer read. */
import type { BatchStatement } from '../database/postgres-batch';
import { canonicalText, contentHash } from './event-hash';
import type { NewEvent, RecordedEvent } from './event-store.port';
import type { FlushPlan, Head, PlannedEvent } from './flush-plan';
import { recordedEvent } from './recorded-event';
import type { Salts } from './salts';
import { joined, joinedNumbers } from './text-columns';

export interface FlushPlace {
  readonly log: number;
  readonly appender: string;
  /** Grows with every try of this appender in this log. */
  readonly flush: number;
  readonly now: string;
}

/** What the database says of a flush that is committed. */
export interface FlushOutcome {
  /** Position of the log's last event before it. */
  readonly before: number;
  readonly recordedAt: string;
  /** Hash of the log's chain after it; empty where it added no events. */
  readonly chain: string;
  /** Versions of its heads before it. */
  readonly bases: readonly number[];
}

const call = (name: string, parameters: number): string =>
  `SELECT ${name}(${Array.from({ length: parameters }, (_, index) => `$${index + 1}`).join(', ')})`;
const APPEND = call('append_events', 25);
const APPEND_ONE = call('append_event', 22);

export function appendStatement(place: FlushPlace, plan: FlushPlan, salts: Salts): BatchStatement {
  const [only, ...others] = plan.events;
  return only && others.length === 0 && plan.heads.length === 1 ? appendOne(place, only, salts) : appendMany(place, plan, salts);
}

function appendOne({ log, appender, flush, now }: FlushPlace, { head, event }: PlannedEvent, salts: Salts): BatchStatement {
  const { event_id, type, schema_version, ts, portfolio_id, position_id, instrument_id, symbol } = event;
  const { correlation_id, causation_id, actor, unique_key, data } = event;
  const salt = salts.next();
  const content = contentHash(canonicalText(head.tenantId, head.stream, event), salt);
  const place = [log, appender, flush, now, head.tenantId, head.stream, head.base ?? -1];
  const subject = [event_id, type, schema_version, ts, portfolio_id, position_id, instrument_id, symbol];
  const values = [...place, ...subject, correlation_id, causation_id, actor, unique_key, data, salt, content];
  return { name: 'append-one', text: APPEND_ONE, values };
}

function appendMany({ log, appender, flush, now }: FlushPlace, { heads, events }: FlushPlan, salts: Salts): BatchStatement {
  const places = new Map<Head, number>(heads.map((head, index) => [head, index + 1]));
  const contents: string[] = [];
  const eventSalts: string[] = [];
  for (const { head, event } of events) {
    const salt = salts.next();
    eventSalts.push(salt);
    contents.push(contentHash(canonicalText(head.tenantId, head.stream, event), salt));
  }
  const column = (textOf: (event: NewEvent) => string | null): string => joined(events, ({ event }) => textOf(event));
  const values = [
    log,
    appender,
    flush,
    now,
    joined(heads, ({ tenantId }) => tenantId),
    joined(heads, ({ stream }) => stream),
    joinedNumbers(heads, ({ base }) => base ?? -1),
    joinedNumbers(heads, ({ count }) => count),
    joinedNumbers(events, ({ head }) => places.get(head) ?? 0),
    joinedNumbers(events, ({ offset }) => offset),
    column(({ event_id }) => event_id),
    column(({ type }) => type),
    joinedNumbers(events, ({ event }) => event.schema_version),
    column(({ ts }) => ts),
    column(({ portfolio_id }) => portfolio_id),
    column(({ position_id }) => position_id),
    column(({ instrument_id }) => instrument_id),
    column(({ symbol }) => symbol),
    column(({ correlation_id }) => correlation_id),
    column(({ causation_id }) => causation_id),
    column(({ actor }) => actor),
    column(({ unique_key }) => unique_key),
    column(({ data }) => data),
    joined(eventSalts, (salt) => salt),
    joined(contents, (content) => content),
  ];
  return { name: 'append', text: APPEND, values };
}

export function readOutcome(text: string | null | undefined): FlushOutcome {
  const [before, recordedAt, bases, chain] = (text ?? '').split('|');
  if (before === undefined || recordedAt === undefined || bases === undefined || chain === undefined)
    throw new Error(`the append answered ${text}`);
  return { before: Number(before), recordedAt, chain, bases: bases === '' ? [] : bases.split(',').map(Number) };
}

export function recordedEvents(log: number, { heads, events }: FlushPlan, outcome: FlushOutcome): readonly RecordedEvent[] {
  const bases = new Map<Head, number>(heads.map((head, index) => [head, outcome.bases[index] ?? 0]));
  return events.map(({ head, offset, event }, index) =>
    recordedEvent(event, {
      log,
      position: outcome.before + index + 1,
      tenantId: head.tenantId,
      stream: head.stream,
      version: (bases.get(head) ?? 0) + offset,
      recordedAt: outcome.recordedAt,
    }),
  );
}
