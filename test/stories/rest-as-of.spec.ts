/** What positions and portfolios held at any moment of the past, by instant and by position of the log. */
import { type Json, newKey, ok, startWorld, type World } from './support/rest-world';

const MINUTE_MS = 60_000;

describe('a portfolio of the past', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ roles: 'api' });
  });
  afterAll(() => world.stop());

  const deposit = (id: string, amount: string) =>
    world.owner.post(`/v1/positions/${id}/deposits`, { amount }, { idempotencyKey: newKey() }).then(ok);

  it('is its name and what its positions held then', async () => {
    const { clock, owner } = world;
    ok(await owner.post('/v1/instruments', { symbol: 'PEP', exchange: 'XNYS', asset_type: 'EQUITY', currency: 'USD' }));
    const portfolio = await world.openPortfolio();
    const view = async (query = ''): Promise<Json> => ok(await owner.get<Json>(`/v1/portfolios/${portfolio}${query}`));
    const marks: { readonly instant: string; readonly position: number; readonly seen: Json }[] = [];
    const mark = async (): Promise<void> => {
      marks.push({ instant: clock.now(), position: await world.head(), seen: await view() });
      clock.advance(MINUTE_MS);
    };
    await mark();
    const ko = await world.openPosition({ portfolio_id: portfolio });
    await mark();
    await deposit(ko, '0.1');
    await mark();
    const pep = await world.openPosition({ portfolio_id: portfolio, symbol: 'PEP', qty: '7', cash: '20.05' });
    await world.openPosition(); // in another portfolio
    await mark();
    ok(await owner.request('PATCH', `/v1/portfolios/${portfolio}`, { body: { name: 'Renamed' } }));
    ok(await owner.delete(`/v1/positions/${ko}`));
    await mark();

    expect(await view()).toMatchObject({
      name: 'Renamed',
      positions: [
        { id: ko, symbol: 'KO', status: 'CLOSED', qty: '100', cash: '10000.1', dividend_receivable: '0' },
        { id: pep, symbol: 'PEP', status: 'ACTIVE', qty: '7', cash: '20.05', dividend_receivable: '0' },
      ],
      totals: [{ currency: 'USD', positions: 2, cash: '10020.15', dividend_receivable: '0' }],
    });
    for (const { instant, position, seen } of marks) {
      expect(await view(`?as_of=${instant}`)).toEqual(seen);
      expect(await view(`?as_of=${instant}&basis=executed`)).toEqual(seen);
      expect(await view(`?as_of_position=${position}`)).toEqual(seen);
    }
    expect(marks[0]?.seen['positions']).toEqual([]);
    expect(new Set(marks.map(({ seen }) => JSON.stringify(seen))).size).toBe(marks.length);
  });

  it('was not there before it was opened, and is nobody else’s', async () => {
    const before = { instant: world.clock.now(), position: await world.head() };
    world.clock.advance(MINUTE_MS);
    const portfolio = await world.openPortfolio();
    const status = async (query: string, api = world.owner): Promise<number> =>
      (await api.get(`/v1/portfolios/${portfolio}${query}`)).status;
    expect(await status(`?as_of=${before.instant}`)).toBe(404);
    expect(await status(`?as_of_position=${before.position}`)).toBe(404);
    expect(await status(`?as_of_position=${before.position + 1}`)).toBe(200);
    const other = await world.newTenant();
    expect(await status(`?as_of_position=${before.position + 1}`, other.api)).toBe(404);
  });

  it('is asked for with one moment that can be read', async () => {
    const position = await world.openPosition();
    const portfolio = await world.openPortfolio();
    for (const path of [`/v1/positions/${position}`, `/v1/portfolios/${portfolio}`]) {
      for (const [query, field] of [
        ['as_of_position=0', 'as_of_position'],
        ['as_of_position=-1', 'as_of_position'],
        ['as_of_position=1.5', 'as_of_position'],
        ['as_of_position=x', 'as_of_position'],
        [`as_of_position=1&as_of=${world.clock.now()}`, 'as_of'],
        ['as_of_position=1&basis=executed', 'basis'],
      ] as const) {
        const reply = await world.owner.get<Json>(`${path}?${query}`);
        expect([query, reply.status, reply.text.includes(field)]).toEqual([query, 400, true]);
      }
    }
  });
});

describe('a position of the past', () => {
  it('is what the log had said up to a position of it', async () => {
    const world = await startWorld({ roles: 'api' });
    try {
      const id = await world.openPosition({ cash: '1' });
      const opened = await world.head();
      ok(await world.owner.post(`/v1/positions/${id}/deposits`, { amount: '2' }, { idempotencyKey: newKey() }));
      const cash = async (position: number): Promise<unknown> =>
        ok(await world.owner.get<Json>(`/v1/positions/${id}?as_of_position=${position}`))['cash'];
      expect(await cash(opened)).toBe('1');
      expect(await cash(opened + 1)).toBe('3');
      expect(await cash(opened + 1_000_000_000)).toBe('3');
    } finally {
      await world.stop();
    }
  });
});
