import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Controller, Get, Module } from '@nestjs/common';
import { createLogger } from '../../src/platform/observability/pino-log.adapter';
import { ProbeModule } from './support/probe.module';
import { type Api, type RunningServer, startServer } from './support/server';

describe('a request', () => {
  let server: RunningServer;
  let api: Api;
  let log = '';
  beforeAll(async () => {
    const logger = createLogger('info', { write: (line: string) => void (log += line) });
    server = await startServer({ overrides: { modules: [ProbeModule], logger } });
    api = server.api();
  });
  afterAll(() => server.stop());
  const echo = (text: string, headers: Record<string, string> = {}) => api.request('POST', '/probe/echo', { text, headers });

  it('carries its id through answer, problem and log', async () => {
    const given = await api.get('/probe/fail/rule', { headers: { 'x-request-id': 'order-7' } });
    expect(given.headers.get('x-request-id')).toBe('order-7');
    expect(given.body).toMatchObject({ request_id: 'order-7' });
    expect(log).toContain('"request_id":"order-7"');
    const drawn = await api.get('/probe/public', { headers: { 'x-request-id': 'forged "id"' } });
    expect(drawn.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['rule', 422, 'probe.refused'],
    ['missing', 404, 'not_found'],
    ['conflict', 409, 'probe.conflict'],
    ['away', 503, 'probe.away'],
    ['teapot', 418, 'http.418'],
    ['bug', 500, 'internal'],
    ['text', 500, 'internal'],
  ])('that fails by %s gets %i as a problem with a code', async (how, status, code) => {
    const reply = await api.get(`/probe/fail/${how}`);
    expect(reply.status).toBe(status);
    expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(reply.body).toMatchObject({ type: `urn:problem:${code}`, status, code, title: expect.any(String), detail: expect.any(String) });
    if (status === 409 || status === 503) expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('that meets a fault of ours learns nothing of it but an id, under which the log has the stack', async () => {
    const { text } = await api.get('/probe/fail/bug', { headers: { 'x-request-id': 'bug-1' } });
    expect(text).not.toContain('undefined is not a function');
    expect(log).toMatch(/"request_id":"bug-1".*undefined is not a function.*probe\.module/);
    expect(log).not.toContain('secretsecret');
  });

  it('leaves no credential in the log', async () => {
    await server.api('canary-canary-canary').get('/v1/api-keys');
    await api.get('/v1/api-keys');
    expect(log).toContain('/v1/api-keys');
    expect(log).not.toContain('canary-canary');
    expect(log).not.toMatch(/authorization/i);
  });

  it('for a route that does not exist is told so', async () => {
    const { status, body } = await api.get('/v1/nothing');
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'http.no_such_route', instance: '/v1/nothing' });
  });

  it.each(['{"amount":', '{amount:1}', "{'amount':1}", '{"a":1}x', '\u0000'])('with the body %j is refused as JSON', async (text) => {
    const { status, body } = await echo(text);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'json.invalid' });
  });

  it.each([
    '{"amount":"1","amount":"100"}',
    '{"__proto__":{"amount":"1"}}',
    '{"constructor":{"prototype":{}}}',
    `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    `{"list":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    '{"amount":1e400}',
    '{"amount":{"$gt":""}}',
    '{"note":5,"hasOwnProperty":1}',
    '[]',
    'null',
    '"text"',
    '5',
  ])('with a trap in its body is refused by name, never a fault of ours: %.60s', async (text) => {
    const { status, body } = await echo(text);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [expect.objectContaining({ field: expect.any(String), rule: expect.any(String) })] });
  });

  it('names every refused field with rule and value', async () => {
    const { status, body } = await echo('{"amount":5,"note":7,"colour":"red"}');
    expect(status).toBe(400);
    const { errors } = body as unknown as { errors: readonly { field: string; received: string }[] };
    expect(errors.map(({ field, received }) => `${field}=${received}`).sort()).toEqual(['amount=5', 'colour="red"', 'note=7']);
  });

  it('larger than 1 MiB is refused, packed or not', async () => {
    const large = JSON.stringify({ note: 'x'.repeat(1024 * 1024) });
    expect((await echo(large)).body).toMatchObject({ status: 413, code: 'http.too_large' });
    const bomb = gzipSync(JSON.stringify({ note: 'x'.repeat(64 * 1024 * 1024) }));
    const headers = {
      authorization: 'Bearer owner-key-of-the-first-tenant',
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    };
    const response = await fetch(`${server.url}/probe/echo`, { method: 'POST', headers, body: bomb });
    expect(response.status).toBe(413);
  });

  it('packed badly is refused', async () => {
    for (const [encoding, status] of [
      ['gzip', 400],
      ['br', 400],
      ['deflate', 400],
      ['zip', 415],
    ] as const) {
      expect((await echo('{"amount":"5"}', { 'content-encoding': encoding })).status).toBe(status);
    }
  });

  it('that is no JSON is told what to send', async () => {
    const { status, body } = await echo('amount=5', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(status).toBe(415);
    expect(body).toMatchObject({ code: 'http.unsupported_media_type', detail: expect.stringContaining('application/json') });
  });

  it.each(['/probe/page?limit=201', '/probe/page?limit=1&limit=2', '/probe/page?__proto__=1', '/probe/page?colour=red', '/probe/fail/%ff'])(
    'with a bad address is refused: %s',
    async (path) => {
      expect((await api.get(path)).status).toBe(400);
    },
  );

  it('with odd ids gets the 404 of any unknown id', async () => {
    const unknown = await api.delete('/v1/api-keys/unknown');
    for (const id of ['%00', '..%2f..', "'%20OR%201=1--", '%F0%9F%92%A9', 'x'.repeat(5000)]) {
      expect((await api.delete(`/v1/api-keys/${id}`)).text).toBe(unknown.text);
    }
  });

  it('finds what it is told to find: the document, with every operation complete', async () => {
    const { body } = await server
      .api(null)
      .get<{ paths: Record<string, Record<string, { responses: object; security?: object }>> }>('/docs/openapi.json');
    const operations = Object.values(body.paths).flatMap((path) => Object.values(path));
    expect(operations.length).toBeGreaterThan(5);
    for (const { responses } of operations) expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '500', '503']));
    expect(body.paths['/v1/healthz']?.['get']?.security).toBeUndefined();
    expect(body.paths['/v1/api-keys']?.['get']?.security).toBeDefined();
    expect((await server.api(null).get('/docs')).status).toBe(200);
  });

  it('asks for health without a key', async () => {
    expect((await server.api(null).get('/v1/healthz')).body).toEqual({ status: 'ok' });
    expect((await server.api(null).get('/v1/readyz')).body).toEqual({ status: 'ready' });
  });

  it('is not sent when the process goes down: readiness says so', async () => {
    const other = await startServer();
    other.app.platform.shutdown.begin();
    const { status, body } = await other.api(null).get('/v1/readyz');
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'health.not_ready', detail: expect.stringContaining('shutting down') });
    await other.stop();
  });

  it('that was begun is finished when the process stops', async () => {
    const other = await startServer();
    const { port, hostname } = new URL(other.url);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    const ended = new Promise((resolve) => socket.on('close', resolve));
    const body = '{"roles":["owner"]}';
    const head = `POST /v1/api-keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer owner-key-of-the-first-tenant\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    await new Promise<void>((resolve) => socket.write(`${head}${body.slice(0, 5)}`, () => resolve()));
    await other.api(null).get('/v1/healthz');
    const stopping = other.stop();
    socket.write(body.slice(5));
    await Promise.all([stopping, ended]);
    expect(received).toMatch(/^HTTP\/1\.1 201 /);
  });
});

@Controller('open-to-whom')
class UndeclaredController {
  @Get() list(): object {
    return {};
  }
}

@Module({ controllers: [UndeclaredController] })
class UndeclaredModule {}

it('a route that does not say who may call it stops the start', async () => {
  await expect(startServer({ overrides: { modules: [UndeclaredModule] } })).rejects.toThrow(/UndeclaredController\.list/);
});

it('a process without the api role answers health and nothing else', async () => {
  const server = await startServer({ env: { VB_ROLES: 'worker' } });
  expect((await server.api().get('/v1/healthz')).status).toBe(200);
  expect((await server.api().get('/v1/api-keys')).body).toMatchObject({ status: 503, code: 'http.not_served' });
  await server.stop();
});
