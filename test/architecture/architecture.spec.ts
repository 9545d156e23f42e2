/** Every architecture rule against a planted violation, and the real tree against every rule. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { jsonOf, plant, REPOSITORY } from './planted-repository';

interface Cruise {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string; readonly to: string }[];
  };
}

const load = createRequire(__filename);
const { forbidden } = load('../../.dependency-cruiser.cjs') as { forbidden: readonly { readonly name: string }[] };
const cruise = (folder: string) =>
  jsonOf(folder, 'dependency-cruiser', 'depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src']) as Cruise;

/** rule → the file that breaks it → its text. */
const PLANTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'kernel-imports-downwards': {
    'src/kernel/knows-rules.ts': `import type { Good } from '../rules/good'; export type A = Good;`,
    'src/kernel/knows-platform.ts': `export { good } from '../platform/good';`,
  },
  'rules-imports-downwards': { 'src/rules/knows-contracts.ts': `import { good } from '../contracts/good'; export const a = good;` },
  'contracts-imports-downwards': {
    'src/contracts/knows-platform.ts': `import type { Good } from '../platform/good'; export type A = Good;`,
  },
  'platform-imports-downwards': {
    'src/platform/knows-trading.ts': `import { good } from '../trading/good'; export const a = good;`,
    'src/platform/knows-market.ts': `import { good } from '../market-data/good'; export const a = good;`,
  },
  'market-data-imports-downwards': { 'src/market-data/knows-trading.ts': `import { good } from '../trading/good'; export const a = good;` },
  'contexts-meet-in-contracts': {
    'src/trading/knows-execution.ts': `import { good } from '../execution/good'; export const a = good;`,
    'src/execution/knows-types.ts': `import type { Good } from '../trading/good'; export type A = Good;`,
    'src/corporate-actions/knows-decider.ts': `import { good } from '../trading/good.decider'; export const a = good;`,
    'src/config/loads-lazily.ts': `export const a = () => import('../simulation/good.ts');`,
    'src/risk/knows-trading.ts': `import { good } from '../trading/good'; export const a = good;`,
  },
  'simulation-borrows-deciders-only': {
    'src/simulation/knows-trading.ts': `import { good } from '../trading/good'; export const a = good;`,
  },
  'nobody-imports-the-programs': {
    'src/trading/knows-app.ts': `import { good } from '../app.module'; export const a = good;`,
    'src/platform/knows-cli.ts': `import { good } from '../cli/good'; export const a = good;`,
  },
  'pure-layers-import-no-package': {
    'src/kernel/uses-package.ts': `import { map } from 'rxjs'; export const a = map;`,
    'src/rules/uses-node.ts': `import { readFileSync } from 'node:fs'; export const a = readFileSync;`,
    'src/rules/uses-types.ts': `import type { Observable } from 'rxjs'; export type A = Observable<string>;`,
  },
  'contracts-know-only-the-bus': {
    'src/contracts/uses-typeorm.ts': `import { Entity } from 'typeorm'; export const a = Entity;`,
    'src/contracts/uses-node.ts': `import { createHash } from 'node:crypto'; export const a = createHash;`,
  },
  'drivers-stay-in-platform': {
    'src/trading/opens-database.ts': `import Database from 'better-sqlite3'; export const a = Database;`,
    'src/market-data/opens-newer.ts': `export const a = require('better-sqlite3-napi') as unknown;`,
    'src/main.ts': `import Database from 'better-sqlite3'; export const a = Database;`,
    'src/trading/asks-the-server.ts': `import { Pool } from 'pg'; export const a = Pool;`,
  },
  'event-store-behind-its-port': {
    'src/trading/knows-store.ts': `import { good } from '../platform/event-store/sqlite-event-store'; export const a = good;`,
  },
  'machine-only-in-adapters': {
    'src/trading/waits.ts': `import { setTimeout } from 'node:timers/promises'; export const a = setTimeout;`,
    'src/platform/starts-process.ts': `import { spawn } from 'child_process'; export const a = spawn;`,
    'src/market-data/calls-out.ts': `import { get } from 'node:https'; export const a = get;`,
  },
  'no-cycles': {
    'src/rules/hen.ts': `import { egg } from './egg'; export const hen = () => egg;`,
    'src/rules/egg.ts': `import { hen } from './hen'; export const egg = () => hen;`,
  },
  'no-barrels': { 'src/trading/uses-barrel.ts': `import { good } from './index'; export const a = good;` },
  'no-vague-names': {
    'src/trading/uses-utils.ts': `import { good } from './utils'; export const a = good;`,
    'src/trading/uses-folder.ts': `import { good } from './helpers/good'; export const a = good;`,
  },
  'no-test-code-in-src': {
    'src/trading/uses-test.ts': `import { good } from '../../test/support/good'; export const a = good;`,
    'src/trading/uses-spec.ts': `import { good } from './good.spec'; export const a = good;`,
  },
  'no-dev-package-in-src': { 'src/trading/uses-dev.ts': `import fc from 'fast-check'; export const a = fc;` },
  'no-unresolved-import': { 'src/trading/uses-nothing.ts': `import { a } from './not-there'; export const b = a;` },
};

