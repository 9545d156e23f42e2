/** Errors a user can meet. Each has a stable code and a sentence that says what was expected, what was received and what to do next. */

export type ErrorKind = 'input' | 'rule' | 'not_found' | 'conflict' | 'unauthenticated' | 'forbidden' | 'unavailable';
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** A rule says no (HTTP 422), unless a subclass says otherwise. */
export class DomainError extends Error {
  readonly kind: ErrorKind = 'rule';

  constructor(
    /** Stable, `context.reason`. */
    readonly code: string,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** Input that cannot be read (HTTP 400): names the field, the rule and what was received. */
export class InputError extends DomainError {
  override readonly kind = 'input';

  constructor(
    code: string,
    readonly field: string,
    readonly rule: string,
    received: unknown,
  ) {
    super(code, `${field} must be ${rule}; received ${describe(received)}`, { field, rule, received: describe(received) });
  }
}

/** Unknown and foreign ids get this same answer (HTTP 404). */
export class NotFoundError extends DomainError {
  override readonly kind = 'not_found';

  constructor(what: string) {
    super('not_found', `No such ${what}; list what you have with GET and use an id from there`);
  }
}

/** Somebody else was faster (HTTP 409); trying again is safe. */
export class ConflictError extends DomainError {
  override readonly kind = 'conflict';
}

export class UnauthenticatedError extends DomainError {
  override readonly kind = 'unauthenticated';
}

export class ForbiddenError extends DomainError {
  override readonly kind = 'forbidden';
}

/** Something this process needs is away (HTTP 503); the message says what and what to do. */
export class UnavailableError extends DomainError {
  override readonly kind = 'unavailable';
}

/** The case that the type system says cannot happen. */
export function never(value: never): never {
  throw new Error(`unexpected ${describe(value)}`);
}

/** What was received, short enough for a message and with control characters made visible. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
