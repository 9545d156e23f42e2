/** A purchase that takes all the cash there is never takes more: not with slippage, not with each of several fills rounded. */
import fc from 'fast-check';
import pino from 'pino';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '../../src/app';
import { LiveDriver } from '../../src/cli/live-driver';
import { parseAmount } from '../../src/kernel/amount';
import { CountingIds } from '../../src/kernel/ids';
import { systemContext } from '../../src/kernel/context';
import { AddInstrument } from '../../src/contracts/instrument';
import { OpenPortfolio } from '../../src/contracts/portfolio';
import { GetPosition, OpenPosition } from '../../src/contracts/position';
import { ChangeSettings } from '../../src/contracts/settings';
import { later } from '../../src/kernel/clock';
import { PublishedCalendar } from '../../src/market-data/published-calendar';
import { QuoteSource, type RawQuote } from '../../src/market-data/quotes.port';
import { readSettings } from '../../src/platform/settings';
import { VirtualClock, VirtualTimer } from '../../src/platform/time/virtual-clock';

const START = '2026-11-20T14:35:00.000Z';
const context = systemContext('demo', 'test', 'test');

class SetPrice extends QuoteSource {
  readonly name = 'test';
  readonly perTenant = false;
  price = '100';

  quote(_instrument: unknown, at: string): Promise<RawQuote> {
    return Promise.resolve({ ts: at, bid: this.price, ask: this.price, last: this.price, source: this.name });
  }
}

describe('a position that may spend everything', () => {
  const quotes = new SetPrice();
  const clock = new VirtualClock(START);
  let folder: string;
  let app: App;
  let runs = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vb-tight-'));
    const environment = {
      DATABASE_URL: `sqlite:${join(folder, 'vb.sqlite')}`,
      VB_PAPER_SLIPPAGE_BPS: '15',
      VB_PAPER_PARTIAL_FILLS: 'true',
    };
    app = await createApp(
      { ...readSettings(environment), roles: new Set<never>() },
      {
        clock,
        timer: new VirtualTimer(clock),
        ids: new CountingIds('id'),
        logger: pino({ level: 'error' }, pino.destination(2)),
        synchronous: 'OFF',
        market: () => ({ calendar: new PublishedCalendar(), quotes, isHistorical: () => false }),
        announce: () => undefined,
      },
    );
    const terms = {
      symbol: 'ACME',
      exchange: '24X7' as const,
      asset_type: 'CRYPTO' as const,
      currency: 'USD',
      tick_size: null,
      lot_size: null,
    };
    await app.nest.get(CommandBus).execute(new AddInstrument(context, terms));
    const values = { min_stock_pct: '0', max_stock_pct: '100', max_trade_pct_of_position: '100' };
    await app.nest.get(CommandBus).execute(new ChangeSettings(context, { scope: 'tenant', scope_id: 'demo' }, 'guardrails', values));
    const triggers = { order_sizing_strategy: 'fixed_percentage', rebalance_ratio: '1' };
    await app.nest.get(CommandBus).execute(new ChangeSettings(context, { scope: 'tenant', scope_id: 'demo' }, 'triggers', triggers));
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  it('ends with cash of zero or a little more', async () => {
    const commands = app.nest.get(CommandBus);
    const cash = fc
      .integer({ min: 200_000_000, max: 2_000_000_000 })
      .map((units) => `${Math.floor(units / 1e6)}.${String(units % 1e6).padStart(6, '0')}`);
    const price = fc.integer({ min: 1_000, max: 9_699 }).map((cents) => (cents / 100).toFixed(2));
    await fc.assert(
      fc.asyncProperty(cash, price, async (money, fallen) => {
        runs += 1;
        clock.set(later(START, runs * 300_000));
        quotes.price = fallen;
        const portfolio = await commands.execute(
          new OpenPortfolio(context, { name: `P${runs}`, base_currency: 'USD', owner_user_id: 'u' }),
        );
        const holding = { exchange: null, qty: '0', cash: money, anchor_price: '100', anchor_from_first_price: false, avg_cost: null };
        const { id } = await commands.execute(new OpenPosition(context, { ...holding, portfolio_id: portfolio.id, symbol: 'ACME' }));
        await LiveDriver.of(app.nest).tick(context, clock.now(), { kind: 'tenant' });
        const after = await app.nest.get(QueryBus).execute(new GetPosition('demo', id));
        expect(parseAmount(after.qty)).toBeGreaterThan(0n);
        expect(parseAmount(after.cash)).toBeGreaterThanOrEqual(0n);
        expect(parseAmount(after.cash)).toBeLessThan(parseAmount(fallen)); // nearly all of it was spent
      }),
      { numRuns: 60 },
    );
  });
});
