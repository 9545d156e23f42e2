// Gets a clone ready to run with nothing but Node: installs what is missing, builds what changed, runs programs.
// Plain Node, no dependencies: this file works before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(join(ROOT, 'package.json'));
const LOCK = join(ROOT, 'package-lock.json');
const INSTALL_STAMP = join(ROOT, 'node_modules', '.vb-stamp');
const BUILD_STAMP = join(ROOT, 'dist', '.vb-build');
/** What the build reads; a folder counts with every file below it, tests excepted. */
const SOURCES = ['src', 'migrations', 'bench', 'test/support', 'ormconfig.ts', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];

/** One line per step; on stderr, so that a program's own output stays clean. */
export const say = (line) => process.stderr.write(`${line}\n`);

/** Ends this process with one sentence for the user and no stack trace. */
export function stop(sentence, code = 1) {
  say(sentence);
  process.exit(code);
}

/** True where `version` satisfies the `engines.node` of package.json (`^a.b.c`, `>=a.b.c`, joined by `||`). */
export function nodeFits(version, range) {
  const parts = (text) => text.replace(/^v/, '').split('.').map(Number);
  const atLeast = ([a, b, c], [x, y, z]) => a > x || (a === x && (b > y || (b === y && c >= z)));
  return range.split('||').some((one) => {
    const [, operator, low] = /^\s*(\^|>=)\s*([\d.]+)\s*$/.exec(one) ?? [];
    if (low === undefined) throw new Error(`engines.node may use ^ and >= only; found "${one}"`);
    return atLeast(parts(version), parts(low)) && (operator === '>=' || parts(version)[0] === parts(low)[0]);
  });
}

export function requireNode() {
  const range = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).engines.node;
  if (nodeFits(process.version, range)) return;
  stop(
    `This needs Node ${range}, and this is ${process.version}; install a current long-term-support release from https://nodejs.org and run it again.`,
  );
}

/**
 * Runs a program to its end and returns its exit code (128 + n after signal n). SIGINT and SIGTERM are passed on.
 * With `quiet` its output goes to stderr; `signal` kills it.
 */
