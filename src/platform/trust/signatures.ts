/** Ed25519 over text: who signs is a port, whether a signature holds is plain arithmetic. */
import * as crypto from 'node:crypto';

/** Signs for this installation. */
export abstract class Signer {
  abstract readonly keyId: string;
  /** SubjectPublicKeyInfo as PEM: what a third party needs to check signatures. */
  abstract readonly publicKey: string;
  /** Base64. */
  abstract sign(text: string): Promise<string>;
}

/** Names a public key: the first 16 hex digits of the SHA-256 of its DER form. */
export const keyIdOf = (publicKey: crypto.KeyObject): string =>
  crypto
    .createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

/** Checks signatures of one public key. */
export class SignatureCheck {
  readonly keyId: string;

  private constructor(private readonly key: crypto.KeyObject) {
    this.keyId = keyIdOf(key);
  }

  /** Null where the text is no public key for Ed25519 in PEM. */
  static of(pem: string): SignatureCheck | null {
    try {
      const key = crypto.createPublicKey(pem);
      return key.asymmetricKeyType === 'ed25519' ? new SignatureCheck(key) : null;
    } catch {
      return null; // whatever it says, it is no key
    }
  }

  holds(text: string, signature: string): boolean {
    return crypto.verify(null, Buffer.from(text), this.key, Buffer.from(signature, 'base64'));
  }
}
