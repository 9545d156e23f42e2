/** Tenants, who may act for them, and with which keys. A tenant and its first key are one event: neither is of use without the other. */
import type { Instant } from '../kernel/clock';

export const ROLES = ['platform_admin', 'owner', 'broker'] as const;
export type Role = (typeof ROLES)[number];

/** What is kept of a key: never its text, only the hash of it. */
export interface ApiKeyFacts {
  readonly key_id: string;
  readonly user_id: string;
  /** SHA-256 of the key's text, hex. */
  readonly key_hash: string;
  readonly roles: readonly Role[];
  readonly label: string;
}

/** Stream `tenant-<id>`, kept by tenant `system`. Events carry user ids; names and addresses live in `user_profiles`. */
export type TenancyEvent =
  | {
      readonly type: 'TenantCreated';
      readonly data: {
        readonly tenant_id: string;
        /** Where the tenant's events, rows and messages are, for ever. */
        readonly log: number;
        readonly name: string;
        readonly owner_user_id: string;
        readonly key_id: string;
        readonly key_hash: string;
        readonly roles: readonly Role[];
      };
    }
  | { readonly type: 'ApiKeyIssued'; readonly data: ApiKeyFacts }
  | { readonly type: 'ApiKeyRevoked'; readonly data: { readonly key_id: string } };

export interface TenantView {
  readonly id: string;
  readonly name: string;
  readonly owner_user_id: string;
  readonly created_at: Instant;
}

export interface ApiKeyView {
  readonly id: string;
  readonly user_id: string;
  readonly roles: readonly Role[];
  readonly label: string;
  readonly created_at: Instant;
  readonly revoked_at: Instant | null;
}
