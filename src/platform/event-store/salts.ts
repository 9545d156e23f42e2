/** Sixteen random bytes per event: one tenant's export proves its place in the chain and tells nothing of the others. */
export const SALT_BYTES = 16;

export abstract class Salts {
  /** 16 bytes as base64 text. */
  abstract next(): string;
}
