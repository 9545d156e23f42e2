/** The command line as people and scripts use it: exit codes, JSON, the calendar, ticks by hand, a replay cut off. */
import { mkdtempSync, readdirSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRaw } from './support/kept-store';
import { OWNER_KEY, startServer } from './support/server';
import { inPairs, scratchFolders, startVb, vb, type VbEnd, vbJson, type VbOptions } from './support/vb';

const DATA = join(__dirname, '../data');
const EDGES = join(DATA, 'synthetic/edges.csv');
const shortReplay = ['replay', '--symbol', 'X', '--bars', EDGES, '--cash', '100000', '--stock-pct', '50', '--end', '2024-01-03'];

/** Runs each command line once in an empty folder, before the tests of its group look at how it ended. */
function runAll(commands: readonly (readonly string[])[]): (index: number) => VbEnd {
  const home = mkdtempSync(join(tmpdir(), 'vb-all-'));
  let ends: readonly VbEnd[] = [];
  beforeAll(async () => {
    ends = await inPairs(commands, (args) => vb(args, { folder: mkdtempSync(join(home, 'run-')) }));
  }, 180_000);
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  return (index) => {
    const end = ends[index];
    if (!end) throw new Error(`vb ${commands[index]?.join(' ') ?? ''} did not run`);
    return end;
  };
}

