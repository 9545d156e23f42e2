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

/** A row is not what a guarded change expects it to be: whoever holds it now has moved on, and nothing of the call was written. */
export class StaleRow extends ConflictError {
  constructor(
    readonly table: string,
    readonly key: string,
  ) {
    super('events.stale_row', `${table} ${key} was changed by another; read it again before writing`, { table, key });
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
