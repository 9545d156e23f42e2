/** Who may call a route. Every route says so, or the process does not start. */
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { Role } from '../../contracts/tenancy';

export type Access = 'public' | readonly Role[];

export const ACCESS = 'vb:access';

/** Anyone, without a credential. */
export const Public = () => SetMetadata(ACCESS, 'public' satisfies Access);

/** Whoever has at least one of these roles. */
export const Roles = (...roles: readonly [Role, ...Role[]]) =>
  applyDecorators(SetMetadata(ACCESS, roles satisfies Access), ApiBearerAuth(), ApiExtension('x-roles', roles));
