/** A throw-away repository with the house's own configuration and planted files, to prove that a rule catches what it forbids. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const REPOSITORY = resolve(__dirname, '../..');
const CONFIGURATION = ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs', '.oxlintrc.json', 'eslint.config.mjs'];

export interface PlantedRepository {
  readonly folder: string;
  remove(): void;
}

export function plant(files: Readonly<Record<string, string>>): PlantedRepository {
  const folder = mkdtempSync(join(tmpdir(), 'vb-planted-'));
  for (const name of CONFIGURATION) copyFileSync(join(REPOSITORY, name), join(folder, name));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs the program of an installed package in a folder and returns the JSON it prints; its exit code does not matter. */
export function jsonOf(folder: string, packageName: string, program: string, args: readonly string[]): unknown {
  const home = join(REPOSITORY, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { bin: string | Record<string, string> };
  const file = typeof bin === 'string' ? bin : bin[program];
  const { stdout, stderr } = spawnSync(process.execPath, [join(home, String(file)), ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${packageName} printed no JSON: ${stdout.slice(0, 300)} ${stderr.slice(0, 1000)}`);
  }
}
