/** A log that this release cannot read: nothing starts on it, nothing is shown or made from it as if the rest were all there is. */
import { join } from 'node:path';
import { openEventStore } from '../../src/platform/event-store/open-event-store';
import { type NewEvent, SYSTEM_LOG } from '../../src/platform/event-store/event-store.port';
import { SystemClock } from '../../src/platform/time/system-clock.adapter';
import { VirtualClock, VirtualTimer } from '../../src/platform/time/virtual-clock';
import { ok, OPENING, until } from './support/rest-world';
import { openRaw, tamper } from './support/kept-store';
import { OWNER_KEY, startServer } from './support/server';
import { expectRefusal, scratchFolders, vb, vbJson, type VbOptions } from './support/vb';

const REFUSED = 1;

const planted = (overrides: Partial<NewEvent>): NewEvent => ({
  event_id: 'planted',
  type: 'CashDeposited',
  schema_version: 1,
  ts: OPENING,
  portfolio_id: null,
  position_id: 'p1',
  instrument_id: null,
  symbol: null,
  correlation_id: 'request-1',
  causation_id: null,
  actor: 'user:u1',
  unique_key: null,
  data: '{"amount":"5","cash_account":"position:p1","currency":"USD","reason":"USER"}',
  ...overrides,
});

const appendOf = (stream: string, event: NewEvent) => ({
  log: SYSTEM_LOG,
  tenantId: 'demo',
  streams: [{ stream, expectedVersion: 'any' as const, events: [event] }],
  writes: [],
});

describe('a log that a newer release wrote to', () => {
  const folder = scratchFolders();

  /** A store of this release with one event more, its hashes as they must be. */
  async function store(event: NewEvent): Promise<VbOptions & { readonly file: string; readonly position: number }> {
    const own = folder();
    const file = join(own, 'data', 'vb.sqlite');
    const env = { DATABASE_URL: `sqlite:${file}`, VB_BOOTSTRAP_API_KEY: OWNER_KEY, PORT: '0', HOST: '127.0.0.1' };
    await vb(['migrate'], { folder: own, env });
    const opened = await openEventStore({ file, clock: new SystemClock(), onListenerError: () => undefined });
    const { position } = await opened.store.append(appendOf('position-p1', event));
    await opened.close();
    return { folder: own, env, file, position };
  }

  const heldEvents = (file: string): unknown => {
    const connection = openRaw(file);
    try {
      return connection.prepare('SELECT count(*) AS events, max(chain) AS chain FROM events').get();
    } finally {
      connection.close();
    }
  };

  it.each<readonly [string, Partial<NewEvent>, string]>([
    [
      'an event that is unknown here',
      { type: 'SharesPledged', data: '{"shares":"5"}' },
      'SharesPledged version 1, and this release knows no such event',
    ],
    ['a newer version of an event', { schema_version: 7 }, 'CashDeposited version 7, and this release knows it up to version 1'],
  ])('%s: no server starts on it, no command works on it, and it stays as it is', async (_what, event, said) => {
    const of = await store(planted(event));
    const before = heldEvents(of.file);
    const sentence = new RegExp(
      `^The event at position ${of.position} of log 1 \\(stream position-p1\\) is ${said}: a newer release wrote it\\. Start that release, or restore a backup`,
      'm',
    );
    for (const command of [['serve'], ['events', 'verify'], ['projections', 'rebuild'], ['serve']]) {
      expectRefusal(await vb(command, of), REFUSED, sentence);
    }
    expect(heldEvents(of.file)).toEqual(before);
  });

  it('an event that somebody wrote past this program: is found at the next start, too', async () => {
    const of = await store(planted({}));
    tamper(
      of.file,
      `INSERT INTO events SELECT log, position + 1, tenant_id, stream, version + 1, 'e2', 'SharesPledged', 1, ts, recorded_at, portfolio_id,
       position_id, instrument_id, symbol, correlation_id, causation_id, actor, unique_key, data, salt, leaf, chain
       FROM events ORDER BY position DESC LIMIT 1`,
    );
    expectRefusal(await vb(['serve'], of), REFUSED, /^The event at position 3 of log 1 \(stream position-p1\) is SharesPledged version 1/m);
  });

  it('an event whose data is no JSON: verification names it though every hash holds, and no table is rebuilt without it', async () => {
    const of = await store(planted({ data: '{"amount":"5"' }));
    const { code, stdout, stderr } = await vb(['events', 'verify', '--json'], of);
    expect(code).toBe(REFUSED);
    expect(JSON.parse(stdout)).toMatchObject({ firstBad: { position: of.position } });
    expect(stderr).toMatch(new RegExp(`^Log 1 is damaged from position ${of.position} on: unreadable: CashDeposited: its data is no JSON`));
    expectRefusal(
      await vb(['projections', 'rebuild'], of),
      REFUSED,
      new RegExp(
        `^The event at position ${of.position} of log 1 \\(stream position-p1\\), CashDeposited version 1, cannot be read: its data is no JSON`,
      ),
    );
  });

  it('an event of this release: everything works on it', async () => {
    const of = await store(planted({}));
    expect(await vbJson(['events', 'verify'], of)).toMatchObject({ firstBad: null });
  });
});

