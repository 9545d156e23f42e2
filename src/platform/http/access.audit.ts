/** Looks at every route once at start: one that does not say who may call it stops the process. */
import { Injectable, type OnModuleInit, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ACCESS, type Access } from './access.decorators';

type Handler = (...parameters: unknown[]) => unknown;

export interface DeclaredRoute {
  readonly route: string;
  readonly access: Access | undefined;
}

@Injectable()
export class AccessAudit implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  onModuleInit(): void {
    const undeclared = this.routes().filter(({ access }) => access === undefined);
    if (undeclared.length === 0) return;
    throw new Error(`declare who may call these routes with @Public() or @Roles(…): ${undeclared.map(({ route }) => route).join(', ')}`);
  }

  /** Every route of every controller, as `POST v1/positions (PositionsController.open)`. */
  routes(): readonly DeclaredRoute[] {
    return this.discovery.getControllers().flatMap(({ instance, metatype }) => {
      const prototype = Object.getPrototypeOf(instance) as Record<string, Handler>;
      return this.scanner.getAllMethodNames(prototype).flatMap((name): DeclaredRoute[] => {
        const handler = prototype[name];
        if (!handler || !metatype || !Reflect.hasMetadata(PATH_METADATA, handler)) return [];
        const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number] ?? 'ALL';
        const path = [Reflect.getMetadata(PATH_METADATA, metatype), Reflect.getMetadata(PATH_METADATA, handler)].filter(
          (part) => part && part !== '/',
        );
        const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [handler, metatype]);
        return [{ route: `${method} ${path.join('/')} (${metatype.name}.${name})`, access }];
      });
    });
  }
}
