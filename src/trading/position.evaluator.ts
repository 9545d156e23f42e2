/** Evaluates positions and records what was decided: the HOLD alone, an order with its evaluation and reservation in one append. */
import type { QueryBus } from '@nestjs/cqrs';
import type { Clock } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import type { Folded } from '../kernel/decider';
import type { Ids } from '../kernel/ids';
import { memoryToday } from '../rules/action-prices';
import type { QuoteMemory } from '../rules/quote-gate-jump';
import type { RuleSettings } from '../rules/settings';
import type { EvaluationData, SettingValues, TriggerKind } from '../contracts/evaluation';
import type { OrderCommandBody } from '../contracts/order';
import type { PositionCommandBody } from '../contracts/position';
import { type EffectiveSettings, GetEffectiveSettings } from '../contracts/settings';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { TenantTables } from '../platform/database/tenant-tables';
import { DuplicateKey, VersionConflict } from '../platform/event-store/event-store.errors';
import type { Row } from '../platform/event-store/row-write';
import type { RunOptions, StreamItem } from '../platform/streams/stream-item';
import type { StreamRunner } from '../platform/streams/stream-runner';
import { evaluate, mustHalt, settingsOf } from './evaluation';
import { evaluationStream } from './evaluation.decider';
import { QuoteMemories } from './evaluation.projection';
import { type ActionGate, hasFraction } from './action-gate';
import { MarketMoment } from './market-moment';
import { intentOf, reservationOf } from './order-intent';
import { PositionCache } from './position-cache';
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
  readonly memory: QuoteMemory | null;
  /** Why it must hold until a corporate action is applied. */
  readonly blocked: string | null;
}

export type OnResult = (id: string, result: Recorded | { readonly outcome: 'failed'; readonly error: unknown }) => void;

interface Planned {
  readonly loaded: Loaded;
  readonly items: readonly StreamItem[];
  readonly data: EvaluationData | null;
  readonly failure?: unknown;
}

const isDone = (error: unknown): boolean => error instanceof DuplicateKey && error.constraint === 'unique_key';

const CONFLICT_TRIES = 5;

const marks = (ids: readonly string[]): string => ids.map(() => '?').join(', ');

const blockedOnly = (id: string, reason: string | null): ReadonlyMap<string, string> => new Map(reason === null ? [] : [[id, reason]]);

const ONE_TRY: RunOptions = { tries: 1 };

/** Nothing is asked of a provider while the exchange is closed. */
function isTradable({ exchange, status }: OpenPositionState, moment: MarketMoment): boolean {
  const { session } = moment.of(exchange);
  return status !== 'HALTED' && (session === 'REGULAR' || session === 'EXTENDED');
}

export class PositionEvaluator {
  private readonly parsedSettings = new WeakMap<SettingValues, RuleSettings>();
  private readonly cache = new PositionCache();

  constructor(
    private readonly streams: StreamRunner,
    private readonly tables: TenantTables,
    private readonly queries: QueryBus,
    private readonly calendar: ExchangeCalendar,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly gate: ActionGate,
  ) {}

  /** Evaluates and records each position; the results come in the order of `ids`, a position that is gone is left out. */
  async recordAll(context: CommandContext, ids: readonly string[], request: EvaluationRequest, onResult: OnResult): Promise<void> {
    const blocked = await this.gate.open(context, ids);
    const loaded = await this.load(context.tenantId, ids, blocked);
    const moment = this.moment();
    const tradable = loaded.filter(({ position }) => isTradable(position, moment)).map(({ position }) => position);
    await request.quotes.fetch(context.tenantId, tradable, moment.now);
    const positions = await Promise.all(loaded.map((one) => this.withoutFraction(context, one, request, moment)));
    const plans = positions.map((loaded) => this.planned(context.tenantId, loaded, request, moment));
    const outcomes = await this.streams.runEach(
      context,
      plans.map(({ items }) => items),
    );
    const again: Promise<void>[] = [];
    plans.forEach(({ loaded, data, failure }, index) => {
      const error = failure ?? outcomes[index]?.error;
      if (error === undefined && data) onResult(loaded.id, { outcome: 'recorded', data });
      else if (isDone(error)) onResult(loaded.id, { outcome: 'already_recorded' });
      else if (error instanceof VersionConflict) again.push(this.recordAgain(context, loaded, request, onResult));
      else onResult(loaded.id, { outcome: 'failed', error });
    });
    await Promise.all(again);
  }

