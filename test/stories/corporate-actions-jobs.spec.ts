/** The nightly jobs: run twice, in two processes, killed in between; and what a provider says that nobody should believe at once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { IngestActions } from '../../src/contracts/corporate-action';
import { IngestionJob } from '../../src/corporate-actions/ingestion.job';
import { ProcessingJob } from '../../src/corporate-actions/processing.job';
import { systemContext, SYSTEM_TENANT } from '../../src/kernel/context';
import { ActionProvider, type ActionsRequest, type ProvidedAction } from '../../src/market-data/actions.port';
import { FakeActions } from '../../src/market-data/fake-actions.adapter';
import { PublishedCalendar } from '../../src/market-data/published-calendar';
import { CronExpressionParser } from 'cron-parser';
import { ActionWorld } from './support/action-world';
import { vb, vbJson } from './support/vb';

const OPENED = '2026-06-01T15:00:00.000Z';
const EX = '2026-06-12';
const NIGHT = '2026-06-12T07:30:00.000Z';
const PAY_NIGHT = '2026-06-30T07:30:00.000Z';
const dividend = (over: Partial<Extract<ProvidedAction, { type: 'CASH_DIVIDEND' }>> = {}): ProvidedAction => ({
  type: 'CASH_DIVIDEND',
  ex_date: EX,
  sequence: 1,
  amount_per_share: '0.46',
  currency: 'USD',
  pay_date: '2026-06-30',
  withholding_tax_pct: null,
  ...over,
});
const ingest = (world: ActionWorld) => world.commands.execute(new IngestActions(systemContext(SYSTEM_TENANT, 'story', 'ingest')));

describe('the nightly jobs', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vb-jobs-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('accrue once and pay once, however often they run and in however many processes', async () => {
    const provider = new FakeActions({ KO: [dividend()] });
    const first = await ActionWorld.open({ start: OPENED, folder, providers: [provider] });
    const ids = [await first.openPosition(), await first.openPosition(), await first.openPosition()];
    for (let again = 0; again < 2; again++) await ingest(first);
    first.clock.set(NIGHT);
    await Promise.all([first.process(), first.process(), first.tick(NIGHT)]);
    await first.close();
    const second = await ActionWorld.open({ start: NIGHT, folder, providers: [provider] });
    expect(await ingest(second)).toMatchObject({ announced: 0, doubtful: 0, failed: 0 });
    await Promise.all([second.process(), second.process()]);
    second.clock.set(PAY_NIGHT);
    await Promise.all([second.process(), second.process()]);
    await second.close();
    const third = await ActionWorld.open({ start: PAY_NIGHT, folder, providers: [provider] });
    await third.process();
    for (const id of ids) {
      expect((await third.types(id)).slice(1)).toEqual(['DividendAccrued', 'DividendPaid']);
      expect(await third.position(id)).toMatchObject({ cash: '10046', dividend_receivable: '0', total_dividends_net: '46' });
    }
    expect(await third.verify()).toBe(true);
    await third.close();
  });

  it('go on after a process died between two positions', async () => {
    const provider = new FakeActions({ KO: [dividend()] });
    const world = await ActionWorld.open({ start: OPENED, folder, providers: [provider] });
    const ids = [await world.openPosition(), await world.openPosition()];
    await ingest(world);
    world.clock.set(NIGHT);
    await world.applyTo([ids[0] ?? '']); // as far as it came
    await world.close();
    const restarted = await ActionWorld.open({ start: NIGHT, folder, providers: [provider] });
    await restarted.process();
    for (const id of ids) expect((await restarted.types(id)).slice(1)).toEqual(['DividendAccrued']);
    await restarted.close();
  });

  it('go on where a process was killed, and never do anything twice', async () => {
    const world = await ActionWorld.open({ start: '2021-06-15T15:00:00.000Z', folder });
    const ids = [await world.openPosition(), await world.openPosition(), await world.openPosition()];
    await world.dividend({ ex_date: '2021-07-02', amount_per_share: '1', pay_date: '2021-07-27' }, true);
    await world.close();
    const env = { DATABASE_URL: `sqlite:${join(folder, 'vb.sqlite')}`, VB_DEMO: 'false' };
    const killed: (string | null)[] = [];
    for (const point of ['flush:before-commit:1', 'flush:after-commit:2', 'flush:before-commit:3']) {
      killed.push((await vb(['actions', 'process'], { folder, env: { ...env, CRASH_AT: point } })).signal);
    }
    expect(killed).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL']);
    await vbJson(['actions', 'process'], { folder, env });
    expect(await vbJson(['actions', 'process'], { folder, env })).toMatchObject({ applied: 0, paid: 0, waiting: 0 });
    const restarted = await ActionWorld.open({ start: '2021-08-02T15:00:00.000Z', folder });
    for (const id of ids) {
      expect((await restarted.types(id)).slice(1)).toEqual(['DividendAccrued', 'DividendPaid']);
      expect(await restarted.position(id)).toMatchObject({ cash: '10100', dividend_receivable: '0' });
    }
    await restarted.close();
  }, 120_000);

  it('run while every session of New York is closed, in both states of the clock', () => {
    const calendar = new PublishedCalendar();
    for (const cron of [new IngestionJob(null as never, null as never).cron, new ProcessingJob(null as never, null as never).cron]) {
      const times = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: '2026-01-01T00:00:00.000Z' });
      for (let day = 0; day < 365; day++) expect(calendar.session('XNYS', times.next().toDate().toISOString())).toBe('CLOSED');
    }
  });
});

describe('an announcement of a provider', () => {
  let world: ActionWorld;
  afterEach(() => world.close());
  const announced = async (...actions: readonly ProvidedAction[]) => {
    world = await ActionWorld.open({ start: OPENED, providers: [new FakeActions({ KO: actions })] });
    return ingest(world);
  };
  const waiting = async (): Promise<readonly string[]> =>
    (await world.announcements()).filter(({ status }) => status === 'REVIEW').flatMap(({ doubts }) => doubts.map(({ code }) => code));

  it('that is in order is applied', async () => {
    expect(await announced(dividend())).toMatchObject({ source: 'fake', announced: 1, doubtful: 0 });
    expect(await waiting()).toEqual([]);
  });

  it.each([
    ['an ex-date on a closed day', [dividend({ ex_date: '2026-06-19' })], ['EX_DATE_CLOSED']],
    ['no pay date', [dividend({ pay_date: null })], ['MISSING_PAY_DATE']],
    ['the same again within ten days', [dividend(), dividend({ ex_date: '2026-06-18' })], ['DUPLICATE']],
    [
      'a yearly rate offered as one payment',
      [dividend({ ex_date: '2026-05-15' }), dividend({ amount_per_share: '1.84' })],
      ['ANNUAL_RATE'],
    ],
  ])('with %s waits for a person', async (_what, actions, codes) => {
    expect(await announced(...actions)).toMatchObject({ doubtful: 1 });
    expect(await waiting()).toEqual(codes);
  });

  it('of at least the last price waits for a person', async () => {
    world = await ActionWorld.open({ start: OPENED, providers: [new FakeActions({ KO: [dividend({ amount_per_share: '100' })] })] });
    await world.regularClose('2026-05-29', '100');
    await ingest(world);
    expect(await waiting()).toEqual(['EXCEEDS_PRICE']);
  });

  it('that is doubtful holds its positions on the ex-date, until a person approves it', async () => {
    await announced(dividend({ pay_date: null }));
    const id = await world.openPosition();
    await world.tick('2026-06-11T15:00:00.000Z');
    expect(await world.lastReason(id)).toBe('NO_TRIGGER');
    await world.tick('2026-06-12T15:00:00.000Z');
    expect(await world.lastReason(id)).toBe('CORPORATE_ACTION_REVIEW');
    expect(await world.position(id)).toMatchObject({ dividend_receivable: '0' });
    const [doubtful] = await world.announcements();
    await world.change(doubtful?.id ?? '', { type: 'Approve', data: {} }, true);
    await world.tick('2026-06-12T15:05:00.000Z');
    expect(await world.lastReason(id)).toBe('NO_TRIGGER');
    expect(await world.position(id)).toMatchObject({ dividend_receivable: '46' });
  });

  it('case 18: that a person said otherwise does not stand against his word', async () => {
    world = await ActionWorld.open({ start: OPENED, providers: [new FakeActions({ KO: [dividend()] })] });
    await world.dividend({ ex_date: EX, amount_per_share: '0.5', pay_date: '2026-06-30' }, true);
    expect(await ingest(world)).toMatchObject({ announced: 0 });
    expect(await world.announcements()).toMatchObject([{ amount_per_share: '0.5', status: 'ANNOUNCED' }]);
  });
});

/** Hangs for one symbol. */
class Hanging extends ActionProvider {
  readonly name = 'yahoo';

