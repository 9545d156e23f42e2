/** `npm start` and `npm run verify` in a tiny repository with a stand-in npm, compiler and test runner: no network, no real build. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { REPOSITORY } from './planted-repository';

const SERVER = `
let count = 0;
process.on('SIGINT', () => {
  count += 1;
  if (count === 1) process.emit('SIGINT', 'SIGINT', 2); // what npm passes on beside the terminal's own signal
  process.exit(40 + count);
});
console.log(require.main === module ? 'serving' : 'loaded by somebody', ...process.argv.slice(2));
if (process.argv[2] !== 'wait') process.exit(7);
setInterval(() => undefined, 1 << 30);
`;
const COMPILER = `
const fs = require('node:fs');
if (fs.readFileSync('src/main.ts', 'utf8').includes('mistake')) { console.log('src/main.ts(1,1): mistake'); process.exit(3); }
fs.mkdirSync('dist/src', { recursive: true });
fs.writeFileSync('dist/src/main.js', fs.readFileSync('src/main.ts'));
`;
const DRIVER = `module.exports = class { close() { if (require('node:fs').existsSync('no-driver')) throw new Error('Could not locate the bindings file'); } };`;
const NPM = `
const fs = require('node:fs');
fs.cpSync('registry', 'node_modules', { recursive: true });
fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
`;
const TOOL = `process.exit(Number(process.env['FAIL_' + require('./package.json').name.toUpperCase().replace(/\\W/g, '')] ?? 0));`;
const JEST = `
const file = process.argv.find((one) => one.startsWith('--outputFile=')).slice(13);
const [numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests] = process.env.COUNTS.split(' ').map(Number);
const result = { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, numTodoTests: 0 };
require('node:fs').writeFileSync(file, JSON.stringify(result));
`;

function packageFiles(name: string, program: string, text: string): Record<string, string> {
  const entry = { name, version: '1.0.0', main: 'program.js', bin: { [program]: 'program.js' } };
  return { [`registry/${name}/package.json`]: JSON.stringify(entry), [`registry/${name}/program.js`]: text };
}

const LOCK = { lockfileVersion: 3, packages: { '': {}, 'node_modules/@nestjs/cli': { version: '1.0.0' } } };
const FILES: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'tiny', engines: { node: '>=20.0.0' } }),
  'package-lock.json': JSON.stringify(LOCK),
  'src/main.ts': SERVER,
  'npm-cli.js': NPM,
  ...packageFiles('@nestjs/cli', 'nest', COMPILER),
  ...packageFiles('better-sqlite3', 'none', DRIVER),
  ...packageFiles('better-sqlite3-napi', 'none', DRIVER),
  ...packageFiles('jest', 'jest', JEST),
  ...packageFiles('typescript', 'tsc', TOOL),
  ...packageFiles('oxlint', 'oxlint', TOOL),
  ...packageFiles('eslint', 'eslint', TOOL),
  ...packageFiles('prettier', 'prettier', TOOL),
  ...packageFiles('dependency-cruiser', 'depcruise', TOOL),
};

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vb-tiny-'));
  cpSync(join(REPOSITORY, 'scripts'), join(folder, 'scripts'), { recursive: true });
  for (const [name, text] of Object.entries(FILES)) write(name, text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** Runs a script to its end; `interruptAt` sends one SIGINT when that text appears. */
function script(args: readonly string[], env: NodeJS.ProcessEnv = {}, interruptAt?: string): Promise<Outcome> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, npm_execpath: join(folder, 'npm-cli.js'), ...env },
    });
    let out = '';
    let err = '';
    let interrupted = false;
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (interruptAt === undefined || interrupted || !out.includes(interruptAt)) return;
      interrupted = true;
      child.kill('SIGINT');
    });
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.once('close', (code) => done({ code, out, err }));
  });
}

const start = (...args: string[]) => script(['scripts/start.mjs', ...args]);
const steps = (outcome: Outcome) => outcome.err.match(/Installing|Building|Starting/g) ?? [];

