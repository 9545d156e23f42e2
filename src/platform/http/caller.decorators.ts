/** Parameters that come from the credential, never from the caller's text. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { commandContextOf, principalOf } from './request-state';

const requestOf = (execution: ExecutionContext): object => execution.switchToHttp().getRequest<object>();

/** `@Ctx() context: CommandContext`: tenant, actor, correlation id and idempotency key of this request. */
export const Ctx = createParamDecorator((_: unknown, execution: ExecutionContext) => commandContextOf(requestOf(execution)));

/** `@Tenant() tenantId: string`: whose data a query may see. */
export const Tenant = createParamDecorator((_: unknown, execution: ExecutionContext) => principalOf(requestOf(execution)).tenantId);

/** `@Caller() caller: Principal`: user and roles, for the few commands that need them. */
export const Caller = createParamDecorator((_: unknown, execution: ExecutionContext) => principalOf(requestOf(execution)));
