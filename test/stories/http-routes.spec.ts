import type { OpenAPIObject } from '@nestjs/swagger';
import fc from 'fast-check';
import { type Api, OWNER_KEY, type RunningServer, startServer } from './support/server';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly statuses: readonly string[];
  readonly isPublic: boolean;
  readonly roles: readonly string[];
  readonly idempotency: string | undefined;
}

interface Declared {
  readonly responses: object;
  readonly security?: object;
  readonly 'x-roles'?: readonly string[];
  readonly 'x-idempotency'?: string;
}

const routesOf = (document: OpenAPIObject): readonly Route[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Declared>).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      statuses: Object.keys(operation.responses),
      isPublic: operation.security === undefined,
      roles: operation['x-roles'] ?? [],
      idempotency: operation['x-idempotency'],
    })),
  );

const filled = (path: string, value: string): string => path.replace(/\{[^}]+\}/g, encodeURIComponent(value));
const changes = ({ method }: Route): boolean => method !== 'GET';

describe('every route', () => {
  let server: RunningServer;
  let api: Api;
  let routes: readonly Route[];
  let issued = 0;

  const keyWith = async (roles: readonly string[]): Promise<string> => {
    const { body } = await api.post<{ key: string }>('/v1/api-keys', { roles, label: `key ${++issued}` });
    return body.key;
  };

  beforeAll(async () => {
    server = await startServer();
    api = server.api();
    routes = routesOf((await server.api(null).get<OpenAPIObject>('/docs/openapi.json')).body);
  });
  afterAll(() => server.stop());

  it('is closed to whoever brings no key, an unknown one or a revoked one', async () => {
    const revoked = await keyWith(['owner']);
    const { body } = await api.get<{ items: readonly { id: string; label: string }[] }>('/v1/api-keys');
    await api.delete(`/v1/api-keys/${body.items.find(({ label }) => label === `key ${issued}`)?.id}`);
    for (const { method, path, isPublic } of routes) {
      for (const key of [null, 'unknown-unknown-unknown', revoked]) {
        const { status } = await server.api(key).request(method, filled(path, 'x'), changes({ method } as Route) ? { body: {} } : {});
        expect(`${method} ${path} ${status}`).toBe(`${method} ${path} ${isPublic ? 200 : 401}`);
      }
    }
  });

  it('is closed to a key without a role that it names', async () => {
    const keys = { owner: await keyWith(['owner']), broker: await keyWith(['broker']), platform_admin: await keyWith(['platform_admin']) };
    for (const route of routes.filter(({ isPublic }) => !isPublic)) {
      expect(route.roles.length).toBeGreaterThan(0);
      for (const [role, key] of Object.entries(keys)) {
        if (route.roles.includes(role)) continue;
        const { status, body } = await server.api(key).request(route.method, filled(route.path, 'x'), changes(route) ? { body: {} } : {});
        expect(`${route.method} ${route.path} ${role} ${status} ${String(body['code'])}`).toMatch(/ 403 auth\.role_missing$/);
      }
    }
  });

  it('wants an idempotency key where money moves', async () => {
    const all = server.api(await keyWith(['owner', 'broker', 'platform_admin']));
    for (const { method, path } of routes.filter(({ idempotency }) => idempotency === 'required')) {
      const { status, body } = await all.request(method, filled(path, 'x'), { body: {} });
      expect(`${method} ${path} ${status} ${String(body['code'])}`).toBe(`${method} ${path} 400 idempotency.key_required`);
    }
  });

  it('answers nonsense with a status that it declares and never with a fault of ours', async () => {
    const all = server.api(OWNER_KEY);
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom('', '0', '-1', '1e400', 'NaN', '150.25', 'AAPL', '2026-11-20', '2026-11-20T14:35:00.000Z'),
    );
    const body = fc.oneof(
      fc.dictionary(
        fc.constantFrom('qty', 'price', 'amount', 'symbol', 'name', 'roles', 'ts', 'portfolio_id'),
        fc.oneof(text, fc.jsonValue()),
      ),
      fc.jsonValue(),
    );
    const query = fc.dictionary(fc.constantFrom('limit', 'cursor', 'as_of', 'status', 'from', 'price', 'dry_run'), text, { maxKeys: 3 });
    const asked = fc.record({ route: fc.constantFrom(...routes), body, query, id: text.filter((id) => !/^\.{0,2}$/.test(id)) });
    await fc.assert(
      fc.asyncProperty(asked, async ({ route, body: sent, query: parameters, id }) => {
        const path = `${filled(route.path, id)}?${new URLSearchParams(parameters)}`;
        const options = changes(route) ? { body: sent, idempotencyKey: `nonsense ${++issued}` } : {};
        const { status, text: received } = await all.request(route.method, path, options);
        if (!route.statuses.includes(String(status)) || status === 500) {
          throw new Error(`${route.method} ${path} ${JSON.stringify(sent)} gave ${status}: ${received}`);
        }
      }),
      { numRuns: 400 },
    );
  });
});