describe('npm start', () => {
  it('brings a fresh clone to a running server, and is quick the second time', async () => {
    const first = await start('--port', '1');
    expect(steps(first)).toEqual(['Installing', 'Building', 'Starting']);
    expect(first).toMatchObject({ code: 7, out: 'serving --port 1\n' });
    expect(steps(await start())).toEqual(['Starting']);
  });

  it('leaves an installation alone that somebody else made from the same lock file', async () => {
    await script(['npm-cli.js']);
    expect(steps(await start())).toEqual(['Building', 'Starting']);
  });

  it('installs again when the lock file names other versions', async () => {
    await start();
    const packages = { ...LOCK.packages, 'node_modules/@nestjs/cli': { version: '1.0.1' } };
    write('package-lock.json', JSON.stringify({ ...LOCK, packages }));
    expect(steps(await start())).toContain('Installing');
  });

  it('builds what changed and forgets what was deleted', async () => {
    await start();
    write('dist/migrations/0009-deleted.js', '');
    write('src/main.ts', `${SERVER} // changed`);
    expect(steps(await start())).toEqual(['Building', 'Starting']);
    expect(existsSync(join(folder, 'dist/migrations/0009-deleted.js'))).toBe(false);
    write('src/main.spec.ts', 'a test is no reason to build');
    expect(steps(await start())).toEqual(['Starting']);
  });

  it('never starts yesterday’s build when today’s does not compile', async () => {
    await start();
    write('src/main.ts', `${SERVER} // mistake`);
    for (const attempt of [await start(), await start()]) {
      expect(attempt).toMatchObject({ code: 3, out: '' });
      expect(attempt.err).toContain('src/main.ts(1,1): mistake');
    }
  });

  it('hands Ctrl-C to the server exactly once, though terminal and npm both send it', async () => {
    expect(await script(['scripts/start.mjs', 'wait'], {}, 'serving')).toMatchObject({ code: 41 });
  });

  it('says in one sentence which command repairs a missing SQLite driver', async () => {
    write('no-driver', '');
    const outcome = await start();
    expect(outcome.code).toBe(1);
    expect(outcome.err).toMatch(/run "npm run install --prefix node_modules\/better-sqlite3(-napi)?".* and start again\.\n$/);
    expect(outcome.err).not.toMatch(/\n\s+at /);
    rmSync(join(folder, 'no-driver'));
    expect(await start()).toMatchObject({ code: 7 });
  });

  it('says which Node it needs', async () => {
    write('package.json', JSON.stringify({ engines: { node: '^18.0.0 || >=99.1.0' } }));
    const outcome = await start();
    expect(outcome.code).toBe(1);
    expect(outcome.err).toBe(
      `This needs Node ^18.0.0 || >=99.1.0, and this is ${process.version}; install a current long-term-support release from https://nodejs.org and run it again.\n`,
    );
  });

  it('keeps the output of npm run vb clean for machines', async () => {
    expect(await script(['scripts/run.mjs', 'dist/src/main.js', '--json'])).toMatchObject({ code: 7, out: 'serving --json\n' });
  });
});

describe('npm run verify', () => {
  const verify = async (env: NodeJS.ProcessEnv) => {
    await script(['npm-cli.js']);
    const { code, out } = await script(['scripts/verify.mjs'], env);
    return { code, last: out.trimEnd().split('\n').at(-1), out };
  };

  it('ends with the count of the tests of both runs, alone on its line', async () => {
    expect(await verify({ COUNTS: '312 0 0 0' })).toMatchObject({ code: 0, last: '624 passed, 0 failed' });
  });

  it.each([
    ['a failed test', '311 1 0 0', '622 passed, 2 failed'],
    ['a suite that does not start', '311 0 1 0', '622 passed, 2 failed'],
    ['no test at all', '0 0 0 0', '0 passed, 0 failed'],
    ['a skipped test', '311 0 0 1', '622 passed, 0 failed'],
  ])('fails on %s', async (_what, counts, last) => {
    expect(await verify({ COUNTS: counts })).toMatchObject({ code: 1, last });
  });

  it.each(['TYPESCRIPT', 'OXLINT', 'ESLINT', 'PRETTIER', 'DEPENDENCYCRUISER'])(
    'fails when %s does, and still runs the tests',
    async (tool) => {
      expect(await verify({ COUNTS: '312 0 0 0', [`FAIL_${tool}`]: '1' })).toMatchObject({ code: 1, last: '624 passed, 0 failed' });
    },
  );
});

it('the continuous integration runs npm test and nothing else', () => {
  const lines = readFileSync(join(REPOSITORY, '.ci/run'), 'utf8').split('\n');
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
    'set -euo pipefail',
    'cd "$(dirname "${BASH_SOURCE[0]}")/.."',
    'npm test',
  ]);
});
