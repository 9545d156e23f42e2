import { VirtualClock, VirtualTimer } from '../../src/platform/time/virtual-clock';
import { ProbeModule, ProbeState } from './support/probe.module';
import { type Reply, type RunningServer, startServer } from './support/server';

describe('a request with an idempotency key', () => {
  let server: RunningServer;
  let probe: ProbeState;
  const clock = new VirtualClock('2026-11-20T14:35:00.000Z');
  beforeAll(async () => {
    server = await startServer({ overrides: { modules: [ProbeModule], timer: new VirtualTimer(clock) } });
    probe = server.app.nest.get(ProbeState);
  });
  beforeEach(() => {
    probe.calls = 0;
    probe.contexts = [];
    probe.gate = Promise.resolve();
  });
  afterAll(() => server.stop());

  let keys = 0;
  const newKey = (): string => `key ${++keys}`;
  const pay = (idempotencyKey: string | undefined, body: object = { amount: '5' }, key?: string): Promise<Reply> =>
    server.api(key).post('/probe/money', body, { idempotencyKey });

  it('moves money once, and repeats its answer to the byte', async () => {
    const key = newKey();
    const first = await pay(key);
    const second = await pay(key);
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-hit')).toBeNull();
    expect(second.headers.get('idempotency-hit')).toBe('true');
    expect([second.status, second.text]).toEqual([first.status, first.text]);
    expect(probe.calls).toBe(1);
  });

  it('is the same request however its JSON is laid out', async () => {
    const key = newKey();
    const first = await pay(key, { amount: '5', note: 'a' });
    const again = await server.api().request('POST', '/probe/money', { text: '{ "note":"a",\n"amount":"5" }', idempotencyKey: key });
    expect(again.text).toBe(first.text);
  });

  it('is refused where the key belongs to another request', async () => {
    const key = newKey();
    await pay(key);
    const { status, body } = await pay(key, { amount: '6' });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'idempotency.key_reused' });
    expect(probe.calls).toBe(1);
  });

  it('runs once where fifty come at the same time', async () => {
    let open = (): void => undefined;
    probe.gate = new Promise((resolve) => (open = resolve));
    const key = newKey();
    const all = Array.from({ length: 50 }, () => pay(key));
    while (probe.calls === 0) await server.api(null).get('/v1/healthz');
    open();
    const replies = await Promise.all(all);
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replies.filter(({ headers }) => headers.get('idempotency-hit') === 'true')).toHaveLength(49);
    expect(probe.calls).toBe(1);
  });

  it('is told to come again where the first takes longer than five seconds', async () => {
    let open = (): void => undefined;
    probe.gate = new Promise((resolve) => (open = resolve));
    const key = newKey();
    const first = pay(key);
    while (probe.calls === 0) await server.api(null).get('/v1/healthz');
    const before = clock.pending;
    const second = pay(key);
    while (clock.pending === before) await server.api(null).get('/v1/healthz');
    clock.advance(5000);
    const { status, headers, body } = await second;
    expect(status).toBe(409);
    expect(headers.get('retry-after')).toBe('1');
    expect(body).toMatchObject({ code: 'idempotency.in_progress' });
    open();
    expect((await first).status).toBe(201);
    expect((await pay(key)).headers.get('idempotency-hit')).toBe('true');
  });

  it('may be tried again where the first was refused', async () => {
    const key = newKey();
    expect((await pay(key, { note: 'fail' })).status).toBe(422);
    const second = await pay(key, { note: 'fail' });
    expect(second.headers.get('idempotency-hit')).toBeNull();
    expect(probe.calls).toBe(2);
  });

  it.each([undefined, '', 'x'.repeat(201)])('must have one where money moves: %s', async (key) => {
    const { status, body } = await pay(key);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ field: 'Idempotency-Key', rule: expect.any(String), received: expect.any(String) }] });
    expect(probe.calls).toBe(0);
  });

  it('shares no key with another tenant', async () => {
    const created = await server.api().post<{ key: string }>('/v1/admin/tenants', { name: 'Other' });
    const key = newKey();
    await pay(key);
    const other = await pay(key, { amount: '6' }, created.body.key);
    expect(other.status).toBe(201);
    expect(other.headers.get('idempotency-hit')).toBeNull();
  });

  it('repeats an answer without a body as well', async () => {
    const api = server.api();
    const [a, b] = [newKey(), newKey()];
    for (const hit of [null, 'true']) {
      const accepted = await api.post('/probe/accepted', undefined, { idempotencyKey: a });
      expect([accepted.status, accepted.text, accepted.headers.get('idempotency-hit')]).toEqual([202, '', hit]);
      const dropped = await api.delete('/probe/money/1', { idempotencyKey: b });
      expect([dropped.status, dropped.text, dropped.headers.get('idempotency-hit')]).toEqual([204, '', hit]);
    }
    expect(probe.calls).toBe(2);
  });

  it('is remembered after a restart', async () => {
    const first = await startServer({ overrides: { modules: [ProbeModule] } });
    const before = await first.api().post('/probe/money', { amount: '5' }, { idempotencyKey: 'lasting' });
    await first.app.close();
    const second = await startServer({ folder: first.folder, overrides: { modules: [ProbeModule] } });
    const after = await second.api().post('/probe/money', { amount: '5' }, { idempotencyKey: 'lasting' });
    expect([after.text, after.headers.get('idempotency-hit')]).toEqual([before.text, 'true']);
    await second.stop();
    await first.stop();
  });

  it('tells a new key once: the repetition says so and creates none', async () => {
    const ask = () => server.api().post('/v1/admin/tenants', { name: 'Once' }, { idempotencyKey: 'new tenant' });
    const [first, second] = [await ask(), await ask()];
    expect(first.body).toMatchObject({ key: expect.stringMatching(/^vb_/) });
    expect(second.body).toEqual({ ...first.body, key: undefined, secret_already_shown: true });
    expect(second.headers.get('idempotency-hit')).toBe('true');
    const rows = await server.app.platform.opened.sql.read("SELECT count(*) AS n FROM tenants WHERE name = 'Once'");
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('is ignored by routes that may be repeated anyway', async () => {
    const key = newKey();
    for (const amount of ['1', '2']) {
      const { status, headers } = await server.api().post('/probe/echo', { amount }, { idempotencyKey: key });
      expect([status, headers.get('idempotency-hit')]).toEqual([201, null]);
    }
  });
});
