/** What the chain cannot see: whether the database still is what the migrations made it. */
export abstract class StorageCheck {
  /** Sentences that name a table, index, trigger or page that is not as it must be; none where all is well. */
  abstract faults(): Promise<readonly string[]>;
}
