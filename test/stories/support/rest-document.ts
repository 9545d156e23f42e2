/** The routes of the API as its document lists them, so that a test over all of them cannot forget a new one. */
import type { Api } from './server';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly 'x-roles'?: readonly string[];
  readonly 'x-idempotency'?: 'required' | 'optional' | 'none';
  readonly responses: Readonly<Record<string, unknown>>;
}

export interface Route {
  /** `POST /v1/positions/{id}/deposits`. */
  readonly name: string;
  readonly method: Uppercase<Method>;
  readonly path: string;
  readonly operation: Operation;
}

export async function routesOf(api: Api): Promise<readonly Route[]> {
  const { body } = await api.get<{ readonly paths: Readonly<Record<string, Readonly<Record<Method, Operation>>>> }>('/docs/openapi.json');
  return Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]): Route => {
      const verb = method.toUpperCase() as Uppercase<Method>;
      return { name: `${verb} ${path}`, method: verb, path, operation };
    }),
  );
}

export const changes = ({ method }: Route): boolean => method !== 'GET';
