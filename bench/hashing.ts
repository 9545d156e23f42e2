/** Switches the hash functions of the log off and on, to see what they cost; the product itself has no such switch. */
import hashes = require('../src/platform/event-store/event-hash');
import { POSTGRES_CODE } from '../migrations/0001-events.postgres';

const real = { ...hashes };
const HASH = `${'A'.repeat(43)}=`;
const none = (): string => HASH;

export const hashingOn = (): void => void Object.assign(hashes, real);
export const hashingOff = (): void =>
  void Object.assign(hashes, { canonicalText: none, contentHash: none, leafHash: none, chainHash: none });

/** `append_events` as it is, with a constant in place of each hash of its loop. */
export function appendWithoutHashes(): string {
  const text = POSTGRES_CODE.find((statement) => statement.startsWith('CREATE FUNCTION append_events('));
  const changed = text
    ?.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION')
    .replace(/^(\s+(?:leaf|link) := )encode\(sha256\(.*'base64'\);$/gm, `$1'${HASH}';`);
  if (!changed || changed.includes(':= encode(sha256('))
    throw new Error('append_events no longer hashes in its loop: see bench/hashing.ts');
  return changed;
}
