/** Turns whatever was thrown into one kind of answer; what nobody expected is logged with its stack and told apart by the request id. */
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Log } from '../observability/log';
import { PROBLEM_TYPE, type Problem, problemOf, repeatsNothing, RETRY_AFTER, TITLES } from './problem';
import { findRequestState } from './request-state';

const UNEXPECTED: Problem = {
  status: 500,
  code: 'internal',
  detail: 'Something went wrong on our side and was logged; try again, and name the request id if it stays',
};

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const requestId = findRequestState(request)?.requestId ?? null;
    const problem = problemOf(error) ?? UNEXPECTED;
    if (problem === UNEXPECTED) this.log.error('a request failed', { request_id: requestId, method: request.method, err: error });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    const retryAfter = RETRY_AFTER[problem.status];
    if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
    if (problem.status === 413) response.setHeader('Connection', 'close'); // the rest of the body is not worth reading
    const { status, code, detail, errors, details } = problem;
    const title = TITLES[status] ?? TITLES[400];
    const occurrence = repeatsNothing(error) ? {} : { instance: pathOf(request), request_id: requestId };
    response
      .status(status)
      .type(PROBLEM_TYPE)
      .send(JSON.stringify({ type: `urn:problem:${code}`, title, status, code, detail, ...occurrence, errors, details }, bigintAsText));
  }
}

const pathOf = (request: Request): string => request.originalUrl.split('?', 1)[0] ?? '/';

const bigintAsText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
