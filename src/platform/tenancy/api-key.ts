/** The text of a key is told once and kept nowhere: what is stored is its hash, and an id that follows from it. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Secrets are a port: only the adapter draws them. */
export abstract class Secrets {
  /** At least 256 random bits as printable text. */
  abstract next(): string;
}

export interface HashedKey {
  readonly keyId: string;
  /** SHA-256 of the text, hex. */
  readonly hash: string;
}

const ID_LENGTH = 16;

export const newKeyText = (tenantId: string, secrets: Secrets): string => `vb_${tenantId}_${secrets.next()}`;

export function hashKey(text: string): HashedKey {
  const hash = createHash('sha256').update(text, 'utf8').digest('hex');
  return { keyId: hash.slice(0, ID_LENGTH), hash };
}

/** Takes the same time wherever the two differ. */
export const sameHash = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
