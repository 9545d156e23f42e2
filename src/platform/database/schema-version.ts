/** A schema that this version does not know is left alone. */
import type { DataSource } from 'typeorm';
import { DomainError } from '../../kernel/errors';

export const MIGRATIONS_TABLE = 'schema_migrations';

/** Throws DomainError `store.newer_schema` where the database was written by a newer version. The table of migrations must be there. */
export async function refuseNewerSchema(dataSource: DataSource, name: string): Promise<void> {
  const applied: { readonly name: string }[] = await dataSource.query(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`);
  const known = new Set(dataSource.migrations.map((migration) => migration.name));
  const newer = applied.find((migration) => !known.has(migration.name));
  if (newer) {
    throw new DomainError(
      'store.newer_schema',
      `${name} was written by a newer version (${newer.name}); start that version or restore a backup`,
      { migration: newer.name },
    );
  }
}
