/** One line per request: id, route, status and how long it took; never a header or a body. */
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { findRequestState } from '../http/request-state';

const PROBES: ReadonlySet<string> = new Set(['/v1/healthz', '/v1/readyz']);

export function requestLog(logger: Logger): RequestHandler {
  const middleware = pinoHttp({
    logger,
    quietReqLogger: true,
    genReqId: (request) => findRequestState(request)?.requestId ?? '',
    customAttributeKeys: { reqId: 'request_id', responseTime: 'duration_ms' },
    customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'info'),
    customSuccessMessage: () => 'request answered',
    customErrorMessage: () => 'request failed',
    customProps: (request) => {
      const principal = findRequestState(request)?.principal;
      return principal ? { tenant_id: principal.tenantId, user_id: principal.userId } : {};
    },
    serializers: {
      req: (request: { readonly method: string; readonly url: string }) => ({ method: request.method, url: request.url.slice(0, 500) }),
      res: (response: { readonly statusCode: number }) => ({ status: response.statusCode }),
      err: () => undefined,
    },
    autoLogging: { ignore: (request) => PROBES.has(request.url ?? '') },
  });
  return (request, response, next): void => {
    middleware(request, response);
    next();
  };
}
