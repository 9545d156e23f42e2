/** The only door: a valid key and a role the route names, or nothing. */
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { ForbiddenError, UnauthenticatedError } from '../../kernel/errors';
import { Authenticator } from '../tenancy/authenticator';
import { ACCESS, type Access } from './access.decorators';
import { requestState } from './request-state';

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [execution.getHandler(), execution.getClass()]);
    if (access === 'public') return true;
    const request = execution.switchToHttp().getRequest<Request>();
    const key = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const principal = key === undefined ? null : await this.authenticator.authenticate(key);
    if (!principal) {
      throw new UnauthenticatedError(
        'auth.key_invalid',
        'Send a valid API key as "Authorization: Bearer <key>"; this one is missing, unknown or revoked',
      );
    }
    requestState(request).principal = principal;
    if (!access?.some((role) => principal.roles.includes(role))) {
      const needed = access ?? [];
      throw new ForbiddenError('auth.role_missing', `This needs the role ${needed.join(' or ')}; use a key that has it`, { needed });
    }
    return true;
  }
}
