/** Who may come in: tenants, issued keys and revocations, each a row of one event. */
import { SYSTEM_TENANT } from '../../kernel/context';
import { eventProjection, type EventView, readTable } from '../projections/projection';
import { defineStream } from '../streams/stream-registry';
import { tenantDecider } from './tenant.decider';

/** Rows of `tenants`, `api_keys` and `api_key_revocations` belong to the system tenant, which keeps their streams. */
export const DIRECTORY_TENANT = SYSTEM_TENANT;

export const tenantsTable = readTable('tenants', ['id'], ['name', 'owner_user_id', 'created_at', 'tenant_log']);
export const apiKeysTable = readTable('api_keys', ['key_id'], ['key_tenant_id', 'user_id', 'key_hash', 'roles', 'label', 'created_at']);
export const revocationsTable = readTable('api_key_revocations', ['key_id'], ['revoked_at']);
/** The only place of names and addresses: no event repeats them, so erasing a row forgets a person. */
export const userProfilesTable = readTable('user_profiles', ['user_id'], ['email', 'name', 'created_at']);

const text = (event: EventView<never>, field: string): string => String(event.body[field]);
const roles = (event: EventView<never>): string => JSON.stringify(event.body['roles']);
const tenantOf = ({ stream }: EventView<never>): string => stream.slice(stream.indexOf('-') + 1);

const tenants = eventProjection({
  kind: 'event',
  name: 'tenants',
  version: 1,
  category: 'tenant',
  table: tenantsTable,
  reads: [],
  rows: (event) =>
    event.type !== 'TenantCreated'
      ? []
      : [
          {
            op: 'upsert',
            row: {
              id: tenantOf(event),
              name: text(event, 'name'),
              owner_user_id: text(event, 'owner_user_id'),
              created_at: event.ts,
              tenant_log: Number(event.body['log']),
            },
          },
        ],
});

const apiKeys = eventProjection({
  kind: 'event',
  name: 'api_keys',
  version: 1,
  category: 'tenant',
  table: apiKeysTable,
  reads: [],
  rows(event) {
    if (event.type === 'ApiKeyRevoked') return [];
    const first = event.type === 'TenantCreated';
    const row = {
      key_id: text(event, 'key_id'),
      key_tenant_id: tenantOf(event),
      user_id: text(event, first ? 'owner_user_id' : 'user_id'),
      key_hash: text(event, 'key_hash'),
      roles: roles(event),
      label: first ? 'first key' : text(event, 'label'),
      created_at: event.ts,
    };
    return [{ op: 'upsert', row }];
  },
});

const revocations = eventProjection({
  kind: 'event',
  name: 'api_key_revocations',
  version: 1,
  category: 'tenant',
  table: revocationsTable,
  reads: [],
  rows: (event) => (event.type === 'ApiKeyRevoked' ? [{ op: 'upsert', row: { key_id: text(event, 'key_id'), revoked_at: event.ts } }] : []),
});

export const tenantStream = defineStream({ decider: tenantDecider, rows: [tenants, apiKeys, revocations] });
