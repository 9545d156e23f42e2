/** Fields of answers for the API document: each says its format once, so that a client can be generated from it. */
import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';

interface AnswerOptions {
  readonly nullable?: boolean;
  readonly description?: string;
}

const field = (schema: object, { nullable = false, description }: AnswerOptions): PropertyDecorator =>
  applyDecorators(ApiProperty({ ...schema, ...(nullable ? { nullable } : {}), ...(description ? { description } : {}) }));

/** A decimal string in its shortest form. */
export const AmountField = (options: AnswerOptions = {}): PropertyDecorator =>
  field({ type: String, pattern: '^-?\\d+(\\.\\d{1,8})?$', example: '150.25' }, options);

/** UTC with milliseconds. */
export const InstantField = (options: AnswerOptions = {}): PropertyDecorator =>
  field({ type: String, format: 'date-time', example: '2026-11-20T14:35:00.000Z' }, options);

/** A date of an exchange's calendar. */
export const DayField = (options: AnswerOptions = {}): PropertyDecorator =>
  field({ type: String, format: 'date', example: '2026-11-20' }, options);

export const TextField = (options: AnswerOptions = {}): PropertyDecorator => field({ type: String }, options);

export const TextsField = (options: AnswerOptions = {}): PropertyDecorator => field({ type: [String] }, options);

export const FlagField = (options: AnswerOptions = {}): PropertyDecorator => field({ type: Boolean }, options);

export const CountField = (options: AnswerOptions = {}): PropertyDecorator => field({ type: 'integer' }, options);

/** One of a fixed set of texts. */
export const ChoiceField = (choices: readonly string[], options: AnswerOptions = {}): PropertyDecorator =>
  field({ type: String, enum: nullableChoices(choices, options) }, options);

/** A nested answer. */
export const PartField = (part: Type<unknown>, options: AnswerOptions = {}): PropertyDecorator => field({ type: part }, options);

export const ListField = (item: Type<unknown>, options: AnswerOptions = {}): PropertyDecorator => field({ type: [item] }, options);

/** An object whose names depend on what it is about. */
export const OpenField = (options: AnswerOptions = {}): PropertyDecorator => field({ type: 'object', additionalProperties: true }, options);

/** In OpenAPI 3.0 null must be among the choices, or `nullable` says nothing. */
const nullableChoices = (choices: readonly string[], { nullable = false }: AnswerOptions): readonly (string | null)[] =>
  nullable ? [...choices, null] : choices;
