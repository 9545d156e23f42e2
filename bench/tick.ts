/** A tick over many positions against the raw driver inserting the very same event rows in batches of 64. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { connectAndMigrate, createDataSource } from '../src/platform/database/data-source';
import { openSqlite } from '../src/platform/database/sqlite-database';
import type { RecordedEvent } from '../src/platform/event-store/event-store.port';
import { readSettings } from '../src/platform/settings';
import { VirtualClock, VirtualTimer } from '../src/platform/time/virtual-clock';
import { fileSystem, fsyncMicros, median, rate } from './measure';
import { rawRows, RawWriter } from './raw';

const ROUNDS = 5;
const SIZES = [1_000, 10_000] as const;
/** A server has compiled its hot path long before it is asked how fast it is. */
const WARM_UP_EVALUATIONS = 10_000;
const RAW_BATCH = 64;
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

async function openPositions({ nest }: App, count: number): Promise<void> {
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

async function tickEvents({ platform }: App, after: number): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let position = after; ;) {
    const page = await platform.opened.store.readAll({ log: 1, after: position, limit: 1_000 });
    events.push(...page.filter(({ type }) => type === 'EvaluationRecorded'));
    const last = page.at(-1);
    if (!last) return events;
    position = last.position;
  }
}

async function openApp(file: string, clock: VirtualClock): Promise<App> {
  const settings = { ...readSettings({ DATABASE_URL: `sqlite:${file}`, VB_DEMO: 'false' }), roles: new Set<never>() };
  const market = { calendar: new PublishedCalendar(), quotes: new CalmQuotes(), isHistorical: () => false };
  const logger = pino({ level: 'error' }, pino.destination(2));
  return createApp(settings, { clock, timer: new VirtualTimer(clock), logger, market: () => market, announce: () => undefined });
}

async function measure(folder: string, positions: number): Promise<void> {
  const rawFile = join(folder, `raw-tick-${positions}.db`);
  const migrated = createDataSource({ file: rawFile });
  await connectAndMigrate(migrated);
  await migrated.destroy();
  const rawDatabase = openSqlite({ file: rawFile });
  const raw = new RawWriter(rawDatabase);
  const clock = new VirtualClock(START);
  const app = await openApp(join(folder, `tick-${positions}.db`), clock);
  const rates = { raw: [] as number[], tick: [] as number[] };
  let written = 0;
  try {
    await openPositions(app, positions);
    const warmUp = Math.ceil(WARM_UP_EVALUATIONS / positions);
    for (let round = 0; round < warmUp + ROUNDS; round++) {
      clock.advance(TICK_MS);
      const before = await app.platform.opened.store.head(1);
      const tickId = later(START, (round + 1) * TICK_MS);
      const tickRate = await rate(positions, async () => {
        const { evaluated, orders } = await app.nest.get(CommandBus).execute(new RunTick(context, tickId, { kind: 'tenant' }));
        if (evaluated !== positions || orders !== 0)
          throw new Error(`expected ${positions} holds, saw ${evaluated} evaluations and ${orders} orders`);
      });
      const events = await tickEvents(app, before);
      const rows = rawRows(
        events.map((event) => ({ tenantId: event.tenant_id, stream: event.stream, version: event.version, event })),
        written + 1,
      );
      const rawRate = await rate(positions, () => raw.write(rows, RAW_BATCH));
      written += rows.length;
      if (round < warmUp) continue; // of both
      rates.raw.push(rawRate);
      rates.tick.push(tickRate);
    }
  } finally {
    await app.close();
    rawDatabase.close();
  }
  const [tick, baseline] = [median(rates.tick), median(rates.raw)];
  process.stdout.write(
    `${positions} positions: ${tick.toFixed(0)} evaluations/s; raw batches of ${RAW_BATCH}: ${baseline.toFixed(0)} rows/s; ` +
      `ratio ${(tick / baseline).toFixed(3)} (${ROUNDS} rounds after ${WARM_UP_EVALUATIONS} evaluations to warm up)\n`,
  );
}

export async function benchTick(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vb-bench-'));
  try {
    process.stdout.write(`${folder} on ${fileSystem(folder)}; one fsync ${fsyncMicros(folder).toFixed(0)} µs\n`);
    for (const positions of SIZES) await measure(folder, positions);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
