/** Errors as callers get them: RFC 9457 problem details with a stable code. */
import { HttpException } from '@nestjs/common';
import { DomainError, type ErrorKind, InputError, NotFoundError } from '../../kernel/errors';
import { InvalidInput, type RefusedField, RequestRefused } from './input.errors';

export const PROBLEM_TYPE = 'application/problem+json';

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly RefusedField[];
  readonly details?: Readonly<Record<string, unknown>>;
}

const STATUS: Readonly<Record<ErrorKind, number>> = {
  input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  rule: 422,
  unavailable: 503,
};

export const TITLES: Readonly<Record<number, string>> = {
  400: 'Input refused',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'A rule says no',
  500: 'Internal error',
  503: 'Not available',
};

/** Seconds after which trying again makes sense. */
export const RETRY_AFTER: Readonly<Record<number, number>> = { 409: 1, 503: 5 };

/** Null where the error is unexpected: a fault of this program, to be logged and answered with 500. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof DomainError) return ofDomain(error);
  if (error instanceof HttpException) return ofHttp(error.getStatus(), error.message);
  return null;
}

function ofDomain(error: DomainError): Problem {
  const base = { status: error instanceof RequestRefused ? error.status : STATUS[error.kind], code: error.code, detail: error.message };
  if (error instanceof InvalidInput) return { ...base, errors: error.errors };
  if (error instanceof InputError) {
    return { ...base, errors: [{ field: error.field, rule: error.rule, received: String(error.details['received']) }] };
  }
  return Object.keys(error.details).length > 0 ? { ...base, details: error.details } : base;
}

const HTTP_CODES: Readonly<Record<number, string>> = {
  400: 'http.bad_request',
  404: 'http.no_such_route',
  405: 'http.method_not_allowed',
  413: 'http.too_large',
  415: 'http.unsupported_media_type',
};

function ofHttp(status: number, message: string): Problem | null {
  if (status >= 500) return null;
  return { status, code: HTTP_CODES[status] ?? `http.${status}`, detail: status === 404 ? `${message}; /docs lists every route` : message };
}

/** Unknown and foreign ids must get the same bytes, so this one answer repeats nothing of the request. */
export const repeatsNothing = (error: unknown): boolean => error instanceof NotFoundError;
