/** Who a key stands for. Asks the tables every time, so that a revoked key is refused from the next request on. */
import type { Role } from '../../contracts/tenancy';
import type { Sql } from '../database/sql';
import { SYSTEM_LOG } from '../event-store/event-store.port';
import type { Principal } from '../http/request-state';
import { hashKey, sameHash } from './api-key';
import { DIRECTORY_TENANT } from './tenancy.projections';

const FIND_KEY = `
  SELECT k.key_hash, k.key_tenant_id, k.user_id, k.roles, r.revoked_at
  FROM api_keys k
  LEFT JOIN api_key_revocations r ON r.log = k.log AND r.tenant_id = k.tenant_id AND r.key_id = k.key_id
  WHERE k.log = ? AND k.tenant_id = ? AND k.key_id = ?`;

export class Authenticator {
  constructor(private readonly sql: Sql) {}

  /** Null for an unknown or revoked key, without telling which. */
  async authenticate(keyText: string): Promise<Principal | null> {
    const { keyId, hash } = hashKey(keyText);
    const [row] = await this.sql.read(FIND_KEY, [SYSTEM_LOG, DIRECTORY_TENANT, keyId]);
    if (!row || !sameHash(String(row['key_hash']), hash) || row['revoked_at'] !== null) return null;
    const roles = JSON.parse(String(row['roles'])) as readonly Role[];
    return { tenantId: String(row['key_tenant_id']), userId: String(row['user_id']), keyId, roles };
  }
}
