/** The whole program on a clock that is moved by hand, with one instrument and a price: what stories of dividends and splits start with. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import pino from 'pino';
import { type App, createApp } from '../../../src/app';
import { LiveDriver } from '../../../src/cli/live-driver';
import {
  AnnounceAction,
  AnnouncementCommand,
  ApplyDueActions,
  type AnnouncementRequest,
  type AnnouncementView,
  type AnnounceTerms,
  ProcessActions,
  type ProcessView,
} from '../../../src/contracts/corporate-action';
import { AddInstrument, type Exchange, type InstrumentView } from '../../../src/contracts/instrument';
import { BookBrokerFill, PlaceManualOrder } from '../../../src/contracts/order';
import { OpenPortfolio } from '../../../src/contracts/portfolio';
import { GetPosition, OpenPosition, PositionCommand, type PositionView } from '../../../src/contracts/position';
import { ChangeSettings, ExplainSettings, type SettingOrigin } from '../../../src/contracts/settings';
import { PageAnnouncements } from '../../../src/corporate-actions/announcement.queries';
import { PayDividends } from '../../../src/corporate-actions/pay-dividends.handler';
import type { Instant } from '../../../src/kernel/clock';
import { systemContext, SYSTEM_TENANT } from '../../../src/kernel/context';
import { CountingIds } from '../../../src/kernel/ids';
import type { ActionProvider } from '../../../src/market-data/actions.port';
import { BoundedActions } from '../../../src/market-data/bounded-actions';
import { PublishedCalendar } from '../../../src/market-data/published-calendar';
import { QuoteSource, type RawQuote } from '../../../src/market-data/quotes.port';
import type { RecordedEvent } from '../../../src/platform/event-store/event-store.port';
import { TenantLogs } from '../../../src/platform/event-store/tenant-logs';
import { EventStore } from '../../../src/platform/event-store/event-store.port';
import { ProjectionRebuilder } from '../../../src/platform/projections/projection-rebuilder';
import { readSettings } from '../../../src/platform/settings';
import { StreamRunner } from '../../../src/platform/streams/stream-runner';
import { VirtualClock, VirtualTimer } from '../../../src/platform/time/virtual-clock';

const TENANT = 'demo';
let worlds = 0;
export const context = systemContext(TENANT, 'story', 'story');

/** A price that a story sets; none where null. */
export class StoryPrice extends QuoteSource {
  readonly name = 'story';
  readonly perTenant = false;
  price: string | null = '100';
  ts: Instant | null = null;

  quote(_instrument: unknown, at: Instant): Promise<RawQuote | null> {
    const { price } = this;
    return Promise.resolve(price === null ? null : { ts: this.ts ?? at, bid: price, ask: price, last: price, source: this.name });
  }
}

export type Dividend = Partial<AnnounceTerms> & { readonly ex_date: string; readonly amount_per_share: string };
const NONE = { pay_date: null, amount_per_share: null, currency: null, withholding_tax_pct: null, ratio: null, note: null };

interface Options {
  readonly start: Instant;
  readonly exchange?: Exchange;
  readonly lotSize?: string | null;
  readonly currency?: string;
  readonly folder?: string;
  /** A database that others have open too; a file of its own otherwise. */
  readonly databaseUrl?: string;
  readonly providers?: readonly ActionProvider[];
}

export class ActionWorld {
  private fills = 0;

  private constructor(
    readonly app: App,
    readonly clock: VirtualClock,
    readonly market: StoryPrice,
    /** What somebody who watches the log is warned of. */
    readonly alerts: readonly string[],
    readonly instrument: InstrumentView,
    private readonly folder: string | null,
  ) {}