  async actions({ symbol }: ActionsRequest): Promise<readonly ProvidedAction[]> {
    return symbol === 'KO' ? new Promise(() => undefined) : [];
  }
}

describe('a provider', () => {
  let world: ActionWorld;
  afterEach(() => world.close());

  it('that hangs costs the night its limit and is named; other instruments and other providers are heard', async () => {
    world = await ActionWorld.open({ start: OPENED, providers: [new Hanging(), new FakeActions({ KO: [dividend()], PEP: [dividend()] })] });
    await world.addInstrument('PEP');
    const others = world.clock.pending;
    const ingested = ingest(world);
    do await setImmediate();
    while (world.clock.pending !== others + 1); // everybody has answered but one
    world.clock.advance(3_000);
    expect(await ingested).toEqual({
      source: 'yahoo, fake',
      instruments: 2,
      announced: 2,
      doubtful: 0,
      failed: 1,
      failures: [{ source: 'yahoo', symbol: 'KO', exchange: 'XNYS', reason: 'no answer within 3000 ms' }],
    });
    expect((await world.announcements()).map(({ symbol, status }) => [symbol, status])).toEqual([
      ['KO', 'ANNOUNCED'],
      ['PEP', 'ANNOUNCED'],
    ]);
  });

  it('that says something unreadable is named, and what else it says is heard', async () => {
    const odd = [
      dividend({ amount_per_share: 'n/a' }),
      dividend({ ex_date: '2026-06-31' }),
      dividend({ pay_date: 'soon' }),
      dividend({ ex_date: '2026-06-15' }),
    ];
    world = await ActionWorld.open({ start: OPENED, providers: [new FakeActions({ KO: odd })] });
    const { announced, failures } = await ingest(world);
    expect(announced).toBe(1);
    expect(failures.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^amount_per_share must be .*; received "n\/a"$/),
      'pay_date must be a date of the calendar, YYYY-MM-DD; received "soon"',
      'ex_date must be a date of the calendar, YYYY-MM-DD; received "2026-06-31"',
    ]);
  });

  it('case 18: and another that say the same make one announcement, with the pay date that only one of them knows', async () => {
    const [some, more] = [new FakeActions({ KO: [dividend({ pay_date: null })] }), new FakeActions({ KO: [dividend()] }, 'csv')];
    world = await ActionWorld.open({ start: OPENED, providers: [some, more] });
    await ingest(world);
    expect(await ingest(world)).toMatchObject({ announced: 0 });
    expect(await world.announcements()).toMatchObject([{ status: 'ANNOUNCED', pay_date: '2026-06-30', source: 'csv', doubts: [] }]);
    const id = await world.openPosition();
    world.clock.set(NIGHT);
    await world.process();
    expect(await world.position(id)).toMatchObject({ dividend_receivable: '46' });
  });

  it('case 18: and another that differ wait for a person, and neither is applied', async () => {
    const other = new FakeActions({ KO: [dividend({ amount_per_share: '0.64' })] }, 'csv');
    world = await ActionWorld.open({ start: OPENED, providers: [new FakeActions({ KO: [dividend()] }), other] });
    const id = await world.openPosition();
    for (let night = 0; night < 2; night++) await ingest(world);
    const [announcement, ...others] = await world.announcements();
    expect(others).toEqual([]);
    expect(announcement).toMatchObject({ status: 'REVIEW', amount_per_share: '0.46', doubts: [{ code: 'CONFLICT' }] });
    expect(announcement?.doubts[0]?.message).toBe(
      'fake says 0.46 USD paid on 2026-06-30, csv says 0.64 USD paid on 2026-06-30; amend to what holds, or approve the former',
    );
    world.clock.set(NIGHT);
    expect(await world.process()).toMatchObject({ applied: 0, waiting: 1 });
    await world.change(announcement?.id ?? '', { type: 'Amend', data: { terms: { amount_per_share: '0.64' } } }, true);
    await world.process();
    expect(await world.position(id)).toMatchObject({ dividend_receivable: '64' });
  });
});