  /** A decision that failed has nothing to append. */
  private planned(tenantId: string, loaded: Loaded, request: EvaluationRequest, moment: MarketMoment): Planned {
    try {
      return { loaded, ...this.plan(loaded, this.decide(tenantId, loaded, request, moment, false), request) };
    } catch (failure) {
      return { loaded, items: [], data: null, failure };
    }
  }

  /** Somebody changed the position meanwhile: it is decided again on what it is now. */
  private async recordAgain(
    context: CommandContext,
    { id, blocked }: Loaded,
    request: EvaluationRequest,
    onResult: OnResult,
  ): Promise<void> {
    try {
      const [fresh] = await this.load(context.tenantId, [id], blockedOnly(id, blocked));
      if (fresh) onResult(id, await this.record(context, fresh, request, this.moment()));
    } catch (error) {
      onResult(id, { outcome: 'failed', error });
    }
  }

  /** One position, null where it does not exist. `respond` is the answer that the caller's idempotency key replays. */
  async recordOne(
    context: CommandContext,
    id: string,
    request: EvaluationRequest,
    respond: (data: EvaluationData) => object,
  ): Promise<Recorded | null> {
    const blocked = await this.gate.open(context, [id]);
    const moment = this.moment();
    const found = await this.loadWithQuote(context.tenantId, id, request, moment, blocked);
    const loaded = found && (await this.withoutFraction(context, found, request, moment));
    return loaded && this.record(context, loaded, request, moment, respond);
  }

  /** Decides without recording anything; null where the position does not exist. */
  async preview(context: CommandContext, id: string, request: EvaluationRequest, ownOrder = false): Promise<EvaluationData | null> {
    const blocked = await this.gate.open(context, [id], false);
    const moment = this.moment();
    const loaded = await this.loadWithQuote(context.tenantId, id, request, moment, blocked);
    return loaded && this.decide(context.tenantId, loaded, request, moment, ownOrder);
  }

  /** A price that would decide also pays the fraction that a split has left: then the position is what it is with that cash. */
  private async withoutFraction(
    context: CommandContext,
    loaded: Loaded,
    request: EvaluationRequest,
    moment: MarketMoment,
  ): Promise<Loaded> {
    const { id, position, blocked } = loaded;
    if (!hasFraction(position)) return loaded;
    const { price_effective: price } = this.decide(context.tenantId, loaded, request, moment, false);
    if (price === null || !(await this.gate.payFractions(context, id, position, price))) return loaded;
    const [fresh] = await this.load(context.tenantId, [id], blockedOnly(id, blocked));
    return fresh ?? loaded;
  }

  private moment(): MarketMoment {
    return new MarketMoment(this.calendar, this.clock.now());
  }

  private async loadWithQuote(
    tenantId: string,
    id: string,
    request: EvaluationRequest,
    moment: MarketMoment,
    blocked: ReadonlyMap<string, string>,
  ): Promise<Loaded | null> {
    const [loaded] = await this.load(tenantId, [id], blocked);
    if (!loaded) return null;
    if (isTradable(loaded.position, moment)) await request.quotes.fetch(tenantId, [loaded.position], moment.now);
    return loaded;
  }

