/** Evaluates positions and records what was decided: the HOLD alone, an order with its evaluation and reservation in one append. */
import type { QueryBus } from '@nestjs/cqrs';
import type { Clock, Instant } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import type { Folded } from '../kernel/decider';
import type { Ids } from '../kernel/ids';
import type { RuleSettings } from '../rules/settings';
import type { EvaluationData, SettingValues, TriggerKind } from '../contracts/evaluation';
import type { OrderCommandBody } from '../contracts/order';
import type { PositionCommandBody } from '../contracts/position';
import { type EffectiveSettings, GetEffectiveSettings } from '../contracts/settings';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { Sql } from '../platform/database/sql';
import { DuplicateKey, VersionConflict } from '../platform/event-store/event-store.errors';
import { DEFAULT_LOG } from '../platform/event-store/event-store.port';
import type { Row } from '../platform/event-store/row-write';
import type { RunOptions, StreamItem, StreamRunner } from '../platform/streams/stream-runner';
import { evaluate, mustHalt, settingsOf } from './evaluation';
import { evaluationStream } from './evaluation.decider';
import { rememberedQuote } from './evaluation.projection';
import { intentOf, reservationOf } from './order-intent';
import { opened, positionProjection } from './position.projection';
import { type OpenPositionState, type PositionState } from './position.state';
import type { QuoteBoard } from '../market-data/quote-board';

export interface EvaluationRequest {
  readonly tick_id: string | null;
  readonly trigger_kind: TriggerKind;
  /** `<tick_id>` or the caller's key: with the position it makes the order's dedupe key. */
  readonly dedupe: string;
  readonly quotes: QuoteBoard;
}

export type Recorded = { readonly outcome: 'recorded'; readonly data: EvaluationData } | { readonly outcome: 'already_recorded' };

interface Loaded {
  readonly id: string;
  readonly folded: Folded<PositionState>;
  readonly position: OpenPositionState;
  readonly effective: EffectiveSettings;
  readonly memory: Row | undefined;
}

const CONFLICT_TRIES = 5;

export class PositionEvaluator {
  private readonly parsedSettings = new WeakMap<SettingValues, RuleSettings>();

