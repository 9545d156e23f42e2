/** What PostgreSQL's error codes, and the network's, mean for whoever runs the system. */
import { DomainError, messageOf, UnavailableError } from '../../kernel/errors';

const fieldOf = (error: unknown, field: 'code' | 'table' | 'constraint'): string => {
  const value: unknown = typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[field] : undefined;
  return typeof value === 'string' ? value : '';
};

/** SQLSTATE, the system's name of a network error, or empty. */
export const postgresCode = (error: unknown): string => fieldOf(error, 'code');

export const isUniqueViolation = (error: unknown): boolean => postgresCode(error) === '23505';
export const violatedTable = (error: unknown): string => fieldOf(error, 'table');
export const violatedConstraint = (error: unknown): string => fieldOf(error, 'constraint');

/** A deadlock, or a serialisation failure: the same again may well succeed. */
export const isTransient = (error: unknown): boolean => ['40P01', '40001'].includes(postgresCode(error));

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'EAI_AGAIN',
  'ENOTFOUND',
]);
const GOING_AWAY = new Set(['57P01', '57P02', '57P03', '57P05', '08000', '08003', '08006', '08001', '08004']);
/** The driver's own sentences carry no code. */
const DRIVER = /^(Connection terminated|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed)/;
/** Nothing was sent. */
const NO_CONNECTION = /^(timeout exceeded when trying to connect|Cannot use a pool after calling end)/;

/** What a connection is ended with that has given no answer. */
export const noAnswer = (ms: number): Error => Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEDOUT' });

/** The server, or the way to it, is gone: whether the last statement took effect is unknown. */
export function isConnectionLost(error: unknown): boolean {
  const code = postgresCode(error);
  return NETWORK.has(code) || GOING_AWAY.has(code) || DRIVER.test(messageOf(error));
}

const SILENT = 'PostgreSQL does not answer; see that it runs and can be reached, then try again: nothing is lost that was acknowledged';
const TAKEN =
  'No connection to PostgreSQL became free: it does not answer, or all of this process are busy; nothing was done: try again in a moment';
type Failure = readonly [reason: string, sentence: string];
const FULL: Failure = ['disk_full', 'The disk of PostgreSQL is full or failing; nothing was written: free space and try again'];
const SLOW: Failure = ['busy', 'PostgreSQL took too long; nothing was written: try again'];

/** By SQLSTATE. */
const FAILURES: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['53100', FULL],
  ['58030', FULL],
  ['53200', ['unavailable', 'PostgreSQL is out of memory; nothing was written: try again in a moment']],
  ['53300', ['too_many_connections', 'PostgreSQL has no connection left for this process; raise max_connections, or run fewer processes']],
  ['25006', ['read_only', 'PostgreSQL takes no writes (it is a standby, or set read-only); name the primary']],
  ['40P01', SLOW],
  ['40001', SLOW],
  ['55P03', SLOW],
  ['57014', SLOW],
]);

/** The server or its disk is at fault, not the statement: null for every other error. */
export function serverFailure(error: unknown): UnavailableError | null {
  if (error instanceof UnavailableError) return error;
  const code = postgresCode(error);
  const details = { postgres: code, cause: messageOf(error) };
  const say = (reason: string, sentence: string): UnavailableError => new UnavailableError(`store.${reason}`, sentence, details);
  if (isConnectionLost(error)) return say('unavailable', SILENT);
  if (NO_CONNECTION.test(details.cause)) return say('unavailable', TAKEN);
  if (code === '42501') return say('no_permission', `PostgreSQL refuses this user: ${details.cause}; grant it the right`);
  const known = FAILURES.get(code);
  return known ? say(...known) : null;
}

/** An error met while opening the database called `name`, as a sentence that says what to do. */
export function openFailure(error: unknown, name: string): unknown {
  if (error instanceof DomainError) return error;
  const code = postgresCode(error);
  const details = { database: name, cause: messageOf(error) };
  const say = (reason: string, sentence: string): DomainError => new DomainError(`store.${reason}`, sentence, details);
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return say('unreachable', `No PostgreSQL answers for ${name}; start it, or correct host and port in DATABASE_URL`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return say('unreachable', `The host of ${name} is not known here; correct DATABASE_URL`);
    case '28P01':
    case '28000':
      return say('access_denied', `PostgreSQL refuses the user or password for ${name}; correct them in DATABASE_URL`);
    case '3D000':
      return say('no_such_database', `PostgreSQL has no database ${name}; create it with CREATE DATABASE, or correct DATABASE_URL`);
    case '42501':
      return say(
        'no_permission',
        `The user of DATABASE_URL may not create tables in ${name}; GRANT it CREATE on the schema, or make it the owner`,
      );
    case '25006':
      return say('read_only', `${name} takes no writes (it is a standby, or set read-only); name the primary in DATABASE_URL`);
    case '57P03':
      return say('unreachable', `PostgreSQL is starting or stopping (${name}); try again in a moment`);
    default:
      return otherOpenFailure(error, name, details);
  }
}

function otherOpenFailure(error: unknown, name: string, details: { readonly cause: string }): unknown {
  if (/SSL|certificate/i.test(details.cause)) {
    return new DomainError('store.tls', `No encrypted connection to ${name}: ${details.cause}; set sslmode in DATABASE_URL`, details);
  }
  if (/password must be a string|no password/i.test(details.cause)) {
    return new DomainError('store.access_denied', `PostgreSQL wants a password for ${name}; write it into DATABASE_URL`, details);
  }
  if (isConnectionLost(error)) {
    return new DomainError(
      'store.unreachable',
      `PostgreSQL does not answer for ${name} (${details.cause}); check it and DATABASE_URL`,
      details,
    );
  }
  return serverFailure(error) ?? error;
}
