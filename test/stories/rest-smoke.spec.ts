import { type RunningServer, startServer } from './support/server';

describe('smoke', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());
  it('lists routes', async () => {
    const doc = await server.api().get<{ paths: Record<string, Record<string, { responses: Record<string, unknown>; parameters?: unknown }>> }>('/docs/openapi.json');
    for (const [path, methods] of Object.entries(doc.body.paths)) {
      for (const [method, op] of Object.entries(methods)) process.stdout.write(`${method} ${path} ${Object.keys(op.responses).join(',')}\n`);
    }
    require('fs').writeFileSync('/tmp/openapi.json', doc.text);
  });
});
