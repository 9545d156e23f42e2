/** Looks through a JSON text before it is parsed, in one pass: what a parser would quietly accept but nobody means is refused. */
import { InputError } from '../../kernel/errors';

/** No request of ours nests deeper than a handful of levels. */
const DEEPEST = 32;
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * Refuses names that occur twice in one object (which of two amounts was meant?), names that reach into JavaScript's
 * objects, and nesting beyond 32 levels. Broken JSON is left to the parser. Throws InputError.
 */
export function checkJson(text: string): void {
  const names: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (isName(text, end)) checkName(text.slice(at, end + 1), names.at(-1));
        at = end;
        break;
      }
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        names.push(text.charCodeAt(at) === OPEN_OBJECT ? new Set() : null);
        if (names.length > DEEPEST)
          throw new InputError('json.too_deep', 'body', `JSON nested at most ${DEEPEST} levels deep`, `level ${names.length}`);
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        names.pop();
        break;
      default:
    }
  }
}

/** Index of the closing quote; the text's end where there is none. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return text.charCodeAt(at) === COLON;
}

function checkName(quoted: string, names: Set<string> | null | undefined): void {
  const name = unquote(quoted);
  if (name === null) return;
  if (FORBIDDEN_NAMES.has(name)) throw new InputError('json.forbidden_name', 'body', 'JSON without names reserved by JavaScript', name);
  if (names?.has(name)) throw new InputError('json.duplicate_name', name, 'given once', 'it twice in one object');
  names?.add(name);
}

/** Escapes hide names too (`"\u005f_proto__"`); a broken one is the parser's business. */
function unquote(quoted: string): string | null {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return null;
  }
}
