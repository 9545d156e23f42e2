/** What the documents say is there, is there: settings, commands, routes, decisions, files. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import pino from 'pino';
import { createApp } from '../../src/app';
import { buildDocument } from '../../src/platform/http/openapi';
import { readSettings } from '../../src/platform/settings';
import { settingDefinitions } from '../../src/platform/settings-list';
import { REPOSITORY } from './planted-repository';

const text = (file: string): string => readFileSync(join(REPOSITORY, file), 'utf8');
const matches = (source: string, pattern: RegExp): readonly string[] => [...source.matchAll(pattern)].map(([, first = '']) => first);
const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

const DECISIONS = 'docs/adr';
const decisions = readdirSync(join(REPOSITORY, DECISIONS)).filter((name) => name !== 'README.md');
const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'demo/README.md',
  'docs/tenant-export.md',
  'docs/events.md',
  'test/data/README.md',
  `${DECISIONS}/README.md`,
  ...decisions.map((name) => `${DECISIONS}/${name}`),
];
const readme = text('README.md');

describe('the settings table of the README', () => {
  const rows = new Map(
    [...readme.matchAll(/^\| `([A-Z_]+)`\s*\|\s*(?:`([^`]*)`)?\s*\|/gm)].map(([, name = '', value = '']) => [name, value]),
  );

  it('lists every setting with its default, and none that is not there', () =>
    expect([...rows]).toEqual(settingDefinitions.map((setting) => [setting.name, setting.default])));
  it('is the list of .env.example', () => expect([...rows.keys()]).toEqual(matches(text('.env.example'), /^([A-Z_]+)=/gm)));
});

describe('the commands of the README', () => {
  const helpOf = (...group: readonly string[]): readonly string[] => {
    const { stdout } = spawnSync(process.execPath, [join(REPOSITORY, 'dist/src/cli.js'), ...group, '--help'], { encoding: 'utf8' });
    return matches(stdout.slice(stdout.indexOf('Commands:')), /^ {2}(\w+)/gm).filter((name) => name !== 'help');
  };
  const groups = ['actions', 'projections', 'events'];
  const known = helpOf().flatMap((name) => (groups.includes(name) ? helpOf(name).map((verb) => `${name} ${verb}`) : [name]));
  const present = readme.slice(0, readme.indexOf('## What is not there yet'));
  const named = matches(present, /(?:`vb |-- )((?:actions|projections|events) \w+|[a-z]+)/g);

  it('are the commands there are', () => expect(unique(named)).toEqual(unique(known)));
});

/** `/pause` after `/v1/positions/{id}/anchor` is `/v1/positions/{id}/pause`. */
function routesOf(cell: string): readonly string[] {
  let parent = '';
  return matches(cell, /`(\/[^`]*)`/g).map((path) => {
    const full = path.startsWith('/v1/') ? path : `${parent}${path}`;
    parent = posix.dirname(full);
    return full;
  });
}

describe('the routes of the README', () => {
  let paths: readonly string[];

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vb-documents-'));
    const settings = readSettings({ DATABASE_URL: `sqlite:${join(folder, 'vb.sqlite')}`, VB_DEMO: 'false' });
    const app = await createApp(
      { ...settings, roles: new Set(['api'] as const) },
      { logger: pino({ level: 'silent' }), announce: () => undefined },
    );
    paths = Object.keys(buildDocument(app.nest).paths);
    await app.close();
    rmSync(folder, { recursive: true });
  });

  it('are the routes of the API document, none forgotten and none invented', () => {
    const rows = readme.split('\n').filter((line) => line.startsWith('| `/v1/'));
    expect(unique(rows.flatMap((row) => routesOf(row.split('|')[1] ?? '')))).toEqual(unique(paths));
  });
});

describe('links', () => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');

  it.each(DOCUMENTS)('of %s lead to files and headings that are there', (document) => {
    const broken = matches(text(document), /\]\(([^)\s]+)\)/g)
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [path = '', heading] = target.split('#');
        const file = path === '' ? document : posix.join(dirname(document), path);
        if (!existsSync(join(REPOSITORY, file))) return true;
        return (
          heading !== undefined &&
          !matches(text(file), /^#+ (.+)$/gm)
            .map(slug)
            .includes(heading)
        );
      });
    expect(broken).toEqual([]);
  });

  it('of the list of decisions name every one', () =>
    expect(matches(text(`${DECISIONS}/README.md`), /\]\(([^)]+)\)/g)).toEqual([...decisions].sort()));
});
