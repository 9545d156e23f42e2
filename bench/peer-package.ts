/** Packages that only the benchmarks compare with: installed on demand into `bench/peers`, never among the product's. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { print } from './report';

/** Beside the sources, wherever this file was compiled to. */
const root = (): string => {
  for (let folder = __dirname; ; folder = dirname(folder)) if (existsSync(join(folder, 'package.json'))) return folder;
};

export type LoadPackage = (packageName: string) => unknown;

/** Loads packages of `bench/peers/<folder>`; null, and a line that says why, where the first of them cannot be had. */
export function loadPeer(folder: string, packageName: string): { readonly peer: unknown; readonly load: LoadPackage } | null {
  const path = join(root(), 'bench', 'peers', folder);
  if (!existsSync(join(path, 'node_modules'))) {
    print(`Installing ${packageName} into bench/peers/${folder}`);
    spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', path], { stdio: 'ignore', shell: process.platform === 'win32' });
  }
  try {
    const load = createRequire(join(path, 'package.json'));
    return { peer: load(packageName), load };
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    print(`${packageName} does not load (${reason}); to try again: npm ci --prefix bench/peers/${folder}`);
    return null;
  }
}
