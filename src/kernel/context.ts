/** Who asks, on whose behalf, and as part of what: travels with every command. */

export interface IdempotencyKey {
  /** Whose key it is: the credential's tenant, also where the effect belongs to the reserved tenant. */
  readonly tenantId: string;
  readonly key: string;
  /** Hash of method, path and canonical body: the same key with another fingerprint is refused. */
  readonly fingerprint: string;
  /** HTTP status of the answer that is stored with the effect. */
  readonly status: number;
}

export interface CommandContext {
  readonly tenantId: string;
  /** `user:<id>`, `system:<job>` or `broker:<account>`. */
  readonly actor: string;
  /** tick_id, corporate_action_id or request id. */
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly idempotency: IdempotencyKey | null;
}

/** The tenant that owns instruments, calendars, global settings, cron ticks and shared market facts. */
export const SYSTEM_TENANT = 'system';

/** The context of a job of the system itself, for a tenant. */
export const systemContext = (tenantId: string, job: string, correlationId: string, causationId: string | null = null): CommandContext => ({
  tenantId,
  actor: `system:${job}`,
  correlationId,
  causationId,
  idempotency: null,
});
