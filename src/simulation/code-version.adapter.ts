/** What the rules, the engine and the readers of its data are, as one hash: a stored result counts only for the code that computed it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['kernel', 'rules', 'market-data', 'simulation'];

export function codeVersion(root = join(__dirname, '..')): string {
  const hash = createHash('sha256');
  for (const folder of FOLDERS) {
    const files = readdirSync(join(root, folder)).filter((name) => /\.(js|ts)$/.test(name) && !/\.(spec|spec-support|d)\./.test(name));
    for (const name of files.toSorted()) hash.update(name).update(readFileSync(join(root, folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
