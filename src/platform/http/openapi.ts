/** The API document: what controllers declare, and on every operation what holds for all of them. */
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, getSchemaPath, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { IDEMPOTENCY_EXTENSION, type IdempotencyPolicy } from '../idempotency/idempotency.decorators';
import { PROBLEM_TYPE, TITLES } from './problem';
import { ProblemDto } from './problem.dto';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const CHANGING: ReadonlySet<string> = new Set(['put', 'post', 'delete', 'patch']);
const WITH_CREDENTIAL = [401, 403, 409, 422];
const ALWAYS = [400, 404, 413, 415, 500, 503];

export function buildDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Volatility Balancing')
    .setDescription(
      'Balances positions around an anchor price. Amounts are decimal strings, instants UTC; the tenant follows from the key.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key' })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    extraModels: [ProblemDto],
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation) complete(operation, method);
    }
  }
  return document;
}

export function serveDocument(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    jsonDocumentUrl: 'docs/openapi.json',
    customSiteTitle: 'Volatility Balancing',
  });
}

function complete(operation: Operation, method: string): void {
  const isPublic = operation.security === undefined;
  for (const status of isPublic ? ALWAYS : [...ALWAYS, ...WITH_CREDENTIAL]) {
    const declared = operation.responses[status];
    const description = declared && 'description' in declared && declared.description ? declared.description : (TITLES[status] ?? '');
    operation.responses[status] = { description, content: { [PROBLEM_TYPE]: { schema: { $ref: getSchemaPath(ProblemDto) } } } };
  }
  const policy = (operation as unknown as Readonly<Record<string, IdempotencyPolicy | undefined>>)[IDEMPOTENCY_EXTENSION] ?? 'optional';
  if (isPublic || !CHANGING.has(method) || policy === 'none') return;
  operation.parameters = [
    ...(operation.parameters ?? []),
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: policy === 'required',
      description:
        'Your own text, new for each request. Sent again with the same body it replays the first answer with Idempotency-Hit: true.',
      schema: { type: 'string', minLength: 1, maxLength: 200 },
    },
  ];
}
