/** Validators for values that JSON has no type for: exact decimals, instants, trading days. Each brings its OpenAPI schema. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsOptional, ValidateBy } from 'class-validator';
import { type AmountText, isAmountText, parseAmount } from '../../kernel/amount';
import { type Instant, isInstant, toInstant, type TradingDay } from '../../kernel/clock';

interface FieldOptions {
  /** May be left out or null. */
  readonly optional?: boolean;
  readonly description?: string;
}

export interface DecimalOptions extends FieldOptions {
  readonly min?: AmountText;
  readonly max?: AmountText;
  /** Greater than zero. */
  readonly positive?: boolean;
  readonly example?: AmountText;
}

const DECIMAL_PATTERN = '^-?\\d{1,12}(\\.\\d{1,8})?$';
const INSTANT_PATTERN = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$';
const DAY_PATTERN = '^\\d{4}-\\d{2}-\\d{2}$';

/** An amount as text: at most 12 integer digits and 8 places; a JSON number is refused, since it may have lost digits already. */
export function IsDecimal(options: DecimalOptions = {}): PropertyDecorator {
  const { min, max, positive = false, example = '150.25' } = options;
  const within = (text: unknown): boolean => {
    if (!isAmountText(text)) return false;
    const amount = parseAmount(text);
    if (positive && amount <= 0n) return false;
    return (min === undefined || amount >= parseAmount(min)) && (max === undefined || amount <= parseAmount(max));
  };
  const bounds = [
    positive ? ' greater than 0' : '',
    min === undefined ? '' : ` of at least ${min}`,
    max === undefined ? '' : ` of at most ${max}`,
  ];
  const rule = `a decimal string${bounds.filter(Boolean).join(' and')} with at most 12 integer digits and 8 places`;
  return field(options, 'isDecimal', rule, within, { pattern: DECIMAL_PATTERN, example });
}

/** UTC, ISO 8601 with `Z`; milliseconds may be left out and are then written as `.000`. */
export function IsInstant(options: FieldOptions = {}): PropertyDecorator {
  const isReal = (text: unknown): boolean => isInstant(text) && toInstant(Date.parse(text)) === text;
  const schema = { pattern: INSTANT_PATTERN, format: 'date-time', example: '2026-11-20T14:35:00.000Z' };
  return applyDecorators(
    Transform(({ value }: TransformFnParams): unknown => withMilliseconds(value)),
    field(options, 'isInstant', 'a UTC instant such as 2026-11-20T14:35:00.000Z', isReal, schema),
  );
}

/** A date of an exchange's calendar, `YYYY-MM-DD`; that it exists is checked, not that the exchange is open. */
export function IsTradingDay(options: FieldOptions = {}): PropertyDecorator {
  return field(options, 'isTradingDay', 'a date such as 2026-11-20', isDay, {
    pattern: DAY_PATTERN,
    format: 'date',
    example: '2026-11-20',
  });
}

const isDay = (text: unknown): text is TradingDay => {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00.000Z`);
  return !Number.isNaN(ms) && toInstant(ms).startsWith(text);
};

/** The canonical text of an instant that leaves out zeros; anything else as it came, for the validator to refuse. */
export function withMilliseconds(value: unknown): Instant | unknown {
  if (typeof value !== 'string') return value;
  const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,3}))?Z$/.exec(value);
  return parts ? `${parts[1]}.${(parts[2] ?? '').padEnd(3, '0')}Z` : value;
}

interface TextSchema {
  readonly pattern: string;
  readonly format?: string;
  readonly example: string;
}

function field(
  options: FieldOptions,
  name: string,
  rule: string,
  validate: (value: unknown) => boolean,
  schema: TextSchema,
): PropertyDecorator {
  const { optional = false, description } = options;
  return applyDecorators(
    ...(optional ? [IsOptional()] : []),
    ValidateBy({ name, validator: { validate, defaultMessage: () => `$property must be ${rule}` } }),
    ApiProperty({ type: String, required: !optional, ...(description ? { description } : {}), ...schema }),
  );
}