  static async open({
    start,
    exchange = 'XNYS',
    lotSize = null,
    currency = 'USD',
    folder,
    providers = [],
    databaseUrl,
  }: Options): Promise<ActionWorld> {
    const home = folder ?? mkdtempSync(join(tmpdir(), 'vb-actions-'));
    const [clock, market] = [new VirtualClock(start), new StoryPrice()];
    const timer = new VirtualTimer(clock);
    const alerts: string[] = [];
    const settings = {
      ...readSettings({ DATABASE_URL: databaseUrl ?? `sqlite:${join(home, 'vb.sqlite')}`, VB_DEMO: 'false' }),
      roles: new Set<never>(),
    };
    const app = await createApp(settings, {
      clock,
      timer,
      ids: new CountingIds(`id-${++worlds}-${start}`),
      logger: pino({ level: 'warn' }, { write: (line: string) => void alerts.push((JSON.parse(line) as { readonly msg: string }).msg) }),
      synchronous: 'OFF',
      market: () => ({
        calendar: new PublishedCalendar(),
        quotes: market,
        actions: providers.map((provider) => new BoundedActions(provider, timer)),
        isHistorical: () => false,
      }),
      announce: () => undefined,
    });
    const terms = { symbol: 'KO', exchange, asset_type: 'EQUITY' as const, currency, tick_size: null, lot_size: lotSize };
    const instrument = await app.nest.get(CommandBus).execute(new AddInstrument(context, terms));
    return new ActionWorld(app, clock, market, alerts, instrument, folder === undefined ? home : null);
  }

