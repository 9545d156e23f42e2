/** Reads DATABASE_URL: `sqlite:<file>` or `postgres://user:password@host:port/database`. */
import { InputError } from '../../kernel/errors';

export interface SqliteUrl {
  readonly kind: 'sqlite';
  readonly file: string;
}

export interface PostgresUrl {
  readonly kind: 'postgres';
  /** With its password: for the driver, never for a message. */
  readonly url: string;
  /** What messages call it: `vb on db.example:5432`. */
  readonly name: string;
}

export type DatabaseUrl = SqliteUrl | PostgresUrl;

const RULE = 'sqlite:<file>, for example sqlite:data/vb.db, or postgres://<user>:<password>@<host>:5432/<database>';

/** Throws InputError, which keeps passwords to itself, for anything else. */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  if (/^postgres(ql)?:/i.test(url)) return parsePostgres(url);
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '') : '';
  if (file !== '' && file !== ':memory:') return { kind: 'sqlite', file };
  throw refused(RULE, url);
}

function parsePostgres(url: string): PostgresUrl {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const database = parsed ? decoded(parsed.pathname.slice(1)) : null;
  if (!parsed || !database || database.includes('/')) {
    throw refused('postgres://<user>:<password>@<host>:5432/<database>, with special characters of the password percent-encoded', url);
  }
  const host = parsed.searchParams.get('host') ?? (parsed.hostname === '' ? 'localhost' : parsed.hostname);
  return { kind: 'postgres', url, name: `${database} on ${host}:${parsed.port === '' ? '5432' : parsed.port}` };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // a percent sign that encodes nothing
  }
}

/** An address as it may be shown: neither user nor password. */
export const withoutPassword = (url: string): string => url.replace(/\/\/.*@/, '//…@').replace(/([?&]password=)[^&]*/gi, '$1…');

const refused = (rule: string, url: string): InputError =>
  new InputError('config.database_url', 'DATABASE_URL', rule, withoutPassword(url));
