/** Every lint rule that the product's exactness and determinism rest on, against planted violations. */
import { jsonOf, plant, REPOSITORY } from './planted-repository';

interface LintedFile {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly line: number }[];
}

/** What is forbidden in src → the rule that must say so. */
const FORBIDDEN: readonly (readonly [text: string, rule: string])[] = [
  ['export const a = Date.now();', 'no-restricted-properties'],
  ['const { now } = Date; export const a = now;', 'no-restricted-properties'],
  ['export const a = new Date();', 'no-restricted-syntax'],
  ['export const a = Date();', 'no-restricted-syntax'],
  ['export const a = performance.now();', 'no-restricted-properties'],
  ['export const a = process.hrtime.bigint();', 'no-restricted-properties'],
  ['export const a = setTimeout(() => undefined, 5);', 'no-restricted-globals'],
  ['export const a = setInterval(() => undefined, 5);', 'no-restricted-globals'],
  ['export const a = setImmediate(() => undefined);', 'no-restricted-globals'],
  ['export const a = globalThis.setTimeout(() => undefined, 5);', 'no-restricted-properties'],
  ['export const a = Math.random();', 'no-restricted-properties'],
  ['export const a = crypto.randomUUID();', 'no-restricted-properties'],
  [`import { randomUUID } from 'node:crypto'; export const a = randomUUID();`, 'no-restricted-syntax'],
  [`import * as crypto from 'node:crypto'; export const a = crypto.randomBytes(16);`, 'no-restricted-properties'],
  [`export const a = parseFloat('1.5');`, 'no-restricted-globals'],
  [`export const a = Number.parseFloat('1.5');`, 'no-restricted-properties'],
  [`export const a = () => console.log('x');`, 'no-restricted-globals'],
  ['export const a = process.env.PORT;', 'no-restricted-properties'],
  ['export const a = (event: { data: string }): unknown => JSON.parse(event.data);', 'no-restricted-syntax'],
  ['export const a = ({ data }: { data: string }): unknown => JSON.parse(data);', 'no-restricted-syntax'],
  ['export enum A { B }', 'no-restricted-syntax'],
  ['export const a: any = 1;', '@typescript-eslint/no-explicit-any'],
  ['export function a() { Promise.resolve(1); }', '@typescript-eslint/no-floating-promises'],
  [`export function a(b: 'x' | 'y') { switch (b) { case 'x': return 1; } return 2; }`, '@typescript-eslint/switch-exhaustiveness-check'],
  [
    `import { Injectable } from '@nestjs/common'; @Injectable() export class A { constructor(a: A, b: A, c: A, d: A, e: A, f: A) { void [a, b, c, d, e, f]; } }`,
    'no-restricted-syntax',
  ],
];

const ALLOWED: Readonly<Record<string, string>> = {
  'src/platform/time/machine-clock.adapter.ts':
    'export const a = () => [Date.now(), new Date(), setTimeout(() => undefined, 5), Math.random()];',
  'src/platform/settings.ts': 'export const a = process.env.PORT;',
  'src/platform/settings/read.ts': 'export const a = process.env.PORT;',
  'src/main.ts': `console.log(new Date());`,
  'src/cli.ts': `console.log(new Date());`,
  'src/cli/tick.ts': `export const a = () => console.log(Date.now());`,
  'src/trading/position.spec.ts': 'export const a = [Date.now(), process.env.HOME];',
  'src/trading/pure.ts': `export const a = new Date('2026-11-20T14:35:00.000Z').getTime() + Date.parse('2026-11-20') + Date.UTC(2026, 1);`,
};

const STILL_FORBIDDEN: readonly (readonly [file: string, text: string])[] = [
  ['src/platform/late.adapter.ts', 'export const a = process.env.PORT;'],
  ['src/platform/settings-defaults.ts', 'export const b = Date.now();'],
  ['src/cli/serve.ts', 'export const b = process.env.PORT;'],
];

const eslint = (folder: string) => jsonOf(folder, 'eslint', 'eslint', ['--format', 'json', 'src']) as readonly LintedFile[];

describe('the lint rules', () => {
  const planted = Object.fromEntries(FORBIDDEN.map(([text], index) => [`src/trading/planted-${index}.ts`, `${text}\n`]));
  const repository = plant({ ...planted, ...ALLOWED, ...Object.fromEntries(STILL_FORBIDDEN) });
  afterAll(() => repository.remove());
  const files = eslint(repository.folder);
  const rulesOf = (results: readonly LintedFile[], name: string) =>
    results
      .filter((file) => file.filePath.split('\\').join('/').endsWith(`/${name}`))
      .flatMap((file) => file.messages.map((message) => message.ruleId));

  it.each(FORBIDDEN.map(([text, rule], index) => [text, rule, index] as const))('catch %s', (_text, rule, index) => {
    expect(rulesOf(files, `src/trading/planted-${index}.ts`)).toContain(rule);
  });

  it.each(Object.keys(ALLOWED))('let %s touch the machine where that is its job', (file) => {
    expect(rulesOf(files, file)).toEqual([]);
  });

  it.each(STILL_FORBIDDEN)('give %s no more freedom than it needs: %s', (file) => {
    expect(rulesOf(files, file)).toEqual(['no-restricted-properties']);
  });
});

describe('the quick lint rules', () => {
  const PLANTED = {
    'no-default-export': 'export default 1;',
    'no-empty': 'export function a() { try { a(); } catch {} }',
    'no-non-null-assertion': 'export const a = (b?: string) => b!.length;',
    'no-explicit-any': 'export const a: any = 1;',
    'ban-ts-comment': '// @ts-ignore\nexport const a: string = 1;',
    'max-lines-per-function': `export function a() {\n${'  a();\n'.repeat(41)}}`,
    'max-lines': Array.from({ length: 301 }, (_, index) => `export const a${index} = 1;`).join('\n'),
    eqeqeq: 'export const a = (b: string) => b == null;',
  };
  const repository = plant({
    ...Object.fromEntries(Object.entries(PLANTED).map(([rule, text]) => [`src/trading/${rule}.ts`, `${text}\n`])),
    'src/trading/skipped.spec.ts': `it.skip('a', () => undefined);\n`,
    'src/trading/focused.spec.ts': `it.only('a', () => undefined);\n`,
  });
  afterAll(() => repository.remove());
  const { diagnostics } = jsonOf(repository.folder, 'oxlint', 'oxlint', ['--disable-nested-config', '--format', 'json', 'src']) as {
    readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
  };
  const codesOf = (name: string) =>
    diagnostics.filter((one) => one.filename.split('\\').join('/').endsWith(name)).map((one) => one.code.replace(/^.*\(|\)$/g, ''));

  it.each(Object.keys(PLANTED))('catch a breach of %s', (rule) => expect(codesOf(`src/trading/${rule}.ts`)).toContain(rule));

  it('catch a test that is skipped or that skips all others', () => {
    expect(codesOf('skipped.spec.ts')).toContain('no-disabled-tests');
    expect(codesOf('focused.spec.ts')).toContain('no-focused-tests');
  });
});

it('the lint configuration reads the real tree', () => {
  const linted = jsonOf(REPOSITORY, 'eslint', 'eslint', ['--format', 'json', 'src/kernel']) as readonly LintedFile[];
  expect(linted.length).toBeGreaterThan(5);
});