  constructor(
    private readonly streams: StreamRunner,
    private readonly sql: Sql,
    private readonly queries: QueryBus,
    private readonly calendar: ExchangeCalendar,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Evaluates and records each position; the results come in the order of `ids`, a position that is gone is left out. */
  async recordAll(
    context: CommandContext,
    ids: readonly string[],
    request: EvaluationRequest,
    onResult: (id: string, result: Recorded | { readonly outcome: 'failed'; readonly error: unknown }) => void,
  ): Promise<void> {
    const positions = await this.load(context.tenantId, ids);
    const now = this.clock.now();
    await request.quotes.fetch(
      context.tenantId,
      positions.filter(({ position }) => this.isTradable(position, now)).map(({ position }) => position),
      now,
    );
    const work = positions.map((loaded) =>
      this.record(context, loaded, request, {}).then(
        (result) => onResult(loaded.id, result),
        (error: unknown) => onResult(loaded.id, { outcome: 'failed', error }),
      ),
    );
    await Promise.all(work);
  }

  /** One position, null where it does not exist. `respond` is the answer that the caller's idempotency key replays. */
  async recordOne(
    context: CommandContext,
    id: string,
    request: EvaluationRequest,
    respond: (data: EvaluationData) => object,
  ): Promise<Recorded | null> {
    const loaded = await this.loadWithQuote(context.tenantId, id, request);
    return loaded && this.record(context, loaded, request, { respond });
  }

  /** Decides without recording anything; null where the position does not exist. */
  async preview(tenantId: string, id: string, request: EvaluationRequest, ownOrder = false): Promise<EvaluationData | null> {
    const loaded = await this.loadWithQuote(tenantId, id, request);
    return loaded && this.decide(tenantId, loaded, request, ownOrder);
  }

  private async loadWithQuote(tenantId: string, id: string, request: EvaluationRequest): Promise<Loaded | null> {
    const [loaded] = await this.load(tenantId, [id]);
    if (!loaded) return null;
    const now = this.clock.now();
    if (this.isTradable(loaded.position, now)) await request.quotes.fetch(tenantId, [loaded.position], now);
    return loaded;
  }

  /** Nothing is asked of a provider while the exchange is closed. */
  private isTradable({ exchange, status }: OpenPositionState, now: Instant): boolean {
    const session = this.calendar.session(exchange, now);
    return status !== 'HALTED' && (session === 'REGULAR' || session === 'EXTENDED');
  }

  private async load(tenantId: string, ids: readonly string[]): Promise<readonly Loaded[]> {
    if (ids.length === 0) return [];
    const marks = ids.map(() => '?').join(', ');
    const scope = [DEFAULT_LOG, tenantId, ...ids];
    const [rows, memories] = await Promise.all([
      this.sql.read(`SELECT * FROM positions WHERE log = ? AND tenant_id = ? AND position_id IN (${marks})`, scope),
      this.sql.read(
        `SELECT position_id, quote_epoch, quote_memory FROM latest_evaluations WHERE log = ? AND tenant_id = ? AND position_id IN (${marks})`,
        scope,
      ),
    ]);
    const memoryOf = new Map(memories.map((row) => [row['position_id'], row]));
    const owners = rows.map((row) => ({ position_id: String(row['position_id']), portfolio_id: String(row['portfolio_id']) }));
    const settings = await this.queries.execute(new GetEffectiveSettings(tenantId, owners));
    return rows.map((row) => {
      const id = String(row['position_id']);
      const folded = positionProjection.fromRow(row);
      const effective = settings.get(id) ?? { overrides: {}, config_version: 'default' };
      return { id, folded, position: opened(folded.state), effective, memory: memoryOf.get(id) };
    });
  }

  private settings({ overrides }: EffectiveSettings): RuleSettings {
    const known = this.parsedSettings.get(overrides);
    if (known) return known;
    const parsed = settingsOf(overrides);
    this.parsedSettings.set(overrides, parsed);
    return parsed;
  }

  private decide(tenantId: string, loaded: Loaded, request: EvaluationRequest, ownOrder: boolean): EvaluationData {
    const { id, folded, position, effective, memory } = loaded;
    const now = this.clock.now();
    const session = this.calendar.session(position.exchange, now);
    return evaluate({
      position_id: id,
      position,
      version: folded.version,
      own_order: ownOrder,
      tick_id: request.tick_id,
      trigger_kind: request.trigger_kind,
      evaluated_at: now,
      session,
      calendar_version: this.calendar.version,
      day: session === 'UNKNOWN' ? null : this.calendar.tradingDay(position.exchange, now),
      quote: request.quotes.latest(tenantId, position.instrument_id),
      historical: request.quotes.historical,
      memory: rememberedQuote(memory, position.quote_epoch),
      overrides: effective.overrides,
      settings: this.settings(effective),
      config_version: effective.config_version,
    });
  }

  private async record(
    context: CommandContext,
    loaded: Loaded,
    request: EvaluationRequest,
    options: { readonly respond?: (data: EvaluationData) => object },
  ): Promise<Recorded> {
    let current = loaded;
    for (let attempt = 1; ; attempt++) {
      const decided = this.decide(context.tenantId, current, request, false);
      const { items, data } = this.plan(current, decided, request);
      const { respond } = options;
      const run: RunOptions = respond ? { tries: 1, respond: () => respond(data) } : { tries: 1 };
      try {
        await this.streams.run(context, items, run);
        return { outcome: 'recorded', data };
      } catch (error) {
        if (error instanceof DuplicateKey && error.constraint === 'unique_key') return { outcome: 'already_recorded' };
        if (!(error instanceof VersionConflict) || attempt >= CONFLICT_TRIES) throw error;
        const [fresh] = await this.load(context.tenantId, [loaded.id]);
        if (!fresh) throw error;
        current = fresh;
      }
    }
  }

  /** The streams that one evaluation writes; their versions guard the state it was decided on. */
  private plan(loaded: Loaded, data: EvaluationData, request: EvaluationRequest): { items: readonly StreamItem[]; data: EvaluationData } {
    const evaluation = (recorded: EvaluationData): StreamItem => ({
      stream: evaluationStream(loaded.id),
      command: { type: 'RecordEvaluation', data: recorded },
    });
    const position = (command: PositionCommandBody): StreamItem => ({ stream: `position-${loaded.id}`, command, loaded: loaded.folded });
    if (mustHalt(data)) {
      const reason = `PRICE_JUMP: ${data.quote?.ts ?? 'no time'} is too far from the last good price; check for a split or a bad feed, then resume`;
      return { items: [evaluation(data), position({ type: 'HaltPosition', data: { reason } })], data };
    }
    if (data.action === 'HOLD') {
      if (data.reason !== 'NO_ANCHOR' || !data.position.anchor_from_first_price || data.price_effective === null) {
        return { items: [evaluation(data)], data };
      }
      const command: PositionCommandBody = { type: 'SetAnchor', data: { anchor_price: data.price_effective, reason: 'FIRST_PRICE' } };
      return { items: [evaluation(data), position(command)], data };
    }
    const orderId = this.ids.next();
    const placed = { ...data, order_id: orderId };
    const settings = this.settings(loaded.effective);
    const intent = intentOf(placed, loaded.position, settings, orderId, request.dedupe);
    const order = (type: 'QueueOrder' | 'RecordRejectedOrder'): StreamItem => {
      const command: OrderCommandBody = { type, data: intent };
      return { stream: `order-${orderId}`, command, loaded: null };
    };
    if (data.action === 'REJECT') return { items: [evaluation(placed), order('RecordRejectedOrder')], data: placed };
    const reserve = reservationOf(intent, loaded.position, settings);
    return { items: [evaluation(placed), order('QueueOrder'), position(reserve)], data: placed };
  }
}