  async close(): Promise<void> {
    await this.app.close();
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true });
  }

  get commands(): CommandBus {
    return this.app.nest.get(CommandBus);
  }

  addInstrument(symbol: string): Promise<InstrumentView> {
    const terms = { symbol, exchange: 'XNYS' as const, asset_type: 'EQUITY' as const, currency: 'USD', tick_size: null, lot_size: null };
    return this.commands.execute(new AddInstrument(context, terms));
  }

  /** In a portfolio of its own. */
  async openPosition(
    terms: { readonly qty?: string; readonly cash?: string; readonly anchor_price?: string | null } = {},
  ): Promise<string> {
    const portfolio = await this.commands.execute(new OpenPortfolio(context, { name: 'Story', base_currency: 'USD', owner_user_id: 'u' }));
    const { qty = '100', cash = '10000', anchor_price = '100' } = terms;
    const about = { portfolio_id: portfolio.id, symbol: 'KO', exchange: null, qty, cash, avg_cost: '100' };
    return (await this.commands.execute(new OpenPosition(context, { ...about, anchor_price, anchor_from_first_price: false }))).id;
  }

  position = (id: string): Promise<PositionView> => this.app.nest.get(QueryBus).execute(new GetPosition(TENANT, id));

  dividend({ ex_date, ...terms }: Dividend, forAll = false): Promise<AnnouncementView> {
    const about = { ...NONE, symbol: 'KO', exchange: null, type: 'CASH_DIVIDEND' as const, sequence: 1 };
    return this.commands.execute(new AnnounceAction(context, { ...about, ex_date, ...terms }, forAll));
  }

  split(ex_date: string, ratio: string, forAll = false): Promise<AnnouncementView> {
    const about = { ...NONE, symbol: 'KO', exchange: null, type: 'SPLIT' as const, sequence: 1 };
    return this.commands.execute(new AnnounceAction(context, { ...about, ex_date, ratio }, forAll));
  }

  halting(type: 'MERGER' | 'SPIN_OFF' | 'SYMBOL_CHANGE' | 'DELISTING', ex_date: string): Promise<AnnouncementView> {
    return this.commands.execute(new AnnounceAction(context, { ...NONE, symbol: 'KO', exchange: null, type, sequence: 1, ex_date }, false));
  }

  change(id: string, body: AnnouncementRequest, forAll = false): Promise<AnnouncementView> {
    return this.commands.execute(new AnnouncementCommand(context, id, body, forAll));
  }

  amend = (id: string, terms: Partial<AnnounceTerms>): Promise<AnnouncementView> => this.change(id, { type: 'Amend', data: { terms } });
  cancel = (id: string): Promise<AnnouncementView> => this.change(id, { type: 'Cancel', data: { reason: 'STORY' } });

  process(): Promise<ProcessView> {
    return this.commands.execute(new ProcessActions(systemContext(SYSTEM_TENANT, 'story', 'process')));
  }

  pay(corporate_action_id: string, how: { readonly paid_on?: string; readonly rate?: string } = {}) {
    const request = { corporate_action_id, position_id: null, paid_on: how.paid_on ?? null, rate: how.rate ?? null };
    return this.commands.execute(new PayDividends(context, request));
  }

  settings(positionId: string, group: string, values: Readonly<Record<string, unknown>>) {
    return this.commands.execute(new ChangeSettings(context, { scope: 'position', scope_id: positionId }, group, values));
  }

  async explain(position_id: string): Promise<Readonly<Record<string, SettingOrigin>>> {
    const { portfolio_id } = await this.position(position_id);
    return this.app.nest.get(QueryBus).execute(new ExplainSettings(TENANT, { position_id, portfolio_id }));
  }

  tenantSettings(group: string, values: Readonly<Record<string, unknown>>) {
    return this.commands.execute(new ChangeSettings(context, { scope: 'tenant', scope_id: TENANT }, group, values));
  }

  tick(at: Instant) {
    this.clock.set(at);
    return LiveDriver.of(this.app.nest).tick(context, at, { kind: 'tenant' });
  }

  settle = (): Promise<void> => LiveDriver.of(this.app.nest).settle();

  /** A queued order, and the broker's word about its fills at whatever time: reported when the story says so. */
  async order(positionId: string, side: 'BUY' | 'SELL', qty: string): Promise<string> {
    const terms = {
      side,
      qty,
      order_type: 'MARKET' as const,
      time_in_force: 'DAY' as const,
      limit_price: null,
      stop_price: null,
      reason: 'STORY',
    };
    const about = { ...context, correlationId: `order-${++this.fills}` };
    return (await this.commands.execute(new PlaceManualOrder(about, positionId, terms, this.market.price))).id;
  }

  async fill(orderId: string, qty: string, price: string, executed_at: Instant): Promise<void> {
    const fill = { broker_trade_id: `story-${++this.fills}`, qty, price, commission: '0', executed_at };
    await this.commands.execute(new BookBrokerFill(context, orderId, fill));
  }

  resume = (id: string): Promise<PositionView> =>
    this.commands.execute(new PositionCommand(context, id, { type: 'ResumePosition', data: {} }));

  /** The regular close of a day, as the job records it. */
  async regularClose(day: string, price: string): Promise<void> {
    const session = new PublishedCalendar().day(this.instrument.exchange, day);
    if (session === null || session === 'unknown') throw new Error(`${day} is no trading day`);
    const data = {
      instrument_id: this.instrument.id,
      day,
      regular_close: price,
      closed_at: session.close,
      source: 'story',
      calendar_version: 'story',
    };
    const stream = `instrument-${this.instrument.id}`;
    const about = systemContext(SYSTEM_TENANT, 'story', `close:${day}`);
    await this.app.nest.get(StreamRunner).run(about, [{ stream, command: { type: 'CloseSession', data } }]);
  }

  async events(stream: string, tenantId: string = TENANT): Promise<readonly RecordedEvent[]> {
    const log = await this.app.nest.get(TenantLogs).of(tenantId);
    return this.app.nest.get(EventStore).readStream({ log, tenantId }, stream);
  }

  async types(positionId: string): Promise<readonly string[]> {
    return (await this.events(`position-${positionId}`)).map(({ type }) => type);
  }

  /** Everybody's announcements. */
  async announcements(): Promise<readonly AnnouncementView[]> {
    const page = { limit: 100 };
    return (await this.app.nest.get(QueryBus).execute(new PageAnnouncements(TENANT, 'all', {}, {}, page))).items;
  }

  async lastReason(positionId: string): Promise<string> {
    const last = (await this.events(`evaluations-${positionId}`)).at(-1);
    return (JSON.parse(last?.data ?? '{}') as { reason?: string }).reason ?? '';
  }

  /** What a job does of these positions alone. */
  applyTo = (positionIds: readonly string[]) => this.commands.execute(new ApplyDueActions(context, positionIds, true));

  /** The read tables say what the events say. */
  async verify(): Promise<boolean> {
    return (await this.app.nest.get(ProjectionRebuilder).verify('all')).isEqual;
  }
}
