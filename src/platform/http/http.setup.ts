/** The order in which a request meets middleware, and the limits of the server that carries it. */
import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Ids } from '../../kernel/ids';
import { UnavailableError } from '../../kernel/errors';
import type { Log } from '../observability/log';
import { requestLog } from '../observability/request-log.middleware';
import type { Shutdown } from '../observability/shutdown';
import { serveDocument } from './openapi';
import { ProblemFilter } from './problem.filter';
import { jsonBody, lastRequest, onlyJson, plainQuery, requestId } from './request.middleware';
import { StrictValidationPipe } from './validation.pipe';

export interface HttpParts {
  readonly ids: Ids;
  readonly log: Log;
  readonly logger: Logger;
  readonly shutdown: Shutdown;
  /** Without it only the health routes are served. */
  readonly servesApi: boolean;
}

export function setUpHttp(app: NestExpressApplication, { ids, log, logger, shutdown, servesApi }: HttpParts): void {
  app.disable('x-powered-by');
  app.set('etag', false); // answers are live; hashing each body would only cost
  app.use(
    requestId(ids),
    requestLog(logger),
    lastRequest(() => shutdown.isStopping),
    secureHeaders(),
  );
  if (!servesApi) app.use(healthOnly);
  app.use(plainQuery, onlyJson, jsonBody);
  app.useGlobalFilters(new ProblemFilter(log));
  app.useGlobalPipes(new StrictValidationPipe());
  if (servesApi) serveDocument(app);
}

/** The document's page runs its own scripts only; the server itself speaks plain HTTP behind whatever terminates TLS. */
const secureHeaders = (): RequestHandler => helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });

const healthOnly: RequestHandler = (request, _response, next): void => {
  const isHealth = request.path === '/v1/healthz' || request.path === '/v1/readyz';
  next(
    isHealth ? undefined : new UnavailableError('http.not_served', 'This process serves no API (VB_ROLES is without api); ask another one'),
  );
};

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const TIMEOUT_CHECK_MS = 2_000;
const MOST_CONNECTIONS = 8_192;

/** Slow and silent connections are closed, so that they cannot take the server from everybody else. */
export function limitServer(server: Server): void {
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = MOST_CONNECTIONS;
  // Read when the server starts to listen; only the type does not know it.
  (server as Server & { connectionsCheckingInterval: number }).connectionsCheckingInterval = TIMEOUT_CHECK_MS;
}
