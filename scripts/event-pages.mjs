// docs/events.md: every event for people, as the types and their comments say.
import { relative, sep } from 'node:path';
import { shapeName } from './event-ledger.mjs';
import { ONE_OF, shapeText } from './event-shapes.mjs';

export const PAGE = 'docs/events.md';

const INTRODUCTION = `# Events

Made by \`npm run events\` from the types in [src/contracts](../src/contracts); edit those. What is stored never changes: a new shape
is a new version, and events of older versions are brought to today's shape when they are read
([upcasters.ts](../src/contracts/upcasters.ts)). A test keeps this page, the
[ledger of shapes](../src/contracts/event-shapes.json) and the types together.

Kinds of values: _text_; _amount_, an exact decimal as text (\`"150.25"\`); _instant_, UTC with milliseconds
(\`2026-11-20T14:35:00.000Z\`); _day_, a date of the exchange (\`2026-11-20\`); _number_, a JSON number; _flag_, true or false. Words in
quotes are the values there can be. A field with \`?\` may be missing.

## Around every event

In columns of their own beside \`data\`.
`;

export function eventsPage(root, events, ledger, header) {
  const files = [...new Set(events.map(({ file }) => file.fileName))];
  return [INTRODUCTION, tableOf(header), ...files.map((file) => contextOf(root, file, events, ledger))].join('\n');
}

function contextOf(root, file, events, ledger) {
  const own = events.filter((event) => event.file.fileName === file);
  const path = relative(root, file).split(sep).join('/');
  const name = path.slice(path.lastIndexOf('/') + 1, -'.ts'.length);
  const title = `## ${name[0].toUpperCase()}${name.slice(1)}\n\nFrom [${path}](../${path}).\n`;
  return [title, ...own.map((event) => sectionOf(event, ledger[event.type]))].join('\n');
}

function sectionOf({ type, version, doc, shape, fields }, versions) {
  const older = Object.entries(versions).filter(([one]) => Number(one) !== version);
  const lines = [`### ${type}\n`];
  if (doc !== '') lines.push(`${doc}\n`);
  lines.push(`Version ${version}, shape \`${shapeName(shape)}\`.\n`, tableOf(fields));
  for (const [one, former] of older.reverse())
    lines.push(`Version ${one}, shape \`${shapeName(former)}\`, is read as version ${version}.\n`, tableOf(rowsOf(former)));
  return lines.join('\n');
}

/** Of a version whose types are gone: from its shape alone. */
function rowsOf(shape, path = '') {
  if (typeof shape === 'string') return [];
  if (Array.isArray(shape)) return rowsOf(shape[0], `${path}[]`);
  if (shape[ONE_OF] !== undefined) return shape[ONE_OF].flatMap((one) => rowsOf(one, path));
  return Object.entries(shape).flatMap(([name, of]) => {
    const place = path === '' ? name : `${path}.${name}`;
    return [{ path: place, text: shapeText(of), doc: '' }, ...rowsOf(of, place.replace(/\?$/, ''))];
  });
}

function tableOf(rows) {
  if (rows.length === 0) return 'No fields.\n';
  const isSaid = rows.some(({ doc }) => doc !== '');
  const head = isSaid ? '| field | value | |\n| --- | --- | --- |' : '| field | value |\n| --- | --- |';
  const lines = rows.map(({ path, text, doc }) => `| \`${path}\` | ${kindOf(text)} |${isSaid ? ` ${cell(doc)} |` : ''}`);
  return `${head}\n${lines.join('\n')}\n`;
}

const kindOf = (text) => cell(text.replaceAll(/'([^']*)'/g, '`$1`').replaceAll(' | ', ', '));
const cell = (text) => text.replaceAll('|', '\\|');
