/** A tenant takes its history away, and somebody else checks it with nothing but the file and a key. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, type RunningServer, startServer } from './support/server';
import { vb } from './support/vb';

const SCRIPT = join(__dirname, '../../scripts/check-export.mjs');

describe("a tenant's export", () => {
  let server: RunningServer;
  let folder: string;
  let other: Api;
  let otherId: string;
  let otherKey: string;
  const file = (): string => join(folder, 'other.jsonl');
  const keyFile = (): string => join(folder, 'key.pem');
  const script = (path: string, key = keyFile()) => spawnSync(process.execPath, [SCRIPT, path, key], { encoding: 'utf8' });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vb-export-'));
    server = await startServer();
    const created = await server.api().post<{ id: string; key: string }>('/v1/admin/tenants', { name: 'Other' });
    ({ id: otherId, key: otherKey } = created.body);
    other = server.api(otherKey);
    for (const [api, names] of [
      [server.api(), ['Secret Alpha', 'Secret Beta']],
      [other, ['Mine One', 'Mine Two']],
    ] as const) {
      for (const name of names) expect((await api.post('/v1/portfolios', { name })).status).toBe(201);
    }
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('comes from the running server, whole, and passes both checks', async () => {
    const { text, headers, status } = await other.get('/v1/events/export');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    expect(text).toContain('Mine One');
    expect(text).not.toContain('Secret');
    const { body } = await other.get<{ public_key: string }>('/v1/events/public-key');
    writeFileSync(keyFile(), body.public_key);
    const exported = await vb(['events', 'export', '--out', file(), '--url', server.url, '--key', otherKey], { folder });
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    const mine = (await other.get<{ items: readonly unknown[] }>('/v1/events?limit=200')).body.items.length;
    const checked = await vb(['events', 'check', file(), '--public-key', keyFile()], { folder });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    expect(checked.stdout).toMatch(new RegExp(`^${mine} events of tenant ${otherId}, all it has among the \\d+ of log 1, unchanged`));
    expect(script(file())).toMatchObject({ status: 0, stdout: expect.stringContaining(`${mine} events of tenant ${otherId}`) });
  });

  it.each([
    ['an event changed', (text: string) => text.replace('Mine One', 'Mine 0ne'), 'do not lead to the signed head'],
    ['a line left out', (text: string) => text.split('\n').toSpliced(2, 1).join('\n'), 'is missing'],
    ['its end cut off', (text: string) => text.slice(0, text.lastIndexOf('{"statement"')), 'without its signed statement'],
  ])('with %s is refused by both', async (_what, plant, sentence) => {
    const forged = join(folder, 'forged.jsonl');
    const original = readFileSync(file(), 'utf8');
    writeFileSync(forged, plant(original));
    expect(readFileSync(forged, 'utf8')).not.toBe(original);
    const checked = await vb(['events', 'check', forged, '--public-key', keyFile()], { folder });
    expect(checked).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(sentence) });
    expect(script(forged)).toMatchObject({ status: 1, stdout: '', stderr: expect.stringContaining(sentence) });
  });

  it('says what it needs where a file is missing or is no key', async () => {
    const check = (...args: readonly string[]) => vb(['events', 'check', ...args], { folder });
    expect(await check(join(folder, 'none'), '--public-key', keyFile())).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no file'),
    });
    expect(await check(file(), '--public-key', file())).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no Ed25519 public key'),
    });
    expect(await check(file())).toMatchObject({ code: 2 });
    expect(await vb(['events', 'export', '--out', file()], { folder })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--tenant'),
    });
  });

  it('comes from the store itself where no server runs', async () => {
    const own = join(folder, 'own');
    const env = { DATABASE_URL: `sqlite:${join(own, 'vb.sqlite')}` };
    const key = await vb(['events', 'public-key'], { folder, env });
    writeFileSync(keyFile(), key.stdout);
    const out = join(folder, 'demo.jsonl');
    expect(await vb(['events', 'export', '--tenant', 'demo', '--out', out], { folder, env })).toMatchObject({ code: 0 });
    expect(script(out)).toMatchObject({ status: 0, stdout: expect.stringContaining('events of tenant demo') });
    const unknown = await vb(['events', 'export', '--tenant', 'nobody', '--out', out], { folder, env });
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('No such tenant') });
  });
});
