/** What SQLite's result codes mean for whoever runs the system. */
import { DomainError, messageOf, UnavailableError } from '../../kernel/errors';

/** Asks for the field and not for the class: a native module's errors may belong to another realm than ours. */
function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

/** `SQLITE_…`, or empty for an error of another origin. */
export const sqliteCode = (error: unknown): string => {
  const code = codeOf(error);
  return code.startsWith('SQLITE_') ? code : '';
};

/** A unique index or primary key says that the row is there already. */
export const isUniqueViolation = (error: unknown): boolean => {
  const code = sqliteCode(error);
  return code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_ROWID';
};

/** The disk or the file is at fault, not the statement: null for every other error. */
export function storageFailure(error: unknown): UnavailableError | null {
  const code = sqliteCode(error);
  const details = { sqlite: code, cause: messageOf(error) };
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR')) {
    return new UnavailableError('store.disk_full', 'The disk is full or failing; nothing was written: free space and try again', details);
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new UnavailableError(
      'store.corrupt',
      `The database file is damaged (${details.cause}); stop and restore the latest backup`,
      details,
    );
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new UnavailableError('store.busy', 'Another connection holds the database; nothing was written: try again', details);
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return new UnavailableError('store.unwritable', 'The database file cannot be written; check its permissions and try again', details);
  }
  return null;
}

/** An error met while opening `file`, as a sentence that says what to do. */
export function openFailure(error: unknown, file: string): unknown {
  const code = codeOf(error);
  const details = { file, cause: messageOf(error) };
  if (code === 'SQLITE_NOTADB') {
    return new DomainError('store.not_a_database', `${file} is not a database of this system; name another file in DATABASE_URL`, details);
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    return new DomainError('store.corrupt', `${file} is damaged; restore the latest backup, nothing was changed`, details);
  }
  if (code === 'SQLITE_ERROR') {
    return new DomainError(
      'store.wrong_schema',
      `${file} has not the tables of this version (${details.cause}); restore the latest backup or name another file in DATABASE_URL`,
      details,
    );
  }
  if (code.startsWith('SQLITE_BUSY')) return lockedBy(file);
  if (UNWRITABLE.has(code) || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')) {
    return new DomainError(
      'store.unwritable',
      `${file} cannot be written; make its folder writable or name another in DATABASE_URL`,
      details,
    );
  }
  return error;
}

export const lockedBy = (file: string): DomainError =>
  new DomainError('store.locked', `${file} is open in another process; stop that one, or send it the command instead`, { file });

const UNWRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'EISDIR', 'ENOSPC']);
