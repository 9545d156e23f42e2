import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWNER_KEY, type RunningServer, startServer } from './support/server';

describe('tenancy', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  const newTenant = async (name: string): Promise<string> => {
    const { status, body } = await server.api().post<{ key: string }>('/v1/admin/tenants', { name });
    expect(status).toBe(201);
    return body.key;
  };

  it('lets nobody in without a key, or with a wrong one', async () => {
    for (const key of [null, 'wrong-key-wrong-key', `${OWNER_KEY}x`, '']) {
      const { status, headers, body } = await server.api(key).get('/v1/api-keys');
      expect(status).toBe(401);
      expect(body).toMatchObject({ code: 'auth.key_invalid', status: 401 });
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('takes nothing but a bearer key', async () => {
    const { status } = await server.api(null).get('/v1/api-keys', { headers: { authorization: `Basic ${OWNER_KEY}` } });
    expect(status).toBe(401);
  });

  it('says once who the first owner is, and does not repeat a key it was given', () => {
    expect(server.announced).toHaveLength(1);
    expect(server.announced.join()).toContain('tenant demo');
    expect(server.announced.join()).not.toContain(OWNER_KEY);
  });

  it('gives a new tenant a key that works at once, and sees its own keys only', async () => {
    const acme = server.api(await newTenant('Acme'));
    const { status, body } = await acme.get<{ items: readonly { label: string; roles: readonly string[] }[] }>('/v1/api-keys');
    expect(status).toBe(200);
    expect(body.items).toEqual([expect.objectContaining({ label: 'first key', roles: ['owner'], revoked_at: null })]);
  });

  it('lets no ordinary owner create tenants', async () => {
    const acme = server.api(await newTenant('Acme'));
    const { status, body } = await acme.post('/v1/admin/tenants', { name: 'Mine' });
    expect(status).toBe(403);
    expect(body).toMatchObject({ code: 'auth.role_missing' });
  });

  it('lets no owner make a platform admin', async () => {
    const acme = server.api(await newTenant('Acme'));
    const { status, body } = await acme.post('/v1/api-keys', { roles: ['platform_admin'] });
    expect(status).toBe(403);
    expect(body).toMatchObject({ code: 'api_key.role_not_yours' });
  });

  it('refuses a revoked key from the next request on, and forgives revoking twice', async () => {
    const acme = server.api(await newTenant('Acme'));
    const issued = await acme.post<{ id: string; key: string }>('/v1/api-keys', { roles: ['owner'], label: 'laptop' });
    expect(issued.status).toBe(201);
    const laptop = server.api(issued.body.key);
    expect((await laptop.get('/v1/api-keys')).status).toBe(200);
    expect((await acme.delete(`/v1/api-keys/${issued.body.id}`)).status).toBe(204);
    expect((await laptop.get('/v1/api-keys')).status).toBe(401);
    expect((await acme.delete(`/v1/api-keys/${issued.body.id}`)).status).toBe(204);
  });

  it('does not lock an owner out', async () => {
    const acme = server.api(await newTenant('Acme'));
    const { body } = await acme.get<{ items: readonly { id: string }[] }>('/v1/api-keys');
    const refused = await acme.delete(`/v1/api-keys/${body.items[0]?.id}`);
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ code: 'api_key.last_owner' });
  });

  it('answers the same bytes for a foreign id as for one that never was', async () => {
    const [acme, other] = [server.api(await newTenant('Acme')), server.api(await newTenant('Other'))];
    const { body } = await other.get<{ items: readonly { id: string }[] }>('/v1/api-keys');
    const foreign = await acme.delete(`/v1/api-keys/${body.items[0]?.id}`);
    const unknown = await acme.delete('/v1/api-keys/0000000000000000');
    expect(foreign.status).toBe(404);
    expect(foreign.text).toBe(unknown.text);
  });

  it('keeps no key anywhere in its files, and no address in its events', async () => {
    const created = await server.api().post<{ key: string }>('/v1/admin/tenants', { name: 'Secretive', owner_email: 'ann@example.com' });
    const events = await server.app.platform.opened.store.readAll({ log: 1, limit: 1000 });
    const recorded = JSON.stringify(events);
    expect(recorded).toContain('Secretive');
    expect(recorded).not.toContain('ann@example.com');
    const entries = readdirSync(server.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const files = entries.map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    for (const key of [created.body.key, OWNER_KEY]) expect(files.some((bytes) => bytes.includes(key))).toBe(false);
    const profiles = await server.app.platform.opened.sql.read('SELECT email FROM user_profiles WHERE email IS NOT NULL');
    expect(profiles).toEqual([{ email: 'ann@example.com' }]);
  });

  it('pages through keys without losing or repeating one', async () => {
    const acme = server.api(await newTenant('Acme'));
    for (let i = 0; i < 4; i++) await acme.post('/v1/api-keys', { roles: ['owner'], label: `key ${i}` });
    const labels: string[] = [];
    let path: string | null = '/v1/api-keys?limit=2';
    while (path !== null) {
      const { body }: { body: { items: readonly { label: string }[]; next_cursor: string | null } } = await acme.get(path);
      labels.push(...body.items.map(({ label }) => label));
      path = body.next_cursor === null ? null : `/v1/api-keys?limit=2&cursor=${body.next_cursor}`;
    }
    expect(labels.sort()).toEqual(['first key', 'key 0', 'key 1', 'key 2', 'key 3']);
  });

  it('knows its tenants and keys after a restart', async () => {
    const first = await startServer();
    const { body } = await first.api().post<{ key: string }>('/v1/admin/tenants', { name: 'Lasting' });
    await first.app.close();
    const second = await startServer({ folder: first.folder });
    expect(second.announced).toEqual([]);
    expect((await second.api(body.key).get('/v1/api-keys')).status).toBe(200);
    expect((await second.api().get('/v1/api-keys')).status).toBe(200);
    await second.stop();
    await first.stop();
  });

  it('draws a key where none is given, and tells it once', async () => {
    const drawn = await startServer({ env: { VB_BOOTSTRAP_API_KEY: '' } });
    const key = drawn.announced.at(-1) ?? '';
    expect(key).toMatch(/^vb_demo_[\w-]{43}$/);
    expect((await drawn.api(key).get('/v1/api-keys')).status).toBe(200);
    await drawn.stop();
  });
});