describe('vb', () => {
  const folder = scratchFolders();

  describe('ends with a code that scripts can rely on', () => {
    const cases: readonly (readonly [string, readonly string[], number])[] = [
      ['0 after help', ['--help'], 0],
      ['0 after help of a command', ['replay', '--help'], 0],
      ['0 when the work is done', ['calendar', '2024-07-03'], 0],
      ['1 where the data say no', ['projections', 'rebuild', 'nothing'], 1],
      ['1 where no such stream is parked', ['subscriptions', 'redrive', '1:demo:send-orders:order-1'], 1],
      ['1 where an id is none', ['subscriptions', 'discard', 'order-1'], 1],
      ['2 without a command', [], 2],
      ['2 for a command that does not exist', ['trade'], 2],
      ['2 for an option that does not exist', ['tick', '--fast'], 2],
      ['2 for an option without its value', ['tick', '--at'], 2],
      ['2 without what a command needs', ['replay', '--symbol', 'KO'], 2],
      ['2 for a part of a command that does not exist', ['events', 'delete'], 2],
      ['2 for an amount that is none', [...shortReplay.slice(0, 5), '--cash', 'abc'], 2],
      ['2 for a date that does not exist', ['calendar', '2024-13-01'], 2],
      ['2 for a dry run through a server', ['tick', '--dry-run', '--url', 'http://127.0.0.1:9'], 2],
      ['2 for a role that does not exist', ['serve', '--roles', 'api,boss'], 2],
    ];
    const ends = runAll(cases.map(([, args]) => args));

    it.each(cases.map(([what, , expected], index) => [what, expected, index] as const))('%s', (_what, expected, index) => {
      const { code, stdout, stderr } = ends(index);
      expect(code).toBe(expected);
      expect(expected === 0 ? stdout : stderr).toMatch(/\S/);
      expect(stderr).not.toMatch(/^\s+at /m);
      if (expected !== 0) expect(stdout).toBe('');
    });
  });

  describe('with --json', () => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['tick', ['tick']],
      ['tick --dry-run', ['tick', '--dry-run']],
      ['projections list', ['projections', 'list']],
      ['projections rebuild', ['projections', 'rebuild']],
      ['projections verify', ['projections', 'verify']],
      ['events verify', ['events', 'verify']],
      ['subscriptions list', ['subscriptions', 'list']],
      ['subscriptions parked', ['subscriptions', 'parked']],
      ['calendar', ['calendar', '2024-07-03']],
      ['replay', shortReplay],
    ];
    const ends = runAll(cases.map(([, args]) => [...args, '--json']));

    it.each(cases.map(([name], index) => [name, index] as const))(
      'prints JSON and nothing else, on a store that is still empty: %s',
      (_name, index) => {
        const { code, stdout } = ends(index);
        expect([code, JSON.parse(stdout)]).toEqual([0, expect.any(Object)]);
      },
    );

    it('tells the first key beside the JSON, so that nobody is locked out', async () => {
      const { stderr } = await vb(['projections', 'list', '--json'], { folder: folder() });
      expect(stderr).toMatch(/^vb_demo_\S+$/m);
    });
  });

  it('prints a replay as a table for people', async () => {
    const { code, stdout } = await vb(shortReplay);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^bars +2$/m);
    expect(stdout).toMatch(/^equity +99495$/m);
    expect(stdout).toMatch(/^buy and hold +.*-1\.00 %$/m);
  });

  describe('calendar', () => {
    interface Day {
      readonly date: string;
      readonly pre_open: string;
      readonly open: string;
      readonly close: string;
      readonly post_close: string;
      readonly early_close: boolean;
    }
    const days = (...args: readonly string[]): Promise<readonly Day[]> => vbJson<readonly Day[]>(['calendar', ...args]);

    it('closes early on the day before Independence Day, and not at all on it', async () =>
      expect(await days('2024-07-03', '2024-07-05')).toEqual([
        {
          date: '2024-07-03',
          pre_open: '2024-07-03T08:00:00.000Z',
          open: '2024-07-03T13:30:00.000Z',
          close: '2024-07-03T17:00:00.000Z',
          post_close: '2024-07-03T21:00:00.000Z',
          early_close: true,
        },
        {
          date: '2024-07-05',
          pre_open: '2024-07-05T08:00:00.000Z',
          open: '2024-07-05T13:30:00.000Z',
          close: '2024-07-05T20:00:00.000Z',
          post_close: '2024-07-06T00:00:00.000Z',
          early_close: false,
        },
      ]));

    it.each([
      ['spring', '2024-03-07', '2024-03-11', ['2024-03-07T14:30', '2024-03-08T14:30', '2024-03-11T13:30']],
      ['autumn', '2024-10-31', '2024-11-04', ['2024-10-31T13:30', '2024-11-01T13:30', '2024-11-04T14:30']],
    ])('opens at half past nine in New York before and after the clocks change in %s', async (_season, from, to, opens) =>
      expect((await days(from, to)).map(({ open }) => open.slice(0, 16))).toEqual(opens),
    );

    it('knows Saturday only where the exchange never closes', async () => {
      expect(await days('2024-07-06')).toEqual([]);
      expect((await days('2024-07-06', '--exchange', '24X7')).map(({ date }) => date)).toEqual(['2024-07-06']);
    });

    it('prints columns in their order for people', async () => {
      const { stdout } = await vb(['calendar', '2024-07-03']);
      const [head, row, ...others] = stdout.trim().split('\n');
      expect(head?.split(/ +/)).toEqual(['date', 'pre_open', 'open', 'close', 'post_close', 'early_close']);
      expect(row).toMatch(/^2024-07-03 +2024-07-03T08:00:00\.000Z .* true$/);
      expect(others).toEqual([]);
    });
  });

  describe('tick', () => {
    interface Tick {
      readonly tick_id: string;
      readonly status: string;
      readonly evaluated: number;
      readonly orders: number;
    }
    const MARKET = { VB_MARKET_DATA: 'push', DATABASE_URL: 'sqlite:vb.sqlite', VB_BOOTSTRAP_API_KEY: OWNER_KEY };

    /** 500 shares and 50 000 in cash around an anchor of 100, quoted 103: a sale of 47.837699 by the formula. */
    async function withPosition(): Promise<VbOptions & { readonly folder: string; readonly position: string }> {
      const own = folder();
      const server = await startServer({ folder: own });
      const api = server.api();
      const post = async (path: string, body: object): Promise<string> => {
        const { status, body: answer, text } = await api.post(path, body, { idempotencyKey: `set-up-${path}` });
        if (status >= 300) throw new Error(`${path} answered ${status}: ${text}`);
        return String(answer['id']);
      };
      await post('/v1/instruments', { symbol: 'COIN', exchange: '24X7', asset_type: 'CRYPTO', currency: 'USD' });
      const portfolio = await post('/v1/portfolios', { name: 'Ticked by hand' });
      const holding = { symbol: 'COIN', qty: '500', cash: '50000', anchor_price: '100', avg_cost: '100' };
      const position = await post('/v1/positions', { portfolio_id: portfolio, ...holding });
      await post('/v1/quotes', { symbol: 'COIN', bid: '103', ask: '103' });
      await server.stop();
      return { folder: own, env: MARKET, position };
    }

    function read(own: string, sql: string): unknown {
      const connection = openRaw(join(own, 'vb.sqlite'));
      try {
        return connection.prepare(sql).pluck().all();
      } finally {
        connection.close();
      }
    }
    const SHARES = `SELECT json_extract(state, '$.qty') FROM positions`;
    const EVENTS = 'SELECT count(*) FROM events';

    it('evaluates the position, places its order and sees the fill through before it ends', async () => {
      const of = await withPosition();
      expect(await vbJson<Tick>(['tick'], of)).toMatchObject({ status: 'completed', evaluated: 1, orders: 1 });
      expect(read(of.folder, 'SELECT status FROM orders')).toEqual(['FILLED']);
      expect(read(of.folder, SHARES)).toEqual(['452.162301']);
    });

    it('evaluates the same instant once, however often it is asked', async () => {
      const of = await withPosition();
      const at = ['tick', '--at', '2026-11-20T14:35:00.000Z'];
      expect(await vbJson<Tick>(at, of)).toMatchObject({ tick_id: '2026-11-20T14:35:00.000Z', evaluated: 1, orders: 1 });
      const events = read(of.folder, EVENTS);
      expect(await vbJson<Tick>(at, of)).toMatchObject({ status: 'already_completed' });
      expect(read(of.folder, EVENTS)).toEqual(events);
    });

    it('with --dry-run says what would be done and records nothing', async () => {
      const of = await withPosition();
      const [events, shares] = [read(of.folder, EVENTS), read(of.folder, SHARES)];
      expect(await vbJson(['tick', '--dry-run'], of)).toEqual([
        { tenant: 'demo', position: of.position, symbol: 'COIN', action: 'SELL', reason: 'TRIGGER_SELL' },
      ]);
      expect(read(of.folder, EVENTS)).toEqual(events);
      expect(read(of.folder, 'SELECT count(*) FROM orders')).toEqual([0]);
      expect(read(of.folder, SHARES)).toEqual(shares);
    });

    it('asks the running server with --url and --key, and passes on what it refuses', async () => {
      const of = await withPosition();
      const server = await startServer({ folder: of.folder });
      const remote = ['tick', '--url', server.url, '--key'];
      expect(await vbJson<Tick>([...remote, OWNER_KEY], of)).toMatchObject({ status: 'completed', evaluated: 1, orders: 1 });
      const refused = await vb([...remote, 'somebody-elses-key'], of);
      await server.stop();
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(refused.stderr).toMatch(/key/i);
      const gone = await vb([...remote, OWNER_KEY], of);
      expect([gone.code, gone.stdout]).toEqual([1, '']);
      expect(gone.stderr).toContain(`No server answers at ${server.url}`);
    });
  });

  describe('replay', () => {
    it('leaves nothing behind when it is done', async () => {
      const own = folder();
      expect((await vb(shortReplay, { env: { TMPDIR: own } })).code).toBe(0);
      expect(readdirSync(own)).toEqual([]);
    });

    it('leaves nothing behind when it is cut off, prints no half result, and says so', async () => {
      const own = folder();
      const began = new Promise<void>((resolve) => {
        const watcher = watch(own, () => {
          watcher.close();
          resolve();
        });
      });
      const bars = ['--bars', join(DATA, 'daily/KO.csv'), '--cash', '100000', '--stock-pct', '50', '--json'];
      const { child, ended } = startVb(['replay', '--symbol', 'KO', ...bars], { env: { TMPDIR: own } });
      await began;
      child.kill('SIGINT');
      expect(await ended).toMatchObject({
        code: 1,
        stdout: '',
        stderr: 'Cancelled; nothing was kept. Run it again for the whole result.\n',
      });
      expect(readdirSync(own)).toEqual([]);
    });
  });
});
