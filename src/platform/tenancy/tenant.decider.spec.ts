import type { TenancyEvent } from '../../contracts/tenancy';
import { type Tenant, tenantDecider } from './tenant.decider';

const created: TenancyEvent = {
  type: 'TenantCreated',
  data: { tenant_id: 't1', log: 1, name: 'Acme', owner_user_id: 'u1', key_id: 'k1', key_hash: 'h1', roles: ['owner'] },
};
const issued: TenancyEvent = {
  type: 'ApiKeyIssued',
  data: { key_id: 'k2', user_id: 'u1', key_hash: 'h2', roles: ['owner'], label: 'laptop' },
};
const revoked: TenancyEvent = { type: 'ApiKeyRevoked', data: { key_id: 'k1' } };
const fold = (...events: readonly TenancyEvent[]): Tenant =>
  events.reduce<Tenant>((state, event) => tenantDecider.evolve(state, event), tenantDecider.initialState);
const revoke = (key_id: string) => ({ type: 'RevokeApiKey', data: { key_id } }) as const;

describe('tenant', () => {
  it('is created once', () => {
    const command = { type: 'CreateTenant', data: created.data as Extract<TenancyEvent, { type: 'TenantCreated' }>['data'] } as const;
    expect(tenantDecider.decide(command, fold())).toEqual([created]);
    expect(() => tenantDecider.decide(command, fold(created))).toThrow(/exists already/);
  });

  it('keeps of an issued key what was asked for and not who asked', () => {
    const data = {
      key_id: 'k2',
      user_id: 'u1',
      key_hash: 'h2',
      roles: ['owner' as const],
      label: 'laptop',
      granted_by: ['owner' as const],
    };
    expect(tenantDecider.decide({ type: 'IssueApiKey', data }, fold(created))).toEqual([issued]);
  });

  it('lets nobody make a platform admin who is none', () => {
    const data = { key_id: 'k2', user_id: 'u1', key_hash: 'h2', roles: ['platform_admin' as const], label: '' };
    const issue = (granted_by: readonly ('owner' | 'platform_admin')[]) =>
      tenantDecider.decide({ type: 'IssueApiKey', data: { ...data, granted_by } }, fold(created));
    expect(() => issue(['owner'])).toThrow(/Only a platform admin/);
    expect(issue(['owner', 'platform_admin'])).toHaveLength(1);
  });

  it('revokes a key once, however often it is asked', () => {
    expect(tenantDecider.decide(revoke('k1'), fold(created, issued))).toEqual([revoked]);
    expect(tenantDecider.decide(revoke('k1'), fold(created, issued, revoked))).toEqual([]);
  });

  it('does not lock its owner out', () => {
    expect(() => tenantDecider.decide(revoke('k1'), fold(created))).toThrow(/last key of an owner/);
    expect(() => tenantDecider.decide(revoke('k2'), fold(created, issued, revoked))).toThrow(/last key of an owner/);
  });

  it('knows no key of another tenant', () => {
    expect(() => tenantDecider.decide(revoke('k9'), fold(created))).toThrow(/No such API key/);
    expect(() => tenantDecider.decide(revoke('k9'), fold())).toThrow(/No such API key/);
  });
});
