/** Salts from the operating system, drawn by the thousand because one draw costs more than one event. */
import { randomBytes } from 'node:crypto';
import { SALT_BYTES, Salts } from './salts';

const POOL_BYTES = SALT_BYTES * 1_024;

export class RandomSalts extends Salts {
  private pool = randomBytes(POOL_BYTES);
  private used = 0;

  next(): string {
    if (this.used === POOL_BYTES) {
      this.pool = randomBytes(POOL_BYTES);
      this.used = 0;
    }
    this.used += SALT_BYTES;
    return this.pool.toString('base64', this.used - SALT_BYTES, this.used);
  }
}
