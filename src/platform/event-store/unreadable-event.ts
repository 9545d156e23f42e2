/** An event that this release cannot read: nothing may be decided, shown or passed on as if it were not there. */
import { UnavailableError } from '../../kernel/errors';
import type { RecordedEvent } from './event-store.port';

/** What an error says of an event's place; the log and its position where the event comes from the log. */
export type EventPlace = Pick<RecordedEvent, 'type' | 'schema_version' | 'stream'> & Partial<Pick<RecordedEvent, 'log' | 'position'>>;

/** `events.unknown_type` or `events.unreadable`. */
export class UnreadableEvent extends UnavailableError {
  constructor(
    code: string,
    /** What is wrong, without the place. */
    readonly fault: string,
    /** What follows the place in the message. */
    private readonly said: string,
    private readonly place: EventPlace,
  ) {
    const { type, schema_version, stream, log, position } = place;
    super(code, `${whereOf(place)}${said}`, { type, schema_version, stream, log, position });
  }

  /** The same of an event whose log its reader knows, and it does not say itself. */
  inLog(log: number): UnreadableEvent {
    const error = new UnreadableEvent(this.code, this.fault, this.said, { ...this.place, log });
    error.cause = this.cause;
    return error;
  }
}

/** `newest` is the newest version of this type that is known here, null where the type is unknown altogether. */
export function unknownEvent(place: EventPlace, newest: number | null): UnreadableEvent {
  const what = `${place.type} version ${place.schema_version}`;
  const known = newest === null ? 'this release knows no such event' : `this release knows it up to version ${newest}`;
  const said = ` is ${what}, and ${known}: a newer release wrote it. Start that release, or restore a backup from before it`;
  return new UnreadableEvent('events.unknown_type', `${what} is of a newer release`, said, place);
}

/** `fault` says what is wrong with the data. */
export function unreadableEvent(place: EventPlace, fault: string, cause?: unknown): UnreadableEvent {
  const said =
    `, ${place.type} version ${place.schema_version}, cannot be read: ${fault}. ` +
    'Run vb events verify; where it names this event too, restore a backup from before it, else report the fault of this release';
  const error = new UnreadableEvent('events.unreadable', fault, said, place);
  if (cause !== undefined) error.cause = cause;
  return error;
}

function whereOf({ stream, log, position }: EventPlace): string {
  if (position === undefined) return `An event of stream ${stream}`;
  return `The event at position ${position}${log === undefined ? '' : ` of log ${log}`} (stream ${stream})`;
}
