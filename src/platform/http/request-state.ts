/** What the platform knows about a request in flight: set step by step by middleware, guard and interceptor. */
import type { Role } from '../../contracts/tenancy';
import type { CommandContext, IdempotencyKey } from '../../kernel/context';

/** Who a credential stands for. */
export interface Principal {
  readonly tenantId: string;
  readonly userId: string;
  readonly keyId: string;
  readonly roles: readonly Role[];
}

export interface RequestState {
  readonly requestId: string;
  principal: Principal | null;
  idempotency: IdempotencyKey | null;
}

const states = new WeakMap<object, RequestState>();

export function startRequest(request: object, requestId: string): void {
  states.set(request, { requestId, principal: null, idempotency: null });
}

export const findRequestState = (request: object): RequestState | undefined => states.get(request);

export function requestState(request: object): RequestState {
  const state = states.get(request);
  if (!state) throw new Error('the request has no state: it did not pass the request-id middleware');
  return state;
}

/** Throws where the route is public: a public route has no tenant to act for. */
export function principalOf(request: object): Principal {
  const { principal } = requestState(request);
  if (!principal) throw new Error('a public route asked who is calling; declare it with @Roles instead');
  return principal;
}

export function commandContextOf(request: object): CommandContext {
  const { requestId, idempotency } = requestState(request);
  const { tenantId, userId } = principalOf(request);
  return { tenantId, actor: `user:${userId}`, correlationId: requestId, causationId: null, idempotency };
}
