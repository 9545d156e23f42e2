/** What every request passes before its route: an id, and a body that is JSON of reasonable size and shape, or none. */
import { type NextFunction, type Request, type RequestHandler, type Response, text } from 'express';
import type { Ids } from '../../kernel/ids';
import { InputError, messageOf } from '../../kernel/errors';
import { RequestRefused } from './input.errors';
import { startRequest } from './request-state';
import { checkJson } from './strict-json';

export const LARGEST_BODY_BYTES = 1024 * 1024;
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The caller's `X-Request-Id` where it is one, else a new one; the answer carries it either way. */
export const requestId =
  (ids: Ids): RequestHandler =>
  (request: Request, response: Response, next: NextFunction): void => {
    const given = request.get('x-request-id');
    const id = given !== undefined && REQUEST_ID.test(given) ? given : ids.next();
    startRequest(request, id);
    response.setHeader('X-Request-Id', id);
    next();
  };

/** A connection is not kept for another request while the process is stopping. */
export const lastRequest =
  (isStopping: () => boolean): RequestHandler =>
  (_request, response, next): void => {
    if (isStopping()) response.setHeader('Connection', 'close');
    next();
  };

const hasBody = (request: Request): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/** The one route that takes a file; it reads the body itself, once it knows whose it is. */
const CSV_ROUTE = '/v1/tapes/csv';

export const onlyJson: RequestHandler = (request, _response, next): void => {
  const isFile = request.path === CSV_ROUTE && request.is('text/csv');
  if (hasBody(request) && !isFile && !request.is('application/json')) {
    next(new RequestRefused(415, 'http.unsupported_media_type', 'Send the body as JSON, with the header "Content-Type: application/json"'));
    return;
  }
  next();
};

const readText: RequestHandler = text({ limit: LARGEST_BODY_BYTES, type: 'application/json' });

/** Reads and parses the body; one that is empty is none. */
export const jsonBody: RequestHandler = (request, response, next): void => {
  void readText(request, response, (error?: unknown) => {
    if (error !== undefined) return next(bodyRefused(error));
    const body: unknown = request.body;
    try {
      request.body = typeof body === 'string' && body !== '' ? parseBody(body) : undefined;
    } catch (refused) {
      return next(refused);
    }
    next();
  });
};

function parseBody(body: string): unknown {
  checkJson(body);
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new RequestRefused(400, 'json.invalid', `The body must be JSON; ${messageOf(error)}`);
  }
}

/** The parser's errors name what went wrong in their `type`. */
function bodyRefused(error: unknown): unknown {
  switch (typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined) {
    case 'entity.too.large':
      return new RequestRefused(413, 'http.too_large', 'A body may have at most 1 MiB, unpacked; send less at once');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new RequestRefused(415, 'http.unsupported_media_type', 'Send UTF-8 JSON, plain or packed with gzip, deflate or br');
    case 'request.aborted':
    case 'request.size.invalid':
      return new RequestRefused(400, 'http.incomplete', 'The body is not as long as Content-Length says; send it again');
    default:
      return isPackedBadly(error)
        ? new RequestRefused(400, 'http.bad_encoding', 'The body cannot be unpacked; check Content-Encoding')
        : error;
  }
}

const isPackedBadly = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && /^(Z_|ERR_.*(BROTLI|ZLIB|DECODER|PADDING))/.test(String(error.code));

/** Parameters that JavaScript would take for something else. */
export const plainQuery: RequestHandler = (request, _response, next): void => {
  for (const name of ['__proto__', 'constructor', 'prototype']) {
    if (Object.hasOwn(request.query, name)) {
      next(new InputError('query.forbidden_name', name, 'left out: there is no such parameter', request.query[name]));
      return;
    }
  }
  next();
};
