/** A store that can be read but not written (full disk, lost rights) takes no orders: the check writes a row of its own. */
import type { Clock } from '../../kernel/clock';
import { SYSTEM_TENANT } from '../../kernel/context';
import { messageOf } from '../../kernel/errors';
import { SYSTEM_LOG, type EventStore } from '../event-store/event-store.port';
import { readTable } from '../projections/projection';
import type { ReadinessCheck } from './readiness';

const probesTable = readTable('readiness_probes', ['name'], ['checked_at']);

/** Askers at the same moment share one write. */
export function storeCheck(store: EventStore, clock: Clock): ReadinessCheck {
  let asked: Promise<string | null> | null = null;
  const write = async (): Promise<string | null> => {
    const row = { log: SYSTEM_LOG, tenant_id: SYSTEM_TENANT, name: 'store', checked_at: clock.now() };
    try {
      await store.append({ log: SYSTEM_LOG, tenantId: SYSTEM_TENANT, streams: [], writes: [{ op: 'upsert', table: probesTable, row }] });
      return null;
    } catch (error) {
      return `the store cannot be written: ${messageOf(error)}`;
    } finally {
      asked = null;
    }
  };
  return () => (asked ??= write());
}
