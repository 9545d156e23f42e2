/** Reads DATABASE_URL: `sqlite:<file>` today. */
import { InputError } from '../../kernel/errors';

export interface DatabaseUrl {
  readonly kind: 'sqlite';
  readonly file: string;
}

/** Throws InputError for anything else; PostgreSQL is named, because it comes later. */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '') : '';
  if (file !== '' && file !== ':memory:') return { kind: 'sqlite', file };
  const postgres = /^postgres(ql)?:/.test(url);
  const rule = postgres ? 'sqlite:<file> for now (PostgreSQL comes later)' : 'sqlite:<file>, for example sqlite:data/vb.db';
  throw new InputError('config.database_url', 'DATABASE_URL', rule, postgres ? url.replace(/\/\/[^@/]*@/, '//…@') : url);
}
