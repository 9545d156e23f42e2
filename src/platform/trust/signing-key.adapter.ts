/** The key pair of this installation, made at the first start and kept beside the heads it signs. */
import * as crypto from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DomainError, messageOf } from '../../kernel/errors';
import { keyIdOf, Signer } from './signatures';

const PRIVATE = 'signing-key.pem';
const PUBLIC = 'public-key.pem';
const OWNER_ONLY = 0o600;

const signAsync = promisify<null, Buffer, crypto.KeyObject, Buffer>((algorithm, data, key, done) =>
  crypto.sign(algorithm, data, key, done),
);

class KeyPair extends Signer {
  readonly keyId: string;
  readonly publicKey: string;

  constructor(private readonly key: crypto.KeyObject) {
    super();
    const publicKey = crypto.createPublicKey(key);
    this.keyId = keyIdOf(publicKey);
    this.publicKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** In the thread pool. */
  async sign(text: string): Promise<string> {
    return (await signAsync(null, Buffer.from(text), this.key)).toString('base64');
  }
}

/** Reads the folder's key, or makes one. Throws DomainError `heads.key` where what is there is no such key. */
export function openSigningKey(folder: string): Signer {
  const file = join(folder, PRIVATE);
  if (!existsSync(file)) create(file);
  const pair = new KeyPair(read(file));
  const exported = join(folder, PUBLIC);
  if (!existsSync(exported)) writeFileSync(exported, pair.publicKey);
  return pair;
}

function read(file: string): crypto.KeyObject {
  let cause = 'it is of another kind';
  try {
    const key = crypto.createPrivateKey(readFileSync(file));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (error) {
    cause = messageOf(error);
  }
  throw new DomainError('heads.key', `${file} is no Ed25519 key this user can read (${cause}); restore it from a backup`, { file });
}

/** Of several processes that start at once one makes the key, whole; the others find it. */
function create(file: string): void {
  const { privateKey } = crypto.generateKeyPairSync('ed25519');
  const draft = `${file}.${crypto.randomUUID()}`;
  writeFileSync(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: OWNER_ONLY, flag: 'wx', flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(draft);
  }
}
