/** A running product with many positions, whose ticks are told to run: what `tick.ts` and `rebuild.ts` measure. */
import { CommandBus } from '@nestjs/cqrs';
import pino from 'pino';
import { type App, createApp } from '../src/app';
import { later } from '../src/kernel/clock';
import { systemContext } from '../src/kernel/context';
import { AddInstrument } from '../src/contracts/instrument';
import { OpenPortfolio } from '../src/contracts/portfolio';
import { OpenPosition } from '../src/contracts/position';
import { RunTick } from '../src/contracts/tick';
import { PublishedCalendar } from '../src/market-data/published-calendar';
import { QuoteSource, type RawQuote } from '../src/market-data/quotes.port';
import { readSettings } from '../src/platform/settings';
import { VirtualClock, VirtualTimer } from '../src/platform/time/virtual-clock';

const START = '2026-11-20T14:35:00.000Z';
const TICK_MS = 300_000;
const INSTRUMENTS = 20;
const context = systemContext('demo', 'bench', 'bench');

/** Moves a little each tick, never far enough to trade: every evaluation is a HOLD, the usual case. */
class CalmQuotes extends QuoteSource {
  readonly name = 'bench';
  readonly perTenant = false;

  quote(_instrument: unknown, at: string): Promise<RawQuote> {
    const cents = (Date.parse(at) / TICK_MS) % 100;
    return Promise.resolve({ ts: at, bid: `100.${String(cents).padStart(2, '0')}`, ask: '101.01', last: '100.5', source: this.name });
  }
}

export async function openPositions({ nest }: App, count: number): Promise<void> {
  const commands = nest.get(CommandBus);
  const { id } = await commands.execute(new OpenPortfolio(context, { name: 'Bench', base_currency: 'USD', owner_user_id: 'bench' }));
  const portfolios = [id];
  for (let extra = 1; extra < count / INSTRUMENTS; extra++) {
    portfolios.push(
      (await commands.execute(new OpenPortfolio(context, { name: `Bench ${extra}`, base_currency: 'USD', owner_user_id: 'bench' }))).id,
    );
  }
  for (let index = 0; index < INSTRUMENTS; index++) {
    const terms = {
      symbol: `B${index}`,
      exchange: '24X7' as const,
      asset_type: 'CRYPTO' as const,
      currency: 'USD',
      tick_size: null,
      lot_size: null,
    };
    await commands.execute(new AddInstrument(context, terms));
  }
  const money = { exchange: null, qty: '500', cash: '50000', anchor_price: '100.5', anchor_from_first_price: false, avg_cost: null };
  const opening = Array.from({ length: count }, (_, index) => {
    const portfolio_id = portfolios[Math.floor(index / INSTRUMENTS)] ?? id;
    return commands.execute(new OpenPosition(context, { ...money, portfolio_id, symbol: `B${index % INSTRUMENTS}` }));
  });
  await Promise.all(opening);
}

/** On a database of its own, without roles: ticks run when they are told to. */
export async function openApp(databaseUrl: string, clock: VirtualClock): Promise<App> {
  const settings = { ...readSettings({ DATABASE_URL: databaseUrl, VB_DEMO: 'false' }), roles: new Set<never>() };
  const market = { calendar: new PublishedCalendar(), quotes: new CalmQuotes(), isHistorical: () => false };
  const logger = pino({ level: 'error' }, pino.destination(2));
  return createApp(settings, { clock, timer: new VirtualTimer(clock), logger, market: () => market, announce: () => undefined });
}

export const startClock = (): VirtualClock => new VirtualClock(START);

/** The next tick, counted from 1: every position is held. */
export async function runTick({ nest }: App, clock: VirtualClock, number: number, positions: number): Promise<void> {
  const tickId = later(START, number * TICK_MS);
  const { evaluated, orders } = await nest.get(CommandBus).execute(new RunTick(context, tickId, { kind: 'tenant' }));
  clock.advance(TICK_MS);
  if (evaluated === positions && orders === 0) return;
  throw new Error(`expected ${positions} holds, saw ${evaluated} evaluations and ${orders} orders`);
}
