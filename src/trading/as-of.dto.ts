/** How a question names a moment of the past. */
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Min } from 'class-validator';
import type { Instant } from '../kernel/clock';
import { InputError } from '../kernel/errors';
import { IsInstant } from '../platform/http/decimal.validator';
import type { Moment } from './as-of';

const BASES = ['recorded', 'executed'] as const;

const position = ({ value }: TransformFnParams): unknown =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : (value as unknown);

export class AsOfDto {
  @IsInstant({ optional: true, description: 'The state at this instant instead of now; 404 where there was none yet' })
  readonly as_of?: string;

  /** Whether `as_of` means when things were recorded (the default) or when they were executed. */
  @ApiPropertyOptional({ enum: BASES, default: 'recorded' })
  @IsOptional()
  @IsIn(BASES)
  readonly basis?: (typeof BASES)[number];

  /** The state after the event at this position of the tenant's log, instead of `as_of`. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1 })
  @IsOptional()
  @Transform(position)
  @IsInt()
  @Min(1)
  readonly as_of_position?: number;
}

/** Null where nothing but the present is asked for. Throws InputError where the moment is named twice. */
export function momentOf({ as_of, as_of_position, basis }: AsOfDto, now: () => Instant): Moment | null {
  if (as_of_position !== undefined) {
    if (as_of !== undefined) throw new InputError('as_of.twice', 'as_of', 'left out where as_of_position is given', as_of);
    if (basis !== undefined) throw new InputError('as_of.basis', 'basis', 'left out where as_of_position is given', basis);
    return { kind: 'position', at: as_of_position };
  }
  return as_of === undefined && basis === undefined ? null : { kind: basis ?? 'recorded', at: as_of ?? now() };
}
