/** Announcements over REST: who may say what, input that cannot be right, and what a provider says that waits for a person. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Json, type Listed, newKey, ok, startWorld, type World } from './support/rest-world';
import type { Api } from './support/server';

interface Refused {
  readonly field: string;
  readonly rule: string;
  readonly received: string;
}

describe('announcements', () => {
  let world: World;
  let stranger: Api;
  let folder: string;
  let shared: string;
  const dividend: Json = { symbol: 'KO', ex_date: '2026-11-24', amount_per_share: '0.5', pay_date: '2026-12-15' };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vb-announced-'));
    world = await startWorld({ roles: 'api', env: { VB_ANNOUNCEMENTS: 'csv', VB_MARKET_DATA_CSV: folder } });
    stranger = (await world.newTenant()).api;
    shared = String(ok(await world.owner.post('/v1/dividends/announce', dividend))['id']);
  });
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const items = async (api: Api, path: string): Promise<readonly Json[]> => ok(await api.get<Listed>(path)).items;

  const DIVIDEND = '/v1/dividends/announce';
  const SPLIT = '/v1/splits/announce';
  const CHANGE = '/v1/corporate-actions/announce';
  const PAY = '/v1/dividends/pay';
  it.each<readonly [string, string, Json, Partial<Refused>]>([
    ['POST', DIVIDEND, { ...dividend, amount_per_share: '0' }, { field: 'amount_per_share', received: '"0"' }],
    ['POST', DIVIDEND, { ...dividend, amount_per_share: 0.5 }, { field: 'amount_per_share', received: '0.5' }],
    ['POST', DIVIDEND, { ...dividend, amount_per_share: undefined }, { field: 'amount_per_share', received: 'nothing' }],
    ['POST', DIVIDEND, { ...dividend, ex_date: '2026-02-30' }, { field: 'ex_date', rule: 'a date such as 2026-11-20' }],
    ['POST', DIVIDEND, { ...dividend, ex_date: undefined }, { field: 'ex_date', received: 'nothing' }],
    ['POST', DIVIDEND, { ...dividend, pay_date: 'soon' }, { field: 'pay_date', received: '"soon"' }],
    ['POST', DIVIDEND, { ...dividend, currency: 'usd' }, { field: 'currency', rule: 'a currency code such as USD' }],
    ['POST', DIVIDEND, { ...dividend, withholding_tax_pct: '101' }, { field: 'withholding_tax_pct', received: '"101"' }],
    ['POST', DIVIDEND, { ...dividend, sequence: 0 }, { field: 'sequence', received: '0' }],
    ['POST', DIVIDEND, { ...dividend, symbol: 'NOPE' }, { field: 'symbol', received: '"NOPE"' }],
    ['POST', DIVIDEND, { ...dividend, ratio: '2:1' }, { field: 'ratio' }],
    ['POST', DIVIDEND, { ...dividend, tenant_id: 'system' }, { field: 'tenant_id' }],
    ['POST', SPLIT, { symbol: 'KO', ex_date: '2026-11-24', ratio: 'seven' }, { field: 'ratio', received: '"seven"' }],
    ['POST', SPLIT, { symbol: 'KO', ex_date: '2026-11-24', ratio: '0:1' }, { field: 'ratio', received: '"0:1"' }],
    [
      'POST',
      SPLIT,
      { symbol: 'KO', ex_date: '2026-11-24', ratio: '3:3' },
      { field: 'ratio', rule: 'other than 1:1, which changes nothing' },
    ],
    ['POST', SPLIT, { symbol: 'KO', ex_date: '2026-11-24' }, { field: 'ratio', received: 'nothing' }],
    ['POST', CHANGE, { symbol: 'KO', ex_date: '2026-11-24', type: 'SPLIT' }, { field: 'type', received: '"SPLIT"' }],
    ['POST', PAY, {}, { field: 'corporate_action_id', received: 'nothing' }],
    ['POST', PAY, { corporate_action_id: 'x', fx_rate: '0' }, { field: 'fx_rate', received: '"0"' }],
    ['POST', PAY, { corporate_action_id: 'x', paid_on: '15.12.2026' }, { field: 'paid_on', received: '"15.12.2026"' }],
    ['GET', '/v1/corporate-actions?status=DOUBTFUL', {}, { field: 'status', received: '"DOUBTFUL"' }],
    ['GET', '/v1/corporate-actions?scope=mine', {}, { field: 'scope', received: '"mine"' }],
    ['GET', '/v1/corporate-actions?from=yesterday', {}, { field: 'from', received: '"yesterday"' }],
    ['GET', '/v1/dividends?status=OPEN', {}, { field: 'status', received: '"OPEN"' }],
    ['GET', '/v1/dividends/upcoming?to=2026', {}, { field: 'to', received: '"2026"' }],
    ['GET', '/v1/dividends/receivables?status=PAID', {}, { field: 'status' }],
  ])('%s %s is refused with %j: field, rule and what was received', async (method, path, body, expected) => {
    const head = await world.head();
    const reply = await world.owner.request(method, path, { ...(method === 'GET' ? {} : { body }), idempotencyKey: newKey() });
    const [refused, ...others] = reply.body['errors'] as readonly Refused[];
    expect([reply.status, others]).toEqual([400, []]);
    expect(refused).toMatchObject({ rule: expect.any(String) as string, received: expect.any(String) as string, ...expected });
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(await world.head()).toBe(head);
  });

  it('for a year that no calendar knows are refused, and say which dates can be', async () => {
    const { status, body } = await world.owner.post(DIVIDEND, { ...dividend, ex_date: '2199-01-02' });
    expect([status, body['code']]).toEqual([422, 'announcement.unknown_day']);
    expect(body['detail']).toBe('The calendar of XNYS does not know the sessions around 2199-01-02; use a date within its years');
  });

  it('of nothing accrued pay nothing: an id that never was, and one whose ex-date is to come, are both not there', async () => {
    const asked = await Promise.all(
      [shared, 'never'].map((id) => world.owner.post(PAY, { corporate_action_id: id }, { idempotencyKey: newKey() })),
    );
    expect(asked.map(({ status, body }) => [status, body['code']])).toEqual([
      [404, 'not_found'],
      [404, 'not_found'],
    ]);
    expect(asked[0]?.text).toBe(asked[1]?.text);
  });

  it("of everybody are read by every tenant and changed by the platform's admin alone", async () => {
    expect(await items(stranger, '/v1/corporate-actions')).toMatchObject([{ id: shared, scope: 'all' }]);
    for (const [verb, body] of [
      ['amend', { amount_per_share: '9' }],
      ['cancel', {}],
      ['approve', undefined],
    ] as const) {
      const [foreign, unknown] = [
        await stranger.post(`/v1/corporate-actions/${shared}/${verb}`, body),
        await stranger.post(`/v1/corporate-actions/never/${verb}`, body),
      ];
      expect([verb, foreign.status, foreign.text]).toEqual([verb, 404, unknown.text]);
    }
    expect((await stranger.post('/v1/corporate-actions/ingest')).status).toBe(403);
    expect(ok(await world.owner.get(`/v1/corporate-actions/${shared}`))).toMatchObject({ revision: 1, amount_per_share: '0.5' });
  });

  it("of one tenant stand above everybody's for him, and are nothing to others", async () => {
    const own = ok(await stranger.post(DIVIDEND, { ...dividend, amount_per_share: '0.6' }));
    expect(own).toMatchObject({ id: shared, scope: 'tenant', amount_per_share: '0.6', revision: 1 });
    const [mine, theirs] = [await world.openPosition(), await world.openPosition({}, stranger)];
    expect(await items(stranger, '/v1/dividends/upcoming')).toMatchObject([{ amount_per_share: '0.6' }, { amount_per_share: '0.6' }]);
    expect(await items(world.owner, '/v1/dividends/upcoming')).toMatchObject([{ amount_per_share: '0.5' }, { amount_per_share: '0.5' }]);
    world.clock.set('2026-11-24T07:30:00.000Z');
    expect(ok(await world.owner.post('/v1/corporate-actions/process'))).toMatchObject({ tenants: 2, applied: 2, waiting: 0 });
    const net = async (api: Api): Promise<readonly unknown[]> =>
      (await items(api, '/v1/dividends')).map(({ position_id, net: amount }) => [position_id, amount]);
    expect(await net(world.owner)).toEqual([[mine, '50']]);
    expect(await net(stranger)).toEqual([[theirs, '60']]);
    expect(ok(await stranger.get('/v1/dividends/receivables'))['totals']).toEqual([{ currency: 'USD', net: '60' }]);
    for (const path of [`/v1/positions/${mine}/corporate-actions`, `/v1/positions/${mine}/timeline`]) {
      expect([path, (await stranger.get(path)).status]).toEqual([path, 404]);
    }
    world.clock.set('2026-12-15T12:00:00.000Z');
    const paid = ok(await stranger.post(PAY, { corporate_action_id: shared }, { idempotencyKey: newKey() }));
    expect(paid['items']).toMatchObject([{ position_id: theirs, status: 'PAID', paid_net: '60' }]);
    const other = await stranger.post(PAY, { corporate_action_id: shared, position_id: mine }, { idempotencyKey: newKey() });
    expect([other.status, other.body['code']]).toEqual([404, 'not_found']);
    expect(await items(world.owner, '/v1/dividends')).toMatchObject([{ status: 'ACCRUED', net: '50' }]);
  });

  it('are read and made by nobody without the role', async () => {
    const reader = await world.keyWith(world.owner, 'broker');
    for (const path of ['/v1/corporate-actions', '/v1/dividends', '/v1/dividends/receivables', '/v1/dividends/upcoming'])
      expect([path, (await reader.get(path)).body['code']]).toEqual([path, 'auth.role_missing']);
    for (const path of [DIVIDEND, SPLIT, CHANGE, PAY, '/v1/corporate-actions/process'])
      expect([path, (await reader.post(path, {}, { idempotencyKey: newKey() })).body['code']]).toEqual([path, 'auth.role_missing']);
  });

  it('of a provider are taken over; what is doubtful says why and waits until a person approves it', async () => {
    writeFileSync(
      join(folder, 'KO.actions.csv'),
      'ex_date,type,value,pay_date\n2027-01-04,dividend,0.51,2027-01-15\n2027-01-18,dividend,0.2,\n2027-02-01,split,2/1,\n',
    );
    const ingested = ok(await world.owner.post('/v1/corporate-actions/ingest'));
    expect(ingested).toEqual({ source: 'csv', instruments: 1, announced: 3, doubtful: 1, failed: 0, failures: [] });
    expect(ok(await world.owner.post('/v1/corporate-actions/ingest'))).toMatchObject({ announced: 0, doubtful: 0 });
    const [doubtful, ...others] = await items(world.owner, '/v1/corporate-actions?status=REVIEW');
    expect(others).toEqual([]);
    expect(doubtful).toMatchObject({
      ex_date: '2027-01-18',
      source: 'csv',
      doubts: [
        {
          code: 'EX_DATE_CLOSED',
          message: 'The ex-date 2027-01-18 is no trading day of the exchange; approve it if it is right, else amend or cancel it',
        },
        { code: 'MISSING_PAY_DATE', message: 'No pay date is given; approve it if it is right, else amend or cancel it' },
      ],
    });
    const path = `/v1/corporate-actions/${String(doubtful?.['id'])}/approve`;
    const idempotencyKey = newKey();
    const approved = await world.owner.post(path, undefined, { idempotencyKey });
    expect(approved.body).toMatchObject({ status: 'ANNOUNCED', doubts: [] });
    expect((await world.owner.post(path, undefined, { idempotencyKey })).text).toBe(approved.text);
    expect(await items(world.owner, '/v1/corporate-actions?status=REVIEW')).toEqual([]);
  });

  it('that a file does not hold are named with file, line and field', async () => {
    writeFileSync(join(folder, 'KO.actions.csv'), 'ex_date,type,value,pay_date\n2027-01-04,dividend,many,\n');
    const { failed, failures } = ok(await world.owner.post<{ failed: number; failures: readonly Json[] }>('/v1/corporate-actions/ingest'));
    expect([failed, failures]).toMatchObject([1, [{ source: 'csv', symbol: 'KO', exchange: 'XNYS' }]]);
    expect(String(failures[0]?.['reason'])).toMatch(/KO\.actions\.csv line 2 value must be an amount per share above 0.*; received "many"/);
  });
});
