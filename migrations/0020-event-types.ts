/** Which types and versions of events each log holds up to a position: what is unknown is found at a start without reading the log anew. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const EVENT_TYPES = `
CREATE TABLE event_types (
  log BIGINT NOT NULL,
  tenant_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  types TEXT NOT NULL,
  PRIMARY KEY (log, tenant_id)
)`;

export class EventTypes1795132800020 implements MigrationInterface {
  readonly name = 'EventTypes1795132800020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(EVENT_TYPES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_types');
  }
}
