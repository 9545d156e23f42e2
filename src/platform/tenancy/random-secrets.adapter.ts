import { randomBytes } from 'node:crypto';
import { Secrets } from './api-key';

export class RandomSecrets extends Secrets {
  next(): string {
    return randomBytes(32).toString('base64url');
  }
}
