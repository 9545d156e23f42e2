/** What every request passes before its route: an id, and a body that is JSON of reasonable size and shape, or none. */
import type { IncomingMessage } from 'node:http';
import { json, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import type { Ids } from '../../kernel/ids';
import { InputError } from '../../kernel/errors';
import { UnsupportedMediaType } from './input.errors';
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

export const onlyJson: RequestHandler = (request, _response, next): void => {
  if (hasBody(request) && !request.is('application/json')) {
    next(new UnsupportedMediaType(request.get('content-type')));
    return;
  }
  next();
};

export const jsonBody: RequestHandler = json({
  limit: LARGEST_BODY_BYTES,
  verify: (_request: IncomingMessage, _response, body: Buffer) => checkJson(body.toString('utf8')),
});

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
