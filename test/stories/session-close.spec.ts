/** Regular closes are recorded once each, with the price that was seen: dividends and daily equity will be computed from them. */
import { openScratchApp, type ScratchApp } from '../../src/cli/scratch-app';
import { systemContext } from '../../src/kernel/context';
import { AddInstrument } from '../../src/contracts/instrument';
import { PublishedCalendar } from '../../src/market-data/published-calendar';
import { QuoteSource, type RawQuote } from '../../src/market-data/quotes.port';
import { SessionCloseJob } from '../../src/trading/session-close.job';

const context = systemContext('demo', 'test', 'test');

class Closing extends QuoteSource {
  readonly name = 'test';
  readonly perTenant = false;
  bid: string | null = '99.9';

  quote(_instrument: unknown, at: string): Promise<RawQuote | null> {
    return Promise.resolve(this.bid === null ? null : { ts: at, bid: this.bid, ask: '100.1', last: '100', source: this.name });
  }
}

describe('regular closes', () => {
  const quotes = new Closing();
  let scratch: ScratchApp;
  let job: SessionCloseJob;

  beforeEach(async () => {
    quotes.bid = '99.9';
    scratch = await openScratchApp('2025-07-02T15:00:00.000Z', { calendar: new PublishedCalendar(), quotes, isHistorical: () => false });
    job = scratch.app.nest.get(SessionCloseJob, { strict: false });
    const terms = {
      symbol: 'ACME',
      exchange: 'XNYS' as const,
      asset_type: 'EQUITY' as const,
      currency: 'USD',
      tick_size: null,
      lot_size: null,
    };
    await scratch.commands.execute(new AddInstrument(context, terms));
  });
  afterEach(() => scratch.close());

  const closes = async (): Promise<readonly unknown[]> => {
    const events = await scratch.app.platform.opened.store.readAll({ log: 1, limit: 1_000 });
    return events
      .filter(({ type }) => type === 'SessionClosed')
      .map(({ data }) => JSON.parse(data) as Record<string, unknown>)
      .map(({ day, closed_at, regular_close, source }) => [day, closed_at, regular_close, source]);
  };

  it('has none while the session goes on', async () => {
    scratch.clock.set('2025-07-02T19:59:59.999Z');
    await job.run();
    expect(await closes()).toEqual([]);
  });

  it('records a close at its instant, once, with its price', async () => {
    scratch.clock.set('2025-07-02T20:00:00.000Z');
    await job.run();
    await job.run();
    expect(await closes()).toEqual([['2025-07-02', '2025-07-02T20:00:00.000Z', '100', 'test']]);
  });

  it('knows early closes and holidays: 13:00 on July 3, nothing on the Fourth and the weekend', async () => {
    for (const at of ['2025-07-02T20:01', '2025-07-03T17:00', '2025-07-04T21:00', '2025-07-06T21:00', '2025-07-07T20:30']) {
      scratch.clock.set(`${at}:00.000Z`);
      await job.run();
    }
    expect(await closes()).toEqual([
      ['2025-07-02', '2025-07-02T20:00:00.000Z', '100', 'test'],
      ['2025-07-03', '2025-07-03T17:00:00.000Z', '100', 'test'],
      ['2025-07-07', '2025-07-07T20:00:00.000Z', '100', 'test'],
    ]);
  });

  it('records the newest close alone after a long silence', async () => {
    scratch.clock.set('2026-07-07T20:30:00.000Z');
    await job.run();
    expect(await closes()).toEqual([['2026-07-07', '2026-07-07T20:00:00.000Z', '100', 'test']]);
  });

  it('records the close without a price rather than with a bad one', async () => {
    quotes.bid = '150';
    scratch.clock.set('2025-07-02T20:00:00.000Z');
    await job.run();
    expect(await closes()).toEqual([['2025-07-02', '2025-07-02T20:00:00.000Z', null, 'none']]);
  });
});
