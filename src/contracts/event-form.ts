/** Whether data has the form of its event: by the ledger of shapes, which knows every version there ever was. */
import { isAmountText } from '../kernel/amount';
import { isInstant } from '../kernel/clock';
import { describe } from '../kernel/errors';
import shapes from './event-shapes.json';

/**
 * Text: kinds of values, joined by ` | `. A list of one shape. An object with the shape of each field, `field?` where it may be missing,
 * `*` for any name, or only `one of` for a choice.
 */
export type Shape = string | readonly Shape[] | { readonly [field: string]: Shape };

const LEDGER = shapes as unknown as Readonly<Record<string, Readonly<Record<string, Shape>>>>;
const ANY_NAME = '*';
const ONE_OF = 'one of';

/** Undefined where the ledger has no such version. */
export const shapeOf = (type: string, version: number): Shape | undefined => LEDGER[type]?.[version];

/** Every version of every event that was ever written. */
export const knownShapes = (): readonly { readonly type: string; readonly version: number; readonly shape: Shape }[] =>
  Object.entries(LEDGER).flatMap(([type, versions]) =>
    Object.entries(versions).map(([version, shape]) => ({ type, version: Number(version), shape })),
  );

/** Fields of the data itself that are there in every event of this version. */
export function requiredFields(type: string, version: number): readonly string[] {
  const shape = shapeOf(type, version) ?? {};
  return Object.keys(shape).filter((name) => !name.endsWith('?') && name !== ANY_NAME);
}

/** What is wrong with a value, naming the field; null where nothing is. `isExact` objects to fields that the shape does not know, too. */
export function faultOf(shape: Shape, value: unknown, isExact: boolean, path = 'data'): string | null {
  if (typeof shape === 'string') return isOneOf(shape, value) ? null : `${path} must be ${shape}; received ${describe(value)}`;
  if (isList(shape)) return faultOfList(shape[0] ?? '', value, isExact, path);
  const choices = shape[ONE_OF];
  if (choices !== undefined && isList(choices)) return faultOfChoice(choices, value, isExact, path);
  return faultOfObject(shape, value, isExact, path);
}

const isList = (shape: Shape): shape is readonly Shape[] => Array.isArray(shape);

function faultOfList(shape: Shape, value: unknown, isExact: boolean, path: string): string | null {
  if (!Array.isArray(value)) return `${path} must be a list; received ${describe(value)}`;
  for (const [index, item] of value.entries()) {
    const fault = faultOf(shape, item, isExact, `${path}[${index}]`);
    if (fault !== null) return fault;
  }
  return null;
}

/** The fault that is told is that of the first choice: the rest mostly says null. */
function faultOfChoice(choices: readonly Shape[], value: unknown, isExact: boolean, path: string): string | null {
  const faults = choices.map((choice) => faultOf(choice, value, isExact, path));
  return faults.includes(null) ? null : (faults[0] ?? null);
}

function faultOfObject(shape: Readonly<Record<string, Shape>>, value: unknown, isExact: boolean, path: string): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${path} must be an object; received ${describe(value)}`;
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const [key, of] of Object.entries(shape)) {
    if (key === ANY_NAME) continue;
    const name = key.endsWith('?') ? key.slice(0, -1) : key;
    const place = `${path}.${name}`;
    const isThere = fields.has(name);
    if (!isThere && name === key) return `${place} is missing`;
    const fault = isThere ? faultOf(of, fields.get(name), isExact, place) : null;
    if (fault !== null) return fault;
    fields.delete(name);
  }
  return faultOfOthers(shape[ANY_NAME], fields, isExact, path);
}

function faultOfOthers(shape: Shape | undefined, fields: ReadonlyMap<string, unknown>, isExact: boolean, path: string): string | null {
  for (const [name, value] of fields) {
    if (shape === undefined) return isExact ? `${path}.${name} is in no shape of this event` : null;
    const fault = faultOf(shape, value, isExact, `${path}.${name}`);
    if (fault !== null) return fault;
  }
  return null;
}

type Check = (value: unknown) => boolean;

const KINDS: Readonly<Record<string, Check>> = {
  text: (value) => typeof value === 'string',
  amount: (value) => isAmountText(value),
  instant: isInstant,
  day: (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value),
  number: (value) => typeof value === 'number',
  flag: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

const checks = new Map<string, Check>();

function isOneOf(kinds: string, value: unknown): boolean {
  let check = checks.get(kinds);
  if (!check) checks.set(kinds, (check = checkOf(kinds)));
  return check(value);
}

function checkOf(kinds: string): Check {
  const each = kinds.split(' | ').map((kind): Check => {
    const literal = kind.startsWith("'") ? kind.slice(1, -1) : null;
    return literal === null ? (KINDS[kind] ?? ((value) => String(value) === kind)) : (value) => value === literal;
  });
  return (value) => each.some((one) => one(value));
}