const GOOD = `export const good = 1; export type Good = 1;`;
/** What is allowed, so that a rule that forbids everything is noticed too. */
const ALLOWED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['kernel/good', 'rules/good', 'contracts/good', 'platform/good', 'market-data/good', 'trading/good', 'trading/good.decider']
      .concat(['execution/good', 'simulation/good', 'app.module', 'cli/good', 'platform/event-store/sqlite-event-store'])
      .concat(['trading/index', 'trading/utils', 'trading/helpers/good', 'trading/good.spec'])
      .map((name) => [`src/${name}.ts`, GOOD]),
  ),
  'test/support/good.ts': GOOD,
  'src/rules/below.ts': `import { good } from '../kernel/good'; export const a = good;`,
  'src/contracts/on-the-bus.ts': `import { Command } from '@nestjs/cqrs'; export const a = Command;`,
  'src/market-data/on-platform.ts': `import { good } from '../platform/good'; export const a = good;`,
  'src/simulation/borrows.ts': `import { good } from '../trading/good.decider'; export const a = good;`,
  'src/platform/database.ts': `import Database from 'better-sqlite3'; export const a = Database;`,
  'src/platform/timer.adapter.ts': `import { setTimeout } from 'node:timers'; export const a = setTimeout;`,
  'src/platform/server.ts': `import type { Server } from 'node:http'; export type A = Server;`,
  'src/rules/laws.spec.ts': `import fc from 'fast-check'; import { good } from '../../test/support/good'; export const a = [fc, good];`,
};

const BAD_NAME = /(^|\/)(utils?|helpers?|common|types)(\.ts$|\/)|(^|\/)index\.ts$/;
const SILENCED = /(eslint|oxlint)-disable(?!.* -- .{8,})|@ts-ignore|@ts-nocheck/;
const filesBelow = (folder: string) =>
  readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)).split(sep).join('/'));

describe('the architecture rules', () => {
  const repository = plant(Object.assign({}, ALLOWED, ...Object.values(PLANTED)) as Record<string, string>);
  afterAll(() => repository.remove());
  const found = cruise(repository.folder).summary.violations;

  it('have a planted violation each: a rule nobody proved may check nothing', () => {
    expect(Object.keys(PLANTED).sort()).toEqual(forbidden.map((rule) => rule.name).sort());
  });

  it.each(Object.entries(PLANTED).flatMap(([rule, files]) => Object.keys(files).map((file) => [rule, file] as const)))(
    '%s catches %s',
    (rule, file) => {
      const ends = (violation: (typeof found)[number]) => (rule === 'no-cycles' ? [violation.from, violation.to] : [violation.from]); // a cycle is named once
      expect(found.filter((violation) => ends(violation).includes(file)).map((violation) => violation.rule.name)).toContain(rule);
    },
  );

  it('let through what is allowed', () => {
    expect(found.filter((violation) => violation.from in ALLOWED)).toEqual([]);
  });
});

describe('the tree', () => {
  it('breaks no rule, and was really read', () => {
    const { summary } = cruise(REPOSITORY);
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
    expect(summary.totalCruised).toBeGreaterThanOrEqual(filesBelow('src').length);
  });

  it('has no barrel and no file or folder with a vague name', () => {
    const planted = ['src/trading/index.ts', 'src/utils/a.ts', 'src/rules/helper.ts', 'src/common/a.ts', 'src/kernel/types.ts'];
    expect(planted.filter((file) => !BAD_NAME.test(file))).toEqual([]);
    expect([...filesBelow('src'), ...filesBelow('test')].filter((file) => BAD_NAME.test(file))).toEqual([]);
  });

  it('silences no check without a reason', () => {
    expect(SILENCED.test('// eslint-disable-next-line no-console')).toBe(true);
    expect(SILENCED.test('// eslint-disable-next-line no-console -- the program itself prints')).toBe(false);
    const silent = filesBelow('src').flatMap((file) =>
      readFileSync(join(REPOSITORY, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => (SILENCED.test(line) ? [`${file}:${index + 1}`] : [])),
    );
    expect(silent).toEqual([]);
  });
});
