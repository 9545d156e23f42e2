/** Creates tenants, issues and revokes keys, lists them. */
import type { ApiKeyView, Role, TenantView } from '../../contracts/tenancy';
import type { Clock } from '../../kernel/clock';
import type { CommandContext } from '../../kernel/context';
import { streamName } from '../../kernel/decider';
import type { Ids } from '../../kernel/ids';
import { SYSTEM_LOG } from '../event-store/event-store.port';
import type { Row, RowWrite } from '../event-store/row-write';
import type { Principal } from '../http/request-state';
import type { Sql } from '../database/sql';
import type { RunOptions } from '../streams/stream-item';
import type { StreamRunner } from '../streams/stream-runner';
import { hashKey, newKeyText, type Secrets } from './api-key';
import { DIRECTORY_TENANT, userProfilesTable } from './tenancy.projections';
import type { TenantCommand } from './tenant.decider';
import { chooseLog } from './tenant-log.table';

export interface NewTenant {
  readonly name: string;
  readonly ownerEmail: string | null;
  readonly roles: readonly Role[];
  /** A new id, unless the caller fixes one. */
  readonly tenantId?: string;
  /** A random key, unless the caller brings its text. */
  readonly keyText?: string | null;
}

export interface NewKey {
  readonly roles: readonly Role[];
  readonly label: string;
}

/** `key` is the only time the key's text is told. */
export type WithKey<View> = View & { readonly key: string };

/** What a repeated request gets in place of the key. */
const SHOWN = { secret_already_shown: true } as const;

const LIST_KEYS = `
  SELECT k.key_id, k.user_id, k.roles, k.label, k.created_at, r.revoked_at
  FROM api_keys k
  LEFT JOIN api_key_revocations r ON r.log = k.log AND r.tenant_id = k.tenant_id AND r.key_id = k.key_id
  WHERE k.log = ? AND k.tenant_id = ? AND k.key_tenant_id = ? AND (k.created_at, k.key_id) > (?, ?)
  ORDER BY k.created_at, k.key_id LIMIT ?`;

export class TenantDirectory {
  constructor(
    private readonly streams: StreamRunner,
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly secrets: Secrets,
    /** How many logs new tenants are spread over. */
    private readonly logs: number,
  ) {}

  /** A tenant with its owner's first key. Throws DuplicateKey where the key's text is in use already. */
  async create(context: CommandContext, wanted: NewTenant): Promise<WithKey<TenantView>> {
    const { name, ownerEmail, roles, tenantId = this.ids.next(), keyText } = wanted;
    const owner_user_id = this.ids.next();
    const key = keyText ?? newKeyText(tenantId, this.secrets);
    const { keyId, hash } = hashKey(key);
    const now = this.clock.now();
    const tenant: TenantView = { id: tenantId, name, owner_user_id, created_at: now };
    const data = { tenant_id: tenantId, log: chooseLog(tenantId, this.logs), name, owner_user_id, key_id: keyId, key_hash: hash, roles };
    await this.run(context, tenantId, { type: 'CreateTenant', data }, now, {
      respond: () => ({ ...tenant, ...SHOWN }),
      writes: [profileWrite(tenantId, owner_user_id, ownerEmail, now)],
    });
    return { ...tenant, key };
  }

  /** A further key of the caller's own user. Throws ForbiddenError for a role that the caller cannot give. */
  async issueKey(context: CommandContext, caller: Principal, { roles, label }: NewKey): Promise<WithKey<ApiKeyView>> {
    const key = newKeyText(context.tenantId, this.secrets);
    const { keyId, hash } = hashKey(key);
    const now = this.clock.now();
    const view: ApiKeyView = { id: keyId, user_id: caller.userId, roles, label, created_at: now, revoked_at: null };
    const data = { key_id: keyId, user_id: caller.userId, key_hash: hash, roles, label, granted_by: caller.roles };
    await this.run(context, context.tenantId, { type: 'IssueApiKey', data }, now, { respond: () => ({ ...view, ...SHOWN }) });
    return { ...view, key };
  }

  /** Done already is done. Throws NotFoundError for another tenant's key, DomainError for the last one of an owner. */
  async revokeKey(context: CommandContext, keyId: string): Promise<void> {
    const now = this.clock.now();
    await this.run(context, context.tenantId, { type: 'RevokeApiKey', data: { key_id: keyId } }, now, {});
  }

  /** Oldest first. */
  async keys(
    tenantId: string,
    after: { readonly created_at: string; readonly id: string } | null,
    limit: number,
  ): Promise<readonly ApiKeyView[]> {
    const rows = await this.sql.read(LIST_KEYS, [SYSTEM_LOG, DIRECTORY_TENANT, tenantId, after?.created_at ?? '', after?.id ?? '', limit]);
    return rows.map(toView);
  }

  private async run(context: CommandContext, tenantId: string, command: TenantCommand, ts: string, options: RunOptions): Promise<void> {
    await this.streams.run({ ...context, tenantId: DIRECTORY_TENANT }, [{ stream: streamName('tenant', tenantId), command, ts }], options);
  }
}

const profileWrite = (tenantId: string, userId: string, email: string | null, now: string): RowWrite => ({
  op: 'insert',
  table: userProfilesTable,
  row: { log: SYSTEM_LOG, tenant_id: tenantId, user_id: userId, email, name: null, created_at: now },
});

const toView = (row: Row): ApiKeyView => ({
  id: String(row['key_id']),
  user_id: String(row['user_id']),
  roles: JSON.parse(String(row['roles'])) as readonly Role[],
  label: String(row['label']),
  created_at: String(row['created_at']),
  revoked_at: row['revoked_at'] === null ? null : String(row['revoked_at']),
});
