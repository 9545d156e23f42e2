// The ledger of shapes, src/contracts/event-shapes.json: { type: { version: shape } }. What is in it stays as it is for ever.
import { createHash } from 'node:crypto';
import { Mistake, ONE_OF, shapeText } from './event-shapes.mjs';

export const LEDGER = 'src/contracts/event-shapes.json';

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Names a shape in documents: two shapes with one name are one shape. */
export const shapeName = (shape) => createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 12);

/** The ledger with what is new in `events`. Throws Mistake with a sentence for everything that would change what is stored already. */
export function extendLedger(ledger, events) {
  const mistakes = events.flatMap((event) => mistakesOf(event, ledger[event.type] ?? {}));
  const known = new Set(events.map(({ type }) => type));
  for (const type of Object.keys(ledger)) {
    if (!known.has(type))
      mistakes.push(`${type} is gone from src/contracts/catalog.ts, but logs hold it: leave it there, its decider still has to read it.`);
  }
  if (mistakes.length > 0) throw new Mistake(mistakes.join('\n'));
  const added = events.map(({ type, version, shape }) => [type, { ...ledger[type], [version]: shape }]);
  return Object.fromEntries(added.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function mistakesOf({ type, version, shape }, versions) {
  const newest = Math.max(0, ...Object.keys(versions).map(Number));
  if (version < newest) return [`${type} was at version ${newest} and is at ${version} in src/contracts/catalog.ts: versions only rise.`];
  const former = versions[version];
  if (former !== undefined && !same(former, shape)) {
    const next = newest + 1;
    return [
      `The shape of ${type} has changed (${differences(former, shape).join('; ')}) but its version is still ${version}. ` +
        `Events of version ${version} are stored and never change: raise ${type} to ${next} in src/contracts/catalog.ts, write the upcaster ` +
        `from ${version} to ${next} in src/contracts/upcasters.ts, record a golden file (npm run golden -- <name>), then run npm run events.`,
    ];
  }
  if (former === undefined && version !== newest + 1)
    return [`${type} goes from version ${newest} to ${version}: versions rise one by one, make it ${newest + 1}.`];
  return [];
}

/** What differs, a sentence per field. */
function differences(before, after, path = '') {
  if (same(before, after)) return [];
  const inside = partsOf(before, path);
  const now = partsOf(after, path);
  if (inside === null || now === null) return [`${path === '' ? 'data' : path} was ${shapeText(before)} and is ${shapeText(after)}`];
  return [...new Set([...Object.keys(inside), ...Object.keys(now)])].flatMap((place) => {
    if (inside[place] === undefined) return [`${place} is new`];
    if (now[place] === undefined) return [`${place} is gone`];
    return differences(inside[place], now[place], place);
  });
}

/** What a shape consists of, by where it is; null where it has no parts. */
function partsOf(shape, path) {
  if (typeof shape === 'string') return null;
  if (Array.isArray(shape)) return { [`${path}[]`]: shape[0] };
  const choices = shape[ONE_OF];
  if (choices !== undefined)
    return Object.fromEntries(choices.map((choice, index) => [index === 0 ? path : `${path} (${index + 1})`, choice]));
  return Object.fromEntries(Object.entries(shape).map(([name, of]) => [path === '' ? name : `${path}.${name}`, of]));
}
