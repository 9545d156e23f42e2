/** How a route treats `Idempotency-Key`: by default it may be sent with every POST, PATCH, PUT and DELETE. */
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

export type IdempotencyPolicy = 'required' | 'optional' | 'none';

export const IDEMPOTENCY = 'vb:idempotency';
/** The same in the API document, from which the header's description is made. */
export const IDEMPOTENCY_EXTENSION = 'x-idempotency';

const declare = (policy: IdempotencyPolicy) =>
  applyDecorators(SetMetadata(IDEMPOTENCY, policy), ApiExtension(IDEMPOTENCY_EXTENSION, policy));

/** Money moves, so a repeated request must be told from a second one: the header is required. */
export const MovesMoney = () => declare('required');

/** Repeating is harmless by itself (quotes, ticks): the header is ignored. */
export const NoIdempotency = () => declare('none');
