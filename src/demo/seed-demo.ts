/** Fills an empty store by replaying recorded minutes through the live path. Runs again where it was cut off: what was done stays done. */
import pino from 'pino';
import { type CommandBus, CommandBus as Commands } from '@nestjs/cqrs';
import { type App, createApp } from '../app';
import { LiveDriver } from '../cli/live-driver';
import { epochMs, type Instant, toInstant } from '../kernel/clock';
import { type CommandContext, systemContext } from '../kernel/context';
import { AddInstrument, SetReferencePrice } from '../contracts/instrument';
import { OpenPortfolio } from '../contracts/portfolio';
import { OpenPosition } from '../contracts/position';
import { ChangeSettings } from '../contracts/settings';
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { type QuoteRequest, QuoteSource, type RawQuote } from '../market-data/quotes.port';
import { quoteAt } from '../market-data/recorded-quotes';
import { Sql } from '../platform/database/sql';
import { SYSTEM_LOG } from '../platform/event-store/event-store.port';
import { openPlatform } from '../platform/open-platform';
import type { Settings } from '../platform/settings';
import { FIRST_TENANT } from '../platform/tenancy/bootstrap';
import { SystemClock } from '../platform/time/system-clock.adapter';
import { VirtualClock, VirtualTimer } from '../platform/time/virtual-clock';
import { midPrice, type Quote } from '../rules/price-policy';
import { formatAmount, parseAmount } from '../kernel/amount';
import { demoQuotes } from './demo-files';
import { APPLE, BITCOIN, DEMO_DAYS, DEMO_PORTFOLIO, DEMO_SOURCE, DEMO_TICK_MS, type DemoPosition } from './demo-story';

const context: CommandContext = systemContext(FIRST_TENANT, 'demo', 'demo');
/** Extended trading in New York starts at 04:00 and ends at 20:00; in June that is 08:00 to midnight UTC. */
const FIRST_TICK = 'T08:00:00.000Z';
const DAY_TICKS = (16 * 3_600_000) / DEMO_TICK_MS;

/** Does nothing unless the store is empty, or a seed was cut off. `announce` takes lines for whoever waits. */
export async function seedDemo(settings: Settings, announce: (line: string) => void): Promise<void> {
  if (!(await isWanted(settings))) return;
  const quotes = demoQuotes(APPLE.instrument.symbol, DEMO_DAYS);
  const clock = new VirtualClock(new SystemClock().now());
  const app = await createApp(
    { ...settings, roles: new Set<never>() },
    {
      clock,
      timer: new VirtualTimer(clock),
      logger: pino({ level: 'error' }, pino.destination(2)),
      market: () => ({ calendar: loadCalendar(null), quotes: new RecordedQuotes(quotes), isHistorical: () => false }),
      announce,
    },
  );
  try {
    announce(`Demo: replaying two recorded days of ${APPLE.instrument.symbol} through the live path (skip this with VB_DEMO=false)`);
    const evaluated = await new DemoSeed(app, clock).run(quotes);
    announce(`Demo: ${evaluated} evaluations replayed; look at GET /v1/positions, then at a position's /timeline`);
  } finally {
    await app.close();
  }
}

/** The last step of a seed is the reference price of its last instrument. */
async function isWanted(settings: Settings): Promise<boolean> {
  const { opened } = await openPlatform({ ...settings, logLevel: 'silent' });
  try {
    if ((await opened.store.head(SYSTEM_LOG)) === 0) return true;
    const [begun] = await opened.sql.read("SELECT 1 FROM events WHERE tenant_id = ? AND type = 'PortfolioOpened' AND actor = ?", [
      FIRST_TENANT,
      context.actor,
    ]);
    if (!begun) return false; // what people have made themselves is theirs, whatever its name
    const rows = await opened.sql.read('SELECT state FROM instruments WHERE symbol = ? AND exchange = ?', [
      BITCOIN.instrument.symbol,
      BITCOIN.instrument.exchange,
    ]);
    return !rows.some(({ state }) => (JSON.parse(String(state)) as { readonly reference: unknown }).reference !== null);
  } finally {
    await opened.close();
  }
}

class RecordedQuotes extends QuoteSource {
  readonly name = 'recorded';
  readonly perTenant = false;

