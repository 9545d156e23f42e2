/** The first start on an empty store: somebody must be able to come in. */
import type { Role } from '../../contracts/tenancy';
import { systemContext } from '../../kernel/context';
import type { Ids } from '../../kernel/ids';
import { DomainError } from '../../kernel/errors';
import { DuplicateKey } from '../event-store/event-store.errors';
import { type EventStore, SYSTEM_LOG } from '../event-store/event-store.port';
import { DIRECTORY_TENANT } from './tenancy.projections';
import type { TenantDirectory } from './tenant.directory';

export const FIRST_TENANT = 'demo';
/** The first owner also runs the system, since there is nobody else yet. */
const FIRST_ROLES: readonly Role[] = ['owner', 'platform_admin'];

/** Lines for the person who started the process; none unless the store was empty. The key is in them only where it was drawn here. */
export async function bootstrap(
  store: EventStore,
  directory: TenantDirectory,
  ids: Ids,
  keyText: string | null,
): Promise<readonly string[]> {
  if ((await store.head(SYSTEM_LOG)) > 0) return [];
  const context = systemContext(DIRECTORY_TENANT, 'bootstrap', ids.next());
  const created = await firstOf(() =>
    directory.create(context, { tenantId: FIRST_TENANT, name: 'Demo', ownerEmail: null, roles: FIRST_ROLES, keyText }),
  );
  if (created === null) return [];
  if (keyText !== null) return [`First start: tenant ${FIRST_TENANT} was created; its owner's API key is the one in VB_BOOTSTRAP_API_KEY.`];
  return [`First start: tenant ${FIRST_TENANT} was created. This is its owner's API key, shown once; keep it:`, created.key];
}

/** Null where another process that started at the same moment was first. */
async function firstOf<Created>(create: () => Promise<Created>): Promise<Created | null> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof DuplicateKey || (error instanceof DomainError && error.code === 'tenant.exists')) return null;
    throw error;
  }
}
