/** Cursors are opaque to callers: base64url of JSON, checked when they come back. */
import { InputError } from '../../kernel/errors';

export const encodeCursor = (place: object): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** Null where there is none. Throws InputError `cursor.invalid` for a text that no page of this list gave out. */
export function decodeCursor<Place>(cursor: string | undefined, isPlace: (value: unknown) => value is Place): Place | null {
  if (cursor === undefined) return null;
  const place = parse(Buffer.from(cursor, 'base64url').toString());
  if (isPlace(place)) return place;
  throw new InputError('cursor.invalid', 'cursor', 'the next_cursor of an earlier page of this list', cursor);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON, so no cursor of ours: the caller refuses it
  }
}
