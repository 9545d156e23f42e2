/** A store that can be read but not written (full disk, lost rights) takes no orders: the check writes a row of its own. */
import type { Clock } from '../../kernel/clock';
import { SYSTEM_TENANT } from '../../kernel/context';
import { messageOf } from '../../kernel/errors';
import { SYSTEM_LOG, type EventStore } from '../event-store/event-store.port';
import { readTable } from '../projections/projection';
import type { Timer } from '../time/timer.port';
import type { ReadinessCheck } from './readiness';

const probesTable = readTable('readiness_probes', ['name'], ['checked_at']);

/** Less than a check is given, so that the reason can name the store. */
const PATIENCE_MS = 1_500;

export interface CheckedStore {
  readonly store: EventStore;
  readonly clock: Clock;
  readonly timer: Timer;
  /** What the store is called: `PostgreSQL (vb on db:5432)`. */
  readonly name: string;
}

/** Askers at the same moment share one write. */
export function storeCheck({ store, clock, timer, name }: CheckedStore): ReadinessCheck {
  const silence = `the store cannot be written: ${name} gave no answer within ${PATIENCE_MS} ms; see that it runs and can be reached`;
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
  return async () => {
    asked ??= write();
    return within(asked, timer, silence);
  };
}

/** The answer, or `silence` where none comes in time. */
function within(answer: Promise<string | null>, timer: Timer, silence: string): Promise<string | null> {
  let cancel: () => void = () => undefined;
  const late = new Promise<string>((resolve) => (cancel = timer.after(PATIENCE_MS, () => resolve(silence))));
  return Promise.race([answer, late]).finally(cancel);
}
