import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OWNER_KEY, spawnServer, spawnUntilEnd } from './support/server';

const folder = (): string => mkdtempSync(join(tmpdir(), 'vb-process-'));

interface Document {
  readonly paths: Record<string, Record<string, { readonly summary?: string; readonly description?: string }>>;
}

/** One sentence for a person and no stack trace. */
const expectSentence = (stderr: string, pattern: RegExp): void => {
  expect(stderr).toMatch(pattern);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr.trim().split('\n')).toHaveLength(1);
};

describe('the process', () => {
  it('starts in an empty folder, tells the first key once and comes back with the same data', async () => {
    const home = folder();
    const env = { VB_BOOTSTRAP_API_KEY: '' };
    const first = await spawnServer({ folder: home, env });
    const key = /^vb_demo_\S+$/m.exec(first.stdout())?.[0] ?? '';
    expect((await first.api(key).get('/v1/api-keys')).status).toBe(200);
    const ended = await first.stop();
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(ended.stdout.split(key)).toHaveLength(2);
    expect(ended.stdout).not.toContain('"level":"error"');
    const second = await spawnServer({ folder: home, env });
    expect((await second.api(key).get('/v1/api-keys')).status).toBe(200);
    expect((await second.stop('SIGINT')).stdout).not.toContain('vb_demo_');
  });

  it('says of every operation what it does: the document is what clients are generated from', async () => {
    const server = await spawnServer();
    const { body } = await server.api(null).get<Document>('/docs/openapi.json');
    const operations = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary = '', description = '' }]) => ({
        route: `${method} ${path}`,
        text: summary + description,
      })),
    );
    expect(operations.length).toBeGreaterThan(40);
    expect(operations.filter(({ text }) => text === '').map(({ route }) => route)).toEqual([]);
    await server.stop();
  });

  it('logs JSON lines that hold no key', async () => {
    const server = await spawnServer();
    await server.api().get('/v1/api-keys');
    const { stdout } = await server.stop();
    const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
    const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages).toEqual(expect.arrayContaining(['request answered', 'stopping']));
    expect(stdout).not.toContain(OWNER_KEY);
  });

  it('finishes the request it is working on before it stops', async () => {
    const server = await spawnServer();
    const { port, hostname } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    const closed = new Promise((resolve) => socket.on('close', resolve));
    const head = `POST /v1/api-keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${OWNER_KEY}\r\nContent-Type: application/json\r\nContent-Length: 19\r\nExpect: 100-continue\r\n\r\n`;
    const begun = new Promise((resolve) => socket.once('data', resolve));
    socket.write(head);
    await begun;
    const ended = server.stop();
    socket.write('{"roles":["owner"]}');
    await closed;
    expect(received).toMatch(/HTTP\/1\.1 201 /);
    expect((await ended).code).toBe(0);
  });

  it('goes at once on a second signal', async () => {
    const server = await spawnServer();
    const { port, hostname } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const begun = new Promise((resolve) => socket.once('data', resolve));
    socket.on('error', () => undefined); // it is cut off, which is the point
    socket.write('POST /v1/api-keys HTTP/1.1\r\nHost: x\r\nContent-Length: 19\r\nExpect: 100-continue\r\n\r\n');
    await begun;
    const ended = server.stop();
    while (!server.stdout().includes('"stopping"')) await new Promise((resolve) => server.child.stdout?.once('data', resolve));
    server.child.kill('SIGTERM');
    expect((await ended).code).toBe(1);
  });

  it('names every wrong setting in one go and exits with 2', async () => {
    const { code, stderr } = await spawnUntilEnd({ env: { PORT: 'http', VB_TICKCRON: '* * * * *', VB_DEMO: 'maybe' } });
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(3);
    expect(stderr).toMatch(/did you mean VB_TICK_CRON/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('says which port is taken and how to choose another', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    const { code, stderr } = await spawnUntilEnd({ env: { PORT: String(port) } });
    other.close();
    expect(code).toBe(1);
    expectSentence(stderr, new RegExp(`Port ${port} of 127.0.0.1 is taken.*PORT=`));
  });

  it('does not open a store that another process holds', async () => {
    const home = folder();
    const holder = await spawnServer({ folder: home });
    const { code, stderr } = await spawnUntilEnd({ folder: home });
    expect(code).toBe(1);
    expectSentence(stderr, /open in another process/);
    expect((await holder.api().get('/v1/api-keys')).status).toBe(200);
    await holder.stop();
  });

  it('says what is wrong with a store that it cannot write, or that is no store', async () => {
    const home = folder();
    writeFileSync(join(home, 'notes'), 'dear diary, '.repeat(1000));
    const unwritable = await spawnUntilEnd({ folder: home, env: { DATABASE_URL: 'sqlite:notes/vb.sqlite' } });
    expect(unwritable.code).toBe(1);
    expectSentence(unwritable.stderr, /notes\/vb\.sqlite cannot be written/);
    const noStore = await spawnUntilEnd({ folder: home, env: { DATABASE_URL: 'sqlite:notes' } });
    expect(noStore.code).toBe(1);
    expectSentence(noStore.stderr, /not a database of this system/);
  });
});
