/** Versions of the streams written lately. Two generations bound it: what a whole generation did not touch is forgotten. */
export class HeadVersions {
  private young = new Map<string, number>();
  private old = new Map<string, number>();

  constructor(private readonly generationSize: number) {}

  get(key: string): number | undefined {
    const young = this.young.get(key);
    if (young !== undefined) return young;
    const old = this.old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, version: number): void {
    this.young.set(key, version);
    if (this.young.size > this.generationSize) {
      this.old = this.young;
      this.young = new Map();
    }
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.young.delete(key);
      this.old.delete(key);
    }
  }
}