describe('a running server that meets what it cannot read', () => {
  it.each<readonly [string, Partial<NewEvent>, string, RegExp]>([
    ['an unknown event', { type: 'SharesPledged' }, 'events.unknown_type', /position-\S+\) is SharesPledged version 1/],
    ['no JSON', { data: 'amount: 5' }, 'events.unreadable', /CashDeposited version 1, cannot be read: its data is no JSON/],
    ['a missing field', { data: '{"amount":"5"}' }, 'events.unreadable', /cannot be read: data\.cash_account is missing/],
    [
      'an amount that is none',
      { data: '{"amount":5,"cash_account":"position:p1","currency":"USD","reason":"USER"}' },
      'events.unreadable',
      /cannot be read: amount must be a decimal string/,
    ],
  ])('%s: says which event, instead of an answer without it', async (_what, event, code, sentence) => {
    const clock = new VirtualClock(OPENING);
    const server = await startServer({ overrides: { clock } });
    try {
      const owner = server.api(OWNER_KEY);
      ok(await owner.post('/v1/instruments', { symbol: 'KO', exchange: 'XNYS', asset_type: 'EQUITY', currency: 'USD' }));
      const portfolio_id = ok(await owner.post<{ id: string }>('/v1/portfolios', { name: 'Story' })).id;
      const body = { portfolio_id, symbol: 'KO', qty: '100', cash: '10000', anchor_price: '100' };
      const { id } = ok(await owner.post<{ id: string }>('/v1/positions', body));
      const { position } = await server.app.platform.opened.store.append(
        appendOf(`position-${id}`, planted({ ...event, position_id: id })),
      );
      const isShown = code === 'events.unreadable' && event.data?.includes('"amount":5'); // no field of it is read to show it
      for (const path of [...(isShown ? [] : ['/v1/events', `/v1/positions/${id}/timeline`]), `/v1/positions/${id}?as_of=${OPENING}`]) {
        const { status, body: problem } = await owner.get<{ code: string; detail: string }>(path);
        expect([path, status, problem.code]).toEqual([path, 503, code]);
        expect(problem.detail).toContain(`The event at position ${position} of log 1 (stream position-${id})`);
        expect(problem.detail).toMatch(sentence);
      }
      const verified = await owner.post('/v1/admin/events/verify', {});
      expect(verified.body).toMatchObject({ intact: false, first_bad: { position } });
    } finally {
      await server.stop();
    }
  });

  it('is not ready any more, and says why: another process may be of a newer release', async () => {
    const clock = new VirtualClock(OPENING);
    const server = await startServer({ overrides: { clock, timer: new VirtualTimer(clock) } });
    try {
      await server.app.platform.opened.store.append(appendOf('position-p1', planted({ type: 'SharesPledged' })));
      clock.advance(10_000);
      const api = server.api(OWNER_KEY);
      const { body } = await until(
        () => api.get<{ detail: string }>('/v1/readyz'),
        ({ status }) => status === 503,
      );
      expect(body.detail).toContain('event-types: The event at position 2 of log 1 (stream position-p1) is SharesPledged version 1');
    } finally {
      await server.stop();
    }
  });
});
