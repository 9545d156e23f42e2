/** What no log may contain, refused before it is queued: bytes that would not come back, fields that could be confused. */
import { InputError } from '../../kernel/errors';
import type { AppendCall, NewEvent } from './event-store.port';
import type { Row } from './row-write';

/** Control characters separate fields under the hash; half a surrogate pair does not survive UTF-8. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const FORBIDDEN = /[\u0000-\u001f\u007f\ud800-\udfff]/u;
/** JSON text holds control characters as escapes only, but for tab and line ends between its parts. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const FORBIDDEN_IN_DATA = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff]/u;
/** PostgreSQL has no U+0000 in text. */
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const FORBIDDEN_IN_ROWS = /[\u0000\ud800-\udfff]/u;

const HEADER_FIELDS = [
  'event_id',
  'type',
  'ts',
  'portfolio_id',
  'position_id',
  'instrument_id',
  'symbol',
  'correlation_id',
  'causation_id',
  'actor',
  'unique_key',
] as const satisfies readonly (keyof NewEvent)[];

/** Throws InputError `events.invalid` that names the field. */
export function checkCall({ log, tenantId, streams, writes }: AppendCall): void {
  if (!Number.isSafeInteger(log) || log < 1) throw refused('log', 'a whole number from 1', log);
  for (const { stream, expectedVersion, events } of streams) {
    if (stream === '' || tenantId === '' || isBad(tenantId) || isBad(stream)) {
      throw refused('stream', 'a tenant and a stream name without control characters', `${tenantId} ${stream}`);
    }
    if (expectedVersion !== 'any' && !(Number.isSafeInteger(expectedVersion) && expectedVersion >= 0)) {
      throw refused('expectedVersion', "a version from 0, or 'any'", expectedVersion);
    }
    for (const event of events) checkEvent(event);
  }
  for (const { row } of writes) checkRow(row);
}

function checkRow(row: Row): void {
  for (const column in row) {
    const cell = row[column];
    if (typeof cell === 'string' && FORBIDDEN_IN_ROWS.test(cell)) {
      throw refused(column, 'text without U+0000 and half surrogate pairs', cell);
    }
  }
}

/** Submits the calls that pass; the fates of all, in their order. */
export async function submitChecked(
  calls: readonly AppendCall[],
  submit: (checked: readonly AppendCall[]) => Promise<readonly unknown[]>,
): Promise<readonly unknown[]> {
  const refusals = calls.map(refusalOf);
  if (refusals.every((refusal) => refusal === null)) return submit(calls);
  const fates = (await submit(calls.filter((_, index) => refusals[index] === null))).values();
  return refusals.map((refusal): unknown => refusal ?? fates.next().value ?? null);
}

function refusalOf(call: AppendCall): unknown {
  try {
    checkCall(call);
    return null;
  } catch (error) {
    return error;
  }
}

/** This is the hot path: fields one by one, since joining them costs more than testing them; only a refusal looks for the one to name. */
function checkEvent(event: NewEvent): void {
  if (isForbidden(event)) {
    const field = HEADER_FIELDS.find((name) => FORBIDDEN.test(String(event[name]))) ?? 'event';
    throw refused(field, 'text without control characters or half surrogate pairs', String(event[field as keyof NewEvent]));
  }
  if (!Number.isSafeInteger(event.schema_version)) throw refused('schema_version', 'a whole number', event.schema_version);
  if (FORBIDDEN_IN_DATA.test(event.data)) {
    throw refused('data', 'JSON text, which has no raw control characters and no half surrogate pairs', event.data);
  }
}

const isBad = (text: string | null): boolean => text !== null && FORBIDDEN.test(text);

const isForbidden = (event: NewEvent): boolean =>
  isBad(event.event_id) ||
  isBad(event.type) ||
  isBad(event.ts) ||
  isBad(event.portfolio_id) ||
  isBad(event.position_id) ||
  isBad(event.instrument_id) ||
  isBad(event.symbol) ||
  isBad(event.correlation_id) ||
  isBad(event.causation_id) ||
  isBad(event.actor) ||
  isBad(event.unique_key);

const refused = (field: string, rule: string, received: unknown): InputError => new InputError('events.invalid', field, rule, received);
