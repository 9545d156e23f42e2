/** What can be wrong around the program: each mistake gets one sentence and the right exit code, and nothing is lost. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { openRaw, tamper } from './support/kept-store';
import { OWNER_KEY, apiAt } from './support/server';
import { expectRefusal, scratchFolders, startVb, vb, vbJson, type VbEnd, type VbProcess } from './support/vb';

const REFUSED = 1;
const USAGE = 2;

const EDGES = join(__dirname, '../data/synthetic/edges.csv');
const HEADER = 'date,open,high,low,close,volume';
const GOOD_BARS = [HEADER, '2024-01-02,100,100,100,100,1', '2024-01-03,99,99,99,99,1'].join('\n');

const SERVED = { VB_BOOTSTRAP_API_KEY: OWNER_KEY, PORT: '0', HOST: '127.0.0.1', VB_MARKET_DATA: 'push' };
const READY = /ready at (\S+)/;

/** Waits until it says that it serves. */
function servedAt({ child, ended }: VbProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [, url] = READY.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
    ended.then(({ code, stderr }) => reject(new Error(`it ended with ${code}: ${stderr}`)), reject);
  });
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('bad surroundings', () => {
  const folder = scratchFolders();
  const written = (name: string, content: string): string => {
    const file = join(folder(), name);
    writeFileSync(file, content);
    return file;
  };
  const replayOf = (bars: string, ...more: readonly string[]): Promise<VbEnd> =>
    vb(['replay', '--symbol', 'X', '--bars', bars, '--cash', '1000', ...more]);

  describe('for a server', () => {
    /** A store that is there already, so that nothing but the refusal is said. */
    const home = async (): Promise<string> => {
      const own = folder();
      await vb(['migrate'], { folder: own, env: SERVED });
      return own;
    };
    const eventsOf = (own: string): Promise<unknown> => vbJson(['events', 'verify'], { folder: own });

    it('a taken port: names it, proposes another, and leaves the store free for the next start', async () => {
      const own = await home();
      const before = await eventsOf(own);
      const other = createServer();
      const port = await portOf(other);
      const end = await vb(['serve'], { folder: own, env: { ...SERVED, PORT: String(port) } });
      other.close();
      expectRefusal(end, REFUSED, new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is taken by another program; .*PORT=${port + 1}$`, 'm'));
      expect(await eventsOf(own)).toEqual(before);
    });

    it('a second server on the same store: the second does not start, the first goes on undisturbed', async () => {
      const own = await home();
      const first = startVb(['serve'], { folder: own, env: SERVED });
      const api = apiAt(await servedAt(first), OWNER_KEY);
      const second = await vb(['serve'], { folder: own, env: SERVED });
      expectRefusal(second, REFUSED, /vb\.(sqlite|db) is open in another process; stop that one, or send it the command instead$/m);
      expect((await api.get('/v1/readyz')).status).toBe(200);
      expect((await api.post('/v1/portfolios', { name: 'Kept' }, { idempotencyKey: 'after-the-second' })).status).toBe(201);
      first.child.kill('SIGTERM');
      expect(await first.ended).toMatchObject({ code: 0, stderr: '' });
    });

    it('another command on the store of a running server: says how to ask that server instead', async () => {
      const own = await home();
      const server = startVb(['serve'], { folder: own, env: SERVED });
      await servedAt(server);
      const { code, stdout, stderr } = await vb(['projections', 'rebuild'], { folder: own });
      server.child.kill('SIGTERM');
      await server.ended;
      expect({ code, stdout }).toEqual({ code: REFUSED, stdout: '' });
      expect(stderr.trim().split('\n')).toEqual([
        expect.stringMatching(/is open in another process/),
        'Or ask that server: the same command with --url <its address> --key <an API key>',
      ]);
    });

    it.each([
      ['below a file', 'notes/vb.sqlite'],
      ['in a place that the system owns', '/proc/vb/vb.sqlite'],
    ])('a data folder %s that nobody can write to', async (_where, place) => {
      const own = folder();
      writeFileSync(join(own, 'notes'), 'dear diary');
      const env = { ...SERVED, DATABASE_URL: `sqlite:${place}` };
      for (const command of ['serve', 'migrate']) {
        const end = await vb([command], { folder: own, env });
        expectRefusal(
          end,
          REFUSED,
          new RegExp(`${place} cannot be written; make its folder writable or name another in DATABASE_URL$`, 'm'),
        );
      }
      expect(readFileSync(join(own, 'notes'), 'utf8')).toBe('dear diary');
    });

    it('a file that is no database: is named, and stays as it is', async () => {
      const own = folder();
      const diary = 'dear diary, '.repeat(1_000);
      writeFileSync(join(own, 'notes'), diary);
      const end = await vb(['serve'], { folder: own, env: { ...SERVED, DATABASE_URL: 'sqlite:notes' } });
      expectRefusal(end, REFUSED, /^notes is not a database of this system; name another file in DATABASE_URL$/m);
      expect(readFileSync(join(own, 'notes'), 'utf8')).toBe(diary);
    });

    it('a store of a newer version: is named with the change that is unknown here, and stays as it is', async () => {
      const own = await home();
      const file = join(own, 'newer.sqlite');
      const env = { ...SERVED, DATABASE_URL: `sqlite:${file}` };
      await vb(['migrate'], { folder: own, env });
      tamper(file, `INSERT INTO schema_migrations (timestamp, name) VALUES (9999999999999, 'Accounts9999999999999')`);
      const tables = () => {
        const connection = openRaw(file);
        const rows = connection.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY name').all();
        const events = connection.prepare('SELECT * FROM events ORDER BY position').all();
        connection.close();
        return { rows, events };
      };
      const before = tables();
      for (const command of ['serve', 'migrate']) {
        const end = await vb([command], { folder: own, env });
        expectRefusal(
          end,
          REFUSED,
          /newer\.sqlite was written by a newer version \(Accounts9999999999999\); start that version or restore a backup$/m,
        );
      }
      expect(tables()).toEqual(before);
    });

    it.each([
      ['a name that is nearly right', { VB_TYPO: '1' }, /^VB_TYPO is not a setting; did you mean VB_\w+\?/m],
      ['a value that is none', { VB_DEMO: 'maybe' }, /^VB_DEMO must be .*true.*received "maybe"/m],
      ['a port that is none', { PORT: 'http' }, /^PORT must be .*received "http"/m],
      ['a database that is none', { DATABASE_URL: 'mysql://h/d' }, /^DATABASE_URL must be sqlite:<file>.*received "mysql:\/\/h\/d"/m],
    ])('a setting with %s: says so and starts nothing', async (_what, wrong, sentence) => {
      const own = folder();
      for (const command of ['serve', 'tick']) {
        expectRefusal(await vb([command], { folder: own, env: wrong }), USAGE, sentence);
      }
    });
  });

  describe('in recorded data', () => {
    it.each([
      ['a price that is none', `${GOOD_BARS}\n2024-01-04,96,96,96,abc,1`, 'line 4 close must be a decimal above 0', 'received "abc"'],
      ['a day twice', `${GOOD_BARS}\n2024-01-03,96,96,96,96,1`, 'line 4 date must be once in the file', 'received "2024-01-03"'],
      [
        'a close above its high',
        `${GOOD_BARS}\n2024-01-04,96,97,95,98,1`,
        'line 4 close must be not above the high of 97',
        'received "98"',
      ],
      ['a line cut off', `${GOOD_BARS}\n2024-01-04,96,96`, 'line 4 row must be 6 values', 'received "2024-01-04,96,96"'],
      ['nothing in it', '', `line 1 header must be ${HEADER} or`, 'received ""'],
    ])('bars with %s: file, line, field and value are named', async (_what, content, place, received) => {
      const file = written('bars.csv', content);
      const end = await replayOf(file);
      expectRefusal(end, REFUSED, /./);
      expect(end.stderr).toContain(`${file} ${place}`);
      expect(end.stderr).toContain(received);
    });

    it('quotes with a side that is no number: file, line, field and value are named', async () => {
      const quotes = written('quotes.csv', 'ts,bid,ask,last\n2024-01-02T14:30:00Z,99,100,\n2024-01-02T14:31:00Z,99,ten,\n');
      const end = await replayOf(EDGES, '--quotes', quotes);
      expectRefusal(end, REFUSED, /line 3 ask must be a decimal, or empty; received "ten"$/m);
      expect(end.stderr).toContain(quotes);
    });

    it.each(['--bars', '--quotes', '--config'])('%s of a file that is not there', async (option) => {
      const args = option === '--bars' ? ['nowhere.csv'] : [EDGES, option, 'nowhere.csv'];
      expectRefusal(await replayOf(args[0] ?? '', ...args.slice(1)), REFUSED, /nowhere\.csv/);
    });

    it('a stretch of time without a bar', async () =>
      expectRefusal(
        await replayOf(EDGES, '--start', '2030-01-01'),
        REFUSED,
        /^bars must be a file with at least one bar from --start to --end/m,
      ));
  });

  describe('in the rules', () => {
    it.each([
      ['a name that does not exist', '{"up_treshold_pct":"3"}', /up_treshold_pct/],
      ['a threshold of zero', '{"up_threshold_pct":"0"}', /^up_threshold_pct must be a percentage above 0.*received "0"$/m],
      ['a number where text is due', '{"rebalance_ratio":1.5}', /^rebalance_ratio must be .*received 1\.5$/m],
      ['a minimum above its maximum', '{"min_stock_pct":"80"}', /min_stock_pct.*max_stock_pct/],
      ['no object', '[]', /must be .*object/],
      ['broken JSON', '{"up_threshold_pct":', /^config must be a JSON object of settings/m],
    ])('%s: is refused by name, nothing runs', async (_what, content, sentence) => {
      expectRefusal(await replayOf(EDGES, '--config', written('rules.json', content)), REFUSED, sentence);
    });
  });
});
