/** Input is what its DTO declares, or it is refused with every mistake at once; nothing is converted on the quiet. */
import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { describe } from '../../kernel/errors';
import { InvalidInput, type RefusedField } from './input.errors';

@Injectable()
export class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      transformOptions: { enableImplicitConversion: false },
      validationError: { target: false, value: true },
      exceptionFactory: (errors: ValidationError[]) => new InvalidInput(errors.flatMap((error) => refusedFields(error, ''))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const declared = metadata.type === 'body' && typeof metadata.metatype === 'function' && metadata.metatype !== Object;
    if (declared && value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw new InvalidInput([{ field: 'body', rule: 'a JSON object', received: describe(value) }]);
    }
    return (await super.transform(value, metadata)) as unknown;
  }
}

/** One entry per field, `lines[2].qty` where it is nested. */
function refusedFields(error: ValidationError, parent: string): readonly RefusedField[] {
  const index = /^\d+$/.test(error.property);
  const field = parent === '' ? error.property : index ? `${parent}[${error.property}]` : `${parent}.${error.property}`;
  const nested = (error.children ?? []).flatMap((child) => refusedFields(child, field));
  const constraints = Object.entries(error.constraints ?? {});
  if (constraints.length === 0) return nested;
  const rule = constraints.map(([name, message]) => ruleOf(name, message, error.property)).join(', and ');
  return [{ field, rule, received: describe(error.value) }, ...nested];
}

/** `limit must not be less than 1` becomes `not less than 1`, so that it reads after "must be". */
function ruleOf(name: string, message: string, property: string): string {
  if (name === 'whitelistValidation') return 'left out: there is no such field';
  const text = message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
  return text.replace(/^(must|should) not be /, 'not ').replace(/^(must|should) be /, '');
}
