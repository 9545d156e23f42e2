/** A route that reads no query takes none: `?dry_run=true` on a deposit must not be passed over in silence. */
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { InputError } from '../../kernel/errors';
import { ACCESS, type Access } from './access.decorators';

const QUERY = `${RouteParamtypes.QUERY}:`;

@Injectable()
export class QueryGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** Public routes are asked by machines that add parameters of their own. */
  canActivate(execution: ExecutionContext): boolean {
    const [handler, controller] = [execution.getHandler(), execution.getClass()];
    if (this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [handler, controller]) === 'public') return true;
    const parameters = Object.keys((Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler.name) as object | undefined) ?? {});
    if (parameters.some((parameter) => parameter.startsWith(QUERY))) return true;
    const [name, value] = Object.entries(execution.switchToHttp().getRequest<Request>().query)[0] ?? [];
    if (name !== undefined) throw new InputError('query.unknown', name, 'left out: this route takes no query parameters', value);
    return true;
  }
}
