/** The schedule over real time gaps: nothing is evaluated twice, nothing is forgotten, nothing is caught up in a burst. */
import { openScratchApp, type ScratchApp } from '../../src/cli/scratch-app';
import { later } from '../../src/kernel/clock';
import { systemContext } from '../../src/kernel/context';
import { AddInstrument } from '../../src/contracts/instrument';
import { OpenPortfolio } from '../../src/contracts/portfolio';
import { OpenPosition, PositionCommand } from '../../src/contracts/position';
import { PublishedCalendar } from '../../src/market-data/published-calendar';
import { QuoteBoards } from '../../src/market-data/quote-board';
import { QuoteSource, type RawQuote } from '../../src/market-data/quotes.port';
import type { RecordedEvent } from '../../src/platform/event-store/event-store.port';
import { PositionEvaluator } from '../../src/trading/position.evaluator';
import { TickJob } from '../../src/trading/tick.job';

const START = '2026-11-20T14:34:58.000Z';
const context = systemContext('demo', 'test', 'test');

class OnePrice extends QuoteSource {
  readonly name = 'test';
  readonly perTenant = false;

  quote(_instrument: unknown, at: string): Promise<RawQuote> {
    return Promise.resolve({ ts: at, bid: '100', ask: '100', last: '100', source: this.name });
  }
}

describe('scheduled ticks', () => {
  let scratch: ScratchApp;
  let job: TickJob;

  beforeEach(async () => {
    scratch = await openScratchApp(START, { calendar: new PublishedCalendar(), quotes: new OnePrice(), isHistorical: () => false });
    job = scratch.app.nest.get(TickJob, { strict: false });
    const { commands } = scratch;
    const terms = {
      symbol: 'ACME',
      exchange: '24X7' as const,
      asset_type: 'CRYPTO' as const,
      currency: 'USD',
      tick_size: null,
      lot_size: null,
    };
    await commands.execute(new AddInstrument(context, terms));
    const { id } = await commands.execute(new OpenPortfolio(context, { name: 'P', base_currency: 'USD', owner_user_id: 'u' }));
    const holding = { exchange: null, qty: '100', cash: '10000', anchor_price: '100', anchor_from_first_price: false, avg_cost: null };
    await commands.execute(new OpenPosition(context, { ...holding, portfolio_id: id, symbol: 'ACME' }));
  });
  afterEach(() => scratch.close());

  const eventsOf = async (type: string): Promise<readonly RecordedEvent[]> =>
    (await scratch.app.platform.opened.store.readAll({ log: 1, limit: 1_000 })).filter((event) => event.type === type);
  const dataOf = async (type: string): Promise<readonly Record<string, unknown>[]> =>
    (await eventsOf(type)).map(({ data }) => JSON.parse(data) as Record<string, unknown>);

  it('names the tick after its scheduled instant, not after the timer', async () => {
    await job.run();
    expect(await dataOf('TickCompleted')).toEqual([
      expect.objectContaining({ tick_id: '2026-11-20T14:35:00.000Z', evaluated: 1, holds: 1, orders: 0 }),
    ]);
  });

  it('evaluates once where the timer fires twice for one instant', async () => {
    await job.run();
    scratch.clock.advance(4_000);
    await job.run();
    expect(await eventsOf('EvaluationRecorded')).toHaveLength(1);
  });

  it('after a night without power: one evaluation now, the instants in between recorded as missed', async () => {
    await job.run();
    scratch.clock.set('2026-11-21T07:11:30.000Z');
    await job.atStart();
    const ticks = (await dataOf('TickCompleted')).map(({ tick_id }) => tick_id);
    expect(ticks).toEqual(['2026-11-20T14:35:00.000Z', '2026-11-21T07:10:00.000Z']);
    expect(await dataOf('TickMissed')).toEqual([
      { first: '2026-11-20T14:40:00.000Z', last: '2026-11-21T07:05:00.000Z', count: 198, reason: 'NOT_RUNNING' },
    ]);
    expect((await dataOf('EvaluationRecorded')).map(({ evaluated_at }) => evaluated_at)).toEqual([START, '2026-11-21T07:11:30.000Z']);
  });

  it('records what it missed also where somebody has ticked by hand for an instant far ahead', async () => {
    await job.run();
    await job.tick('2099-01-01T00:00:00.000Z');
    scratch.clock.set('2026-11-20T14:46:00.000Z');
    await job.atStart();
    expect((await dataOf('TickCompleted')).map(({ tick_id }) => tick_id)).toContain('2026-11-20T14:45:00.000Z');
    expect(await dataOf('TickMissed')).toEqual([expect.objectContaining({ first: '2026-11-20T14:40:00.000Z', count: 1 })]);
  });

  it('starts nothing on a store that never ticked', async () => {
    await job.atStart();
    expect(await eventsOf('TickStarted')).toHaveLength(0);
  });

  it('goes on with a tick that a crash cut off, and evaluates what it had left', async () => {
    const tickId = '2026-11-20T14:35:00.000Z';
    const { streams } = scratch.app.platform;
    const [position] = (await eventsOf('PositionOpened')).map(({ position_id }) => position_id ?? '');
    const started = { tick_id: tickId, started_at: START, calendar_version: 'x', positions: { demo: [position] } };
    await streams.run(systemContext('system', 'test', 'test'), [
      { stream: `tick-${tickId}`, command: { type: 'StartTick', data: started } },
    ]);
    scratch.clock.set('2026-11-20T14:36:00.000Z');
    await job.atStart();
    expect(await dataOf('TickCompleted')).toEqual([expect.objectContaining({ tick_id: tickId, evaluated: 1, interrupted: false })]);
  });

  it('closes a tick that was cut off as interrupted once the next one is due, with what it had done', async () => {
    const tickId = '2026-11-20T14:35:00.000Z';
    const { app, commands, clock } = scratch;
    const [position = ''] = (await eventsOf('PositionOpened')).map(({ position_id }) => position_id ?? '');
    const started = { tick_id: tickId, started_at: START, calendar_version: 'x', positions: { demo: [position, 'not-reached'] } };
    await app.platform.streams.run(systemContext('system', 'test', 'test'), [
      { stream: `tick-${tickId}`, command: { type: 'StartTick', data: started } },
    ]);
    await commands.execute(new PositionCommand(context, position, { type: 'SetAnchor', data: { anchor_price: '90', reason: 'USER' } }));
    const quotes = app.nest.get(QuoteBoards).current();
    const evaluator = app.nest.get(PositionEvaluator, { strict: false });
    await evaluator.recordAll(context, [position], { tick_id: tickId, trigger_kind: 'tick', dedupe: tickId, quotes }, () => undefined);
    clock.set(later(tickId, 300_000));
    await job.run();
    expect(await dataOf('TickCompleted')).toEqual([
      expect.objectContaining({ tick_id: tickId, interrupted: true, evaluated: 1, holds: 0, orders: 1 }),
      expect.objectContaining({ tick_id: '2026-11-20T14:40:00.000Z', interrupted: false, evaluated: 1, holds: 1, orders: 0 }),
    ]);
    expect(await eventsOf('TickMissed')).toHaveLength(0);
  });
});
