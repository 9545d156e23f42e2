/** The one way from an event as it is stored to its data as this release knows it: whoever parses it elsewhere meets yesterday's shapes. */
import { eventTypes, knownVersionOf, schemaVersionOf } from '../../contracts/catalog';
import { faultOf, requiredFields, shapeOf } from '../../contracts/event-form';
import { type EventData, upcast } from '../../contracts/upcasters';
import { messageOf } from '../../kernel/errors';
import { type EventPlace, unknownEvent, UnreadableEvent, unreadableEvent } from './unreadable-event';

export interface StoredEvent extends EventPlace {
  /** JSON text, byte for byte as it was written. */
  readonly data: string;
}

interface Form {
  readonly version: number;
  readonly required: readonly string[];
}

/** What today's data must hold, by type. */
const forms: ReadonlyMap<string, Form> = new Map(
  eventTypes().map((type) => {
    const version = schemaVersionOf(type);
    return [type, { version, required: requiredFields(type, version) }];
  }),
);

/** Today's data, whatever version was stored. Throws UnreadableEvent. Where the version is today's this costs next to nothing beside parsing. */
export function dataOf(event: StoredEvent): EventData {
  const form = forms.get(event.type);
  if (form === undefined || event.schema_version > form.version) throw unknownEvent(event, form?.version ?? null);
  const data = event.schema_version === form.version ? parsed(event) : upcasted(event, form.version);
  for (const name of form.required) {
    if (data[name] === undefined) throw unreadableEvent(event, `data.${name} is missing`);
  }
  return data;
}

/** Throws UnreadableEvent where this release knows no such event or not this version of it: for whoever passes events on unread. */
export function requireKnown(event: EventPlace): void {
  const version = knownVersionOf(event.type);
  if (version === undefined || event.schema_version > version) throw unknownEvent(event, version ?? null);
}

/** Why this release cannot read an event, or null: every field is looked at, also those that nobody reads. */
export function faultIn(event: StoredEvent): string | null {
  try {
    dataOf(event);
  } catch (error) {
    if (error instanceof UnreadableEvent) return error.fault;
    throw error;
  }
  const shape = shapeOf(event.type, event.schema_version);
  return shape === undefined ? `there never was a version ${event.schema_version}` : faultOf(shape, parsed(event), false);
}

function parsed(event: StoredEvent): EventData {
  let data: unknown;
  try {
    data = JSON.parse(event.data); // eslint-disable-line no-restricted-syntax -- the one place where stored data is parsed
  } catch (error) {
    throw unreadableEvent(event, `its data is no JSON (${messageOf(error)})`, error);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw unreadableEvent(event, 'its data is no JSON object');
  return data as EventData;
}

function upcasted(event: StoredEvent, version: number): EventData {
  const data = parsed(event);
  try {
    return upcast(event.type, event.schema_version, version, data);
  } catch (error) {
    throw unreadableEvent(event, messageOf(error), error);
  }
}
