/** For commands whose path says everything: a body with fields in it is a mistake that must not pass unnoticed. */
import { applyDecorators } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';

/** `{}` or nothing at all. */
export class NoBodyDto {}

/** Beside a `@Body() _body: NoBodyDto` parameter: the document must not ask clients for a body. */
export const ApiNoBody = (): MethodDecorator => applyDecorators(ApiBody({ type: NoBodyDto, required: false }));
