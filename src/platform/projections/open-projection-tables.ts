/** The tables of projections, on the database that is open. */
import { UnavailableError } from '../../kernel/errors';
import type { OpenedStore } from '../event-store/open-event-store';
import { ProjectionTables } from './projection-tables.port';
import { SqliteProjectionTables } from './sqlite-projection-tables';

export const projectionTables = (opened: OpenedStore): ProjectionTables =>
  opened.kind === 'sqlite' ? new SqliteProjectionTables(opened.database) : new NoProjectionTables();

class NoProjectionTables extends ProjectionTables {
  count = refused;
  createCopies = refused;
  writeCopies = refused;
  swap = refused;
  dropCopies = refused;
  snapshot = refused;
}

function refused(): Promise<never> {
  return Promise.reject(new UnavailableError('projections.unavailable', 'Projections are rebuilt and verified on SQLite only so far'));
}