export function run(command, args, { quiet = false, env = process.env, shell = false, signal: killer } = {}) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd: ROOT, env, shell, stdio: ['inherit', quiet ? 2 : 'inherit', 'inherit'] });
    const signals = ['SIGINT', 'SIGTERM'];
    const pass = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, pass);
    killer?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
    const release = () => signals.forEach((signal) => process.removeListener(signal, pass));
    child.once('error', (error) => {
      release();
      failed(error);
    });
    child.once('exit', (code, signal) => {
      release();
      done(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** Runs the program of an installed package with this Node: no shell, so it is the same on every system. */
export function runPackage(name, program, args, options) {
  return run(process.execPath, [packageProgram(name, program), ...args], options);
}

function packageProgram(name, program) {
  const file = join(ROOT, 'node_modules', name, 'package.json');
  const { bin } = JSON.parse(readFileSync(file, 'utf8'));
  return join(dirname(file), typeof bin === 'string' ? bin : bin[program]);
}

function runNpm(args, options) {
  const npm = process.env.npm_execpath;
  if (npm !== undefined && /npm-cli\.[cm]?js$/.test(npm)) return run(process.execPath, [npm, ...args], options);
  return run('npm', args, { ...options, shell: process.platform === 'win32' });
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

/** Another Node or another system needs other binaries, so both are part of the stamp. */
const installStamp = () => `${sha256(readFileSync(LOCK))} ${process.versions.modules} ${process.platform}-${process.arch}\n`;

/** True where npm already installed exactly what package-lock.json says, whoever called it. */
function alreadyInstalled() {
  const installed = read(join(ROOT, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const here = JSON.parse(installed).packages;
  const wanted = JSON.parse(readFileSync(LOCK, 'utf8')).packages;
  const same = ([path, entry]) => (here[path] === undefined ? entry.optional === true : here[path].version === entry.version);
  const locked = Object.entries(wanted).filter(([path]) => path !== '');
  return locked.every(same) && Object.keys(here).every((path) => wanted[path] !== undefined);
}

/** Installs the locked dependencies unless they are there. The stamp is written last, so a broken install is repeated. */
export async function install() {
  const stamp = installStamp();
  if (read(INSTALL_STAMP) === stamp) return;
  if (!alreadyInstalled() || sqliteProblem() !== undefined) {
    say('Installing dependencies (once, about a minute) ...');
    rmSync(INSTALL_STAMP, { force: true });
    const code = await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true });
    if (code !== 0) stop('The installation failed; the lines above say why. Check the network and run "npm ci" again.', code);
  }
  const problem = sqliteProblem();
  if (problem !== undefined) stop(problem);
  writeFileSync(INSTALL_STAMP, stamp);
}

/**
 * A sentence where the SQLite driver of this Node cannot open a database, else undefined. The choice is that of
 * sqlite-driver.ts. Tried in a process of its own: a wrong binary may crash, and a failed load would be remembered.
 */
function sqliteProblem() {
  const name = Number(process.versions.napi) >= 10 ? 'better-sqlite3-napi' : 'better-sqlite3';
  const attempt = `try { new (require('${name}'))(':memory:').close(); } catch (error) { console.log(error.message); process.exit(1); }`;
  const { status, signal, stdout } = spawnSync(process.execPath, ['-e', attempt], { cwd: ROOT, encoding: 'utf8' });
  if (status === 0) return undefined;
  const found = existsSync(join(ROOT, 'node_modules', name));
  const repair = found ? `npm run install --prefix node_modules/${name}` : 'npm ci --include=optional';
  const needs = found ? ' (it downloads the binary, or compiles it with Python 3, make and a C++ compiler)' : '';
  const cause = stdout.split('\n', 1)[0] || `it ended with ${signal ?? status}`;
  return `The SQLite driver ${name} does not load on Node ${process.version}: ${cause} - run "${repair}"${needs} and start again.`;
}

/** Full paths of the files at or below a path of the repository, tests excepted. */
function filesBelow(path) {
  const full = join(ROOT, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [full];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function sourcesHash() {
  const hash = createHash('sha256').update(readFileSync(LOCK));
  for (const file of SOURCES.flatMap(filesBelow).sort()) hash.update(`\n${relative(ROOT, file)}\n`).update(readFileSync(file));
  return `${hash.digest('hex')}\n`;
}

/** Compiles src, migrations and bench into dist unless no source changed. */
export async function build() {
  const stamp = sourcesHash();
  const entry = join(ROOT, 'dist', 'src');
  if (read(BUILD_STAMP) === stamp && existsSync(entry)) return;
  say('Building ...');
  rmSync(BUILD_STAMP, { force: true });
  if (!existsSync(entry)) rmSync(join(ROOT, 'dist', '.tsbuildinfo'), { force: true });
  const code = await runPackage('@nestjs/cli', 'nest', ['build'], { quiet: true });
  if (code !== 0) stop('The build failed; the lines above name the file and the line.', code);
  removeOrphans();
  mkdirSync(dirname(BUILD_STAMP), { recursive: true });
  writeFileSync(BUILD_STAMP, stamp);
}

/** A source that was deleted must not live on in dist: migrations are found by reading a folder. */
function removeOrphans() {
  for (const file of filesBelow('dist')) {
    const source = join(ROOT, relative(join(ROOT, 'dist'), file).replace(/(\.d\.ts|\.js(\.map)?)$/, '.ts'));
    if (/\.js(\.map)?$/.test(file) && !existsSync(source)) rmSync(file);
  }
}

/**
 * Runs a built program as the main module of this very process: signals and exit code need no forwarding, and no
 * wrapper stays behind. A terminal sends Ctrl-C to npm and to this process, and npm passes it on: the program sees one.
 */
export function become(program, args) {
  const file = join(ROOT, ...program.split('/'));
  if (!existsSync(file)) stop(`${program} is not there after the build; check that ${sourceOf(program)} exists.`);
  passSignalsOnce();
  process.argv = [process.argv[0], file, ...args];
  process.setSourceMapsEnabled(true);
  require('node:module').runMain();
}

const sourceOf = (program) =>
  program
    .replace(/^dist\//, '')
    .replace(/\.js$/, '.ts')
    .split('/')
    .join(sep);

/** An echo comes within milliseconds; a second Ctrl-C that a person means comes later. */
const ECHO_MS = 1000;

function passSignalsOnce() {
  const lastAt = new Map();
  const emit = process.emit;
  process.emit = function (name, ...details) {
    if (name === 'SIGINT' || name === 'SIGTERM') {
      const now = performance.now();
      const isEcho = now - (lastAt.get(name) ?? -Infinity) < ECHO_MS;
      if (isEcho) return true;
      lastAt.set(name, now);
    }
    return emit.call(this, name, ...details);
  };
}
