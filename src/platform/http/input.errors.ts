import { DomainError } from '../../kernel/errors';

export interface RefusedField {
  readonly field: string;
  readonly rule: string;
  readonly received: string;
}

/** Several fields at once that cannot be read (HTTP 400): names every one with its rule and what was received. */
export class InvalidInput extends DomainError {
  override readonly kind = 'input';

  constructor(readonly errors: readonly RefusedField[]) {
    super('input.invalid', errors.map(({ field, rule, received }) => `${field} must be ${rule}; received ${received}`).join('. '), {
      errors,
    });
  }
}

/** A body that is no JSON (HTTP 415). */
export class UnsupportedMediaType extends DomainError {
  constructor(received: string | undefined) {
    super('http.unsupported_media_type', 'Send the body as JSON, with the header "Content-Type: application/json"', {
      received: received ?? null,
    });
  }
}
