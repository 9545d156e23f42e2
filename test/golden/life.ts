/** What every part of a recorded life needs: the program on a scratch store, quotes that are told, and people who ask for things. */
import { type Instant, later } from '../../src/kernel/clock';
import { type CommandContext, SYSTEM_TENANT, systemContext } from '../../src/kernel/context';
import type { Message } from '../../src/kernel/decider';
import { EvaluatePosition, type EvaluationView } from '../../src/contracts/evaluation';
import { type OrderView, PlaceManualOrder } from '../../src/contracts/order';
import { OpenPosition, type OpenPositionTerms, PositionCommand, type PositionRequest } from '../../src/contracts/position';
import { ChangeSettings, type SettingTarget } from '../../src/contracts/settings';
import { RunTick, type TickView } from '../../src/contracts/tick';
import type { ScratchApp } from '../../src/cli/scratch-app';
import { QuoteSource, type RawQuote } from '../../src/market-data/quotes.port';
import { SubscriptionsRunner } from '../../src/platform/subscriptions/subscriptions.runner';

/** A Friday, half past nine in New York: the market opens. */
export const OPENING: Instant = '2026-11-20T14:30:00.000Z';
export const TENANT = 'demo';

/** Says what the story tells it to say. */
export class ToldQuotes extends QuoteSource {
  readonly name = 'told';
  readonly perTenant = false;
  next: RawQuote | null = null;

  quote(): Promise<RawQuote | null> {
    return Promise.resolve(this.next);
  }
}

export class Life {
  private requests = 0;

  constructor(
    readonly scratch: ScratchApp,
    private readonly quotes: ToldQuotes,
    /** Names its requests: they are part of keys that may be used once. */
    private readonly name: string,
  ) {}

  change(target: SettingTarget, group: string, values: Readonly<Record<string, unknown>>): Promise<unknown> {
    return this.scratch.commands.execute(new ChangeSettings(this.user(), target, group, values));
  }

  async open(terms: Partial<OpenPositionTerms>): Promise<string> {
    const usual = { portfolio_id: '', symbol: 'KO', exchange: null, qty: '100', cash: '10000', anchor_price: null };
    const { id } = await this.scratch.commands.execute(
      new OpenPosition(this.user(), { ...usual, anchor_from_first_price: false, avg_cost: null, ...terms }),
    );
    return id;
  }

  quote(last: string | null, fields: Partial<RawQuote> = {}): void {
    this.quotes.next = last === null ? null : { ts: this.scratch.clock.now(), last, source: 'told', ...fields };
  }

  async tick(last: string | null, fields: Partial<RawQuote> = {}, isSeenThrough = true): Promise<TickView> {
    this.pass();
    this.quote(last, fields);
    const { driver, clock, commands } = this.scratch;
    const tickId = clock.now();
    const tick = await commands.execute(new RunTick(systemContext(SYSTEM_TENANT, 'scheduler', tickId), tickId, { kind: 'all' }));
    if (isSeenThrough) await driver.settle();
    return tick;
  }

  /** Five minutes go by. */
  pass(): void {
    const { clock } = this.scratch;
    clock.set(later(clock.now(), 300_000));
  }

  evaluate(id: string, price: string | null): Promise<EvaluationView> {
    return this.scratch.commands.execute(new EvaluatePosition(this.user(), id, { price, dryRun: false }));
  }

  order(id: string, side: 'BUY' | 'SELL', qty: string): Promise<OrderView> {
    const terms = { side, qty, order_type: 'MARKET', time_in_force: 'DAY', limit_price: null, stop_price: null, reason: 'GOLDEN' } as const;
    return this.scratch.commands.execute(new PlaceManualOrder(this.user(), id, terms, null));
  }

  ask(id: string, body: PositionRequest): Promise<unknown> {
    return this.scratch.commands.execute(new PositionCommand(this.user(), id, body));
  }

  fill(trade: string, qty: string, price: string) {
    return { broker_trade_id: `other-${trade}`, qty, price, commission: null, executed_at: this.scratch.clock.now() };
  }

  command(stream: string, command: Message, tenantId = TENANT): Promise<void> {
    return this.commands([{ stream, command }], tenantId);
  }

  async commands(items: readonly { readonly stream: string; readonly command: Message }[], tenantId = TENANT): Promise<void> {
    const { events } = await this.scratch.app.platform.streams.run({ ...this.user(), tenantId }, items);
    if (events.length === 0) throw new Error(`nothing happened: ${JSON.stringify(items)}`);
  }

  user(): CommandContext {
    this.requests += 1;
    return { tenantId: TENANT, actor: 'user:user-1', correlationId: `${this.name}-${this.requests}`, causationId: null, idempotency: null };
  }

  /** Hands intents to the queue, without anybody working on them. */
  deliver(): Promise<void> {
    return this.scratch.app.nest.get(SubscriptionsRunner, { strict: false }).catchUp();
  }
}
