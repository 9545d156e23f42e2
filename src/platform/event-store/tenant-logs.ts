/** Which log a tenant's events, rows and messages are in: chosen when the tenant is created, and fixed. */
import { SYSTEM_LOG } from './event-store.port';

export abstract class TenantLogs {
  /** Throws NotFoundError for a tenant that does not exist. */
  abstract of(tenantId: string): Promise<number>;
  /** Every log that a tenant belongs to, in ascending order; that of the reserved tenant is always among them. */
  abstract all(): Promise<readonly number[]>;
}

/** Everything in one log: for tools and tests that know no tenants. */
export class OneLog extends TenantLogs {
  async of(): Promise<number> {
    return SYSTEM_LOG;
  }

  async all(): Promise<readonly number[]> {
    return [SYSTEM_LOG];
  }
}
