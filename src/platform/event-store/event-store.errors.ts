import { ConflictError } from '../../kernel/errors';

/** A stream is not at the version the decision was made on: load, decide and append again. */
export class VersionConflict extends ConflictError {
  constructor(
    readonly stream: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super('events.version_conflict', `${stream} is at version ${actual}, expected ${expected}; read it again and retry`, {
      stream,
      expected,
      actual,
    });
  }
}

/** The event or row is there already: what was asked for has been done before. */
export class DuplicateKey extends ConflictError {
  constructor(
    /** `unique_key`, or the name of the table whose row exists. */
    readonly constraint: string,
    readonly key: string,
  ) {
    super('events.duplicate_key', `${constraint} ${key} exists already; it was done before`, { constraint, key });
  }
}