  constructor(private readonly quotes: readonly Quote[]) {
    super();
  }

  /** Recorded prices are Apple's; a position in anything else sees no quote, and holds. */
  quote({ symbol }: QuoteRequest, at: Instant): Promise<RawQuote | null> {
    return Promise.resolve(symbol === APPLE.instrument.symbol ? quoteAt(this.quotes, at) : null);
  }
}

class DemoSeed {
  private readonly commands: CommandBus;
  private readonly sql: Sql;

  constructor(
    private readonly app: App,
    private readonly clock: VirtualClock,
  ) {
    this.commands = app.nest.get(Commands);
    this.sql = app.nest.get(Sql);
  }

  /** Evaluations of the replayed days. */
  async run(quotes: readonly Quote[]): Promise<number> {
    const now = this.clock.now();
    await this.commands.execute(new AddInstrument(context, APPLE.instrument)); // listed today: no close of the years between is missing
    this.clock.set(`${DEMO_DAYS[0]}${FIRST_TICK}`);
    const portfolioId = await this.portfolio();
    const apple = await this.position(portfolioId, APPLE);
    const evaluated = await this.replayDays();
    this.clock.set(now);
    await this.setReference(apple, APPLE.reference ?? lastPrice(quotes), now);
    const bitcoin = await this.position(portfolioId, BITCOIN);
    await this.setReference(bitcoin, BITCOIN.reference ?? lastPrice(quotes), now);
    return evaluated;
  }

  private async replayDays(): Promise<number> {
    const driver = LiveDriver.of(this.app.nest);
    let evaluated = 0;
    for (const day of DEMO_DAYS) {
      const start = epochMs(`${day}${FIRST_TICK}`);
      for (let tick = 0; tick < DAY_TICKS; tick++) {
        const tickId = toInstant(start + tick * DEMO_TICK_MS);
        this.clock.set(tickId);
        evaluated += (await driver.tick(context, tickId, { kind: 'tenant' })).evaluated;
      }
    }
    return evaluated;
  }

  private async portfolio(): Promise<string> {
    const rows = await this.sql.read('SELECT portfolio_id FROM portfolios WHERE tenant_id = ? AND name = ?', [
      FIRST_TENANT,
      DEMO_PORTFOLIO,
    ]);
    if (rows[0]) return String(rows[0]['portfolio_id']);
    const owner = await this.sql.read('SELECT owner_user_id FROM tenants WHERE id = ?', [FIRST_TENANT]);
    const terms = { name: DEMO_PORTFOLIO, base_currency: 'USD', owner_user_id: String(owner[0]?.['owner_user_id'] ?? 'demo') };
    return (await this.commands.execute(new OpenPortfolio(context, terms))).id;
  }

  /** Id of the instrument; the position and its settings are there when it returns. */
  private async position(portfolioId: string, { instrument, opening, settings }: DemoPosition): Promise<string> {
    const { id } = await this.commands.execute(new AddInstrument(context, instrument));
    const open = await this.sql.read('SELECT position_id FROM positions WHERE tenant_id = ? AND portfolio_id = ? AND instrument_id = ?', [
      FIRST_TENANT,
      portfolioId,
      id,
    ]);
    const { symbol, exchange } = instrument;
    const terms = { ...opening, portfolio_id: portfolioId, symbol, exchange };
    const positionId = open[0] ? String(open[0]['position_id']) : (await this.commands.execute(new OpenPosition(context, terms))).id;
    for (const [group, values] of Object.entries(settings)) {
      await this.commands.execute(new ChangeSettings(context, { scope: 'position', scope_id: positionId }, group, values));
    }
    return id;
  }

  private setReference(instrumentId: string, price: string, at: Instant): Promise<void> {
    return this.commands.execute(new SetReferencePrice(context, instrumentId, { price, at, source: DEMO_SOURCE }));
  }
}

/** The middle of the last quote that has both sides. */
function lastPrice(quotes: readonly Quote[]): string {
  const last = quotes.findLast(({ bid, ask }) => bid !== null && ask !== null);
  if (!last?.bid || !last.ask) throw new Error('the demo has no quote with both sides');
  return formatAmount(midPrice(parseAmount(last.bid), parseAmount(last.ask)));
}
