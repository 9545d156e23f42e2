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

/** A request that is refused before anybody reads what it says. */
export class RequestRefused extends DomainError {
  constructor(
    readonly status: number,
    code: string,
    message: string,
  ) {
    super(code, message);
  }
}
