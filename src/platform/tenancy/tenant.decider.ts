/** One stream per tenant: its owner and its keys. */
import type { ApiKeyFacts, Role, TenancyEvent } from '../../contracts/tenancy';
import type { Decider } from '../../kernel/decider';
import { DomainError, ForbiddenError, never, NotFoundError } from '../../kernel/errors';

export type TenantCommand =
  | { readonly type: 'CreateTenant'; readonly data: Extract<TenancyEvent, { type: 'TenantCreated' }>['data'] }
  /** `granted_by` are the roles of whoever asks: nobody makes a platform admin without being one. */
  | { readonly type: 'IssueApiKey'; readonly data: ApiKeyFacts & { readonly granted_by: readonly Role[] } }
  | { readonly type: 'RevokeApiKey'; readonly data: { readonly key_id: string } };

export interface TenantKey {
  readonly key_id: string;
  readonly roles: readonly Role[];
  readonly revoked: boolean;
}

export type Tenant =
  { readonly status: 'NONE' } | { readonly status: 'ACTIVE'; readonly owner_user_id: string; readonly keys: readonly TenantKey[] };

export const tenantDecider: Decider<Tenant, TenantCommand, TenancyEvent> = {
  category: 'tenant',
  initialState: { status: 'NONE' },

  decide(command, state) {
    switch (command.type) {
      case 'CreateTenant':
        if (state.status !== 'NONE') throw new DomainError('tenant.exists', 'This tenant exists already; choose another id');
        return [{ type: 'TenantCreated', data: command.data }];
      case 'IssueApiKey': {
        if (state.status === 'NONE') throw new NotFoundError('tenant');
        const { granted_by, ...facts } = command.data;
        if (facts.roles.includes('platform_admin') && !granted_by.includes('platform_admin')) {
          throw new ForbiddenError('api_key.role_not_yours', 'Only a platform admin can issue a key for platform admins; ask one');
        }
        return [{ type: 'ApiKeyIssued', data: facts }];
      }
      case 'RevokeApiKey':
        return revoke(state, command.data.key_id);
      default:
        return never(command);
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'TenantCreated': {
        const { key_id, roles, owner_user_id } = event.data;
        return { status: 'ACTIVE', owner_user_id, keys: [{ key_id, roles, revoked: false }] };
      }
      case 'ApiKeyIssued':
        return withKeys(state, (keys) => [...keys, { key_id: event.data.key_id, roles: event.data.roles, revoked: false }]);
      case 'ApiKeyRevoked':
        return withKeys(state, (keys) => keys.map((key) => (key.key_id === event.data.key_id ? { ...key, revoked: true } : key)));
      default:
        return never(event);
    }
  },

  subject: () => ({}),

  /** A key's id follows from its text, so the same text can be a key only once, whoever brings it. */
  uniqueKey: (event) => (event.type === 'ApiKeyRevoked' ? null : `api_key:${event.data.key_id}`),
};

function revoke(state: Tenant, keyId: string): readonly TenancyEvent[] {
  const key = state.status === 'ACTIVE' ? state.keys.find(({ key_id }) => key_id === keyId) : undefined;
  if (state.status === 'NONE' || !key) throw new NotFoundError('API key');
  if (key.revoked) return [];
  const others = state.keys.filter(({ key_id, roles, revoked }) => !revoked && key_id !== keyId && roles.includes('owner'));
  if (key.roles.includes('owner') && others.length === 0) {
    throw new DomainError('api_key.last_owner', 'This is the last key of an owner; issue another one first, or nobody could get in again');
  }
  return [{ type: 'ApiKeyRevoked', data: { key_id: keyId } }];
}

function withKeys(state: Tenant, change: (keys: readonly TenantKey[]) => readonly TenantKey[]): Tenant {
  if (state.status === 'NONE') throw new Error('a key event came before TenantCreated');
  return { ...state, keys: change(state.keys) };
}
