/** What a command loads is a good part of what it costs: each package here is one that the command needs. Build first. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from './planted-repository';

const SOURCE = join(REPOSITORY, 'dist/src');
const BARS = join(REPOSITORY, 'test/data/synthetic/edges.csv');
const run = ['--symbol', 'X', '--bars', BARS, '--cash', '100000', '--stock-pct', '50'];
const NOBODY = ['--url', 'http://127.0.0.1:9'];

/** At its end the program writes down what is in its module cache. */
const HOOK = `process.on('exit', () => require('node:fs').writeFileSync(process.env.LOADED, JSON.stringify(Object.keys(require.cache))));`;

describe('what a program loads', () => {
  const home = mkdtempSync(join(tmpdir(), 'vb-loading-'));
  const hook = join(home, 'hook.cjs');
  writeFileSync(hook, HOOK);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** Names of the packages in the module cache of a built program at its end. */
  function packagesOf(program: string, args: readonly string[]): readonly string[] {
    const folder = mkdtempSync(join(home, 'run-'));
    const loaded = join(folder, 'loaded.json');
    const env = { PATH: process.env['PATH'], DATABASE_URL: `sqlite:${join(folder, 'vb.sqlite')}`, LOADED: loaded };
    spawnSync(process.execPath, ['--require', hook, join(SOURCE, program), ...args], { cwd: folder, env, encoding: 'utf8' });
    const files = JSON.parse(readFileSync(loaded, 'utf8')) as readonly string[];
    const names = files.map((file) => /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1]?.replace('\\', '/') ?? '');
    return [...new Set(names)].filter((name) => name !== '').sort();
  }

  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['help', ['--help'], []],
    ['help of a command', ['sweep', '--help'], []],
    ['a command that does not exist', ['trade'], []],
    ['an option that is wrong', ['tick', '--at', 'soon'], []],
    ['a command that asks a server', ['events', 'verify', ...NOBODY], []],
    ['another that asks a server', ['subscriptions', 'list', ...NOBODY], []],
    ['a comparison with what a server recorded', ['parity', '--position', 'p', ...NOBODY], []],
    ['a simulation', ['simulate', ...run], ['csv-parse']],
    ['a sweep', ['sweep', ...run, '--param', 'up_threshold_pct=2,3'], ['csv-parse']],
    ['a replay of a file that is missing', ['replay', ...run, '--bars', 'none.csv'], ['csv-parse']],
    ['the calendar, whose settings name a schedule', ['calendar', '2024-07-03'], ['cron-parser', 'luxon']],
  ])('for %s: nothing but what it needs', (_what, args, needed) => {
    expect(packagesOf('cli.js', args)).toEqual(['commander', ...needed]);
  });

  it('in a thread that simulates: no framework, which every thread would hold in memory', () => {
    expect(packagesOf('simulation/simulation-thread.adapter.js', [])).toEqual([]);
  });

  it.each([
    ['events', 'verify'],
    ['projections', 'verify'],
  ])('for vb %s %s on a SQLite file: neither the framework nor the driver of the other database', (...args) => {
    const packages = packagesOf('cli.js', args);
    expect(packages).toContain('typeorm');
    expect(packages.filter((name) => /^(@nestjs\/|class-|express$|rxjs$|pg$)/.test(name))).toEqual([]);
  });

  it('for a tick on a SQLite file: not the driver of the other database', () => {
    const packages = packagesOf('cli.js', ['tick', '--dry-run']);
    expect(packages).toContain('@nestjs/core');
    expect(packages).not.toContain('pg');
  });
});
