/** The tables of projections, on the database that is open. */
import type { OpenedStore } from '../event-store/opened-store';
import { PgProjectionTables } from './postgres-projection-tables';
import type { ProjectionTables } from './projection-tables.port';
import { SqliteProjectionTables } from './sqlite-projection-tables';

export const projectionTables = (opened: OpenedStore): ProjectionTables =>
  opened.kind === 'sqlite' ? new SqliteProjectionTables(opened.database) : new PgProjectionTables(opened.database);
