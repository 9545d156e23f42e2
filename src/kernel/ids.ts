/** Identifiers are a port: production draws UUIDv7, tests and replays count. */

export abstract class Ids {
  /** A new globally unique id whose text order follows creation. */
  abstract next(): string;
}

/** Ids `<prefix>-00000001`, `…2`: the same run gives the same ids. */
export class CountingIds extends Ids {
  private count = 0;

  constructor(private readonly prefix: string) {
    super();
  }

  next(): string {
    this.count += 1;
    return `${this.prefix}-${String(this.count).padStart(8, '0')}`;
  }
}