  private async load(tenantId: string, ids: readonly string[], blocked: ReadonlyMap<string, string>): Promise<readonly Loaded[]> {
    if (ids.length === 0) return [];
    const rows = await this.tables.read(
      tenantId,
      `SELECT p.position_id, p.portfolio_id, p.version, e.quote_epoch, e.quote_memory FROM positions p
       LEFT JOIN latest_evaluations e ON e.log = p.log AND e.tenant_id = p.tenant_id AND e.position_id = p.position_id
       WHERE p.log = ? AND p.tenant_id = ? AND p.position_id IN (${marks(ids)})`,
      ids,
    );
    const owners = rows.map((row) => ({ position_id: String(row['position_id']), portfolio_id: String(row['portfolio_id']) }));
    const [states, settings] = await Promise.all([
      this.states(tenantId, rows),
      this.queries.execute(new GetEffectiveSettings(tenantId, owners)),
    ]);
    const memories = new QuoteMemories();
    return rows.map((row, index) => {
      const id = String(row['position_id']);
      const folded = states[index];
      if (!folded) throw new Error(`position ${id} is listed and has no row`);
      const effective = settings.get(id) ?? { overrides: {}, config_version: 'default' };
      const position = opened(folded.state);
      const memory = memoryToday(memories.of(row, position.quote_epoch), position.actions);
      return { id, folded, position, effective, memory, blocked: blocked.get(id) ?? null };
    });
  }

  /** The states of these rows, in their order; what is not at hand in its version is read in one go. */
  private async states(tenantId: string, rows: readonly Row[]): Promise<readonly (Folded<PositionState> | null | undefined)[]> {
    const states = rows.map((row) => this.cache.get(tenantId, String(row['position_id']), Number(row['version'])));
    const missing = rows.flatMap((row, index) => (states[index] ? [] : [String(row['position_id'])]));
    if (missing.length === 0) return states;
    const read = `SELECT * FROM positions WHERE log = ? AND tenant_id = ? AND position_id IN (${marks(missing)})`;
    const found = new Map<string, Folded<PositionState>>();
    for (const row of await this.tables.read(tenantId, read, missing)) {
      const id = String(row['position_id']);
      const folded = positionProjection.fromRow(row);
      this.cache.put(tenantId, id, folded);
      found.set(id, folded);
    }
    return rows.map((row, index) => states[index] ?? found.get(String(row['position_id'])));
  }

  private settings({ overrides }: EffectiveSettings): RuleSettings {
    const known = this.parsedSettings.get(overrides);
    if (known) return known;
    const parsed = settingsOf(overrides);
    this.parsedSettings.set(overrides, parsed);
    return parsed;
  }

  private decide(tenantId: string, loaded: Loaded, request: EvaluationRequest, moment: MarketMoment, ownOrder: boolean): EvaluationData {
    const { id, folded, position, effective, memory } = loaded;
    const { session, day } = moment.of(position.exchange);
    return evaluate({
      position_id: id,
      position,
      version: folded.version,
      own_order: ownOrder,
      action_pending: loaded.blocked,
      tick_id: request.tick_id,
      trigger_kind: request.trigger_kind,
      evaluated_at: moment.now,
      session,
      calendar_version: moment.calendarVersion,
      day,
      quote: request.quotes.latest(tenantId, position.instrument_id),
      historical: request.quotes.historical,
      memory,
      overrides: effective.overrides,
      settings: this.settings(effective),
      config_version: effective.config_version,
    });
  }

  private async record(
    context: CommandContext,
    loaded: Loaded,
    request: EvaluationRequest,
    moment: MarketMoment,
    respond?: (data: EvaluationData) => object,
  ): Promise<Recorded> {
    let current = loaded;
    for (let attempt = 1; ; attempt++) {
      const decided = this.decide(context.tenantId, current, request, moment, false);
      const { items, data } = this.plan(current, decided, request);
      const run: RunOptions = respond ? { tries: 1, respond: () => respond(data) } : ONE_TRY;
      try {
        await this.streams.run(context, items, run);
        return { outcome: 'recorded', data };
      } catch (error) {
        if (isDone(error)) return { outcome: 'already_recorded' };
        if (!(error instanceof VersionConflict) || attempt >= CONFLICT_TRIES) throw error;
        const [fresh] = await this.load(context.tenantId, [loaded.id], blockedOnly(loaded.id, loaded.blocked));
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
