/** Brings positions up to date with what was announced: ex-dates, splits, payments. Safe to run at any time, any number of times. */
import type { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type Amount, formatAmount, ZERO } from '../kernel/amount';
import type { Clock, Instant } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import { DomainError } from '../kernel/errors';
import { GetRegularClose } from '../contracts/corporate-action';
import { RequestOrderCancel } from '../contracts/order';
import type { PositionLedger } from '../contracts/position-action';
import type { TenantTables } from '../platform/database/tenant-tables';
import type { EventStore } from '../platform/event-store/event-store.port';
import type { TenantLogs } from '../platform/event-store/tenant-logs';
import type { Log } from '../platform/observability/log';
import type { StreamItem } from '../platform/streams/stream-item';
import type { StreamRunner } from '../platform/streams/stream-runner';
import { type DueAnnouncement, DueAnnouncements } from './due-announcements';
import { isDone, planPosition, type PlanFacts, shareChanges } from './position-plan';
import type { PositionSettings } from './position-settings';

/** The reasons that an evaluation gives while an action is not applied. */
export const PENDING = 'CORPORATE_ACTION_PENDING';
export const REVIEW = 'CORPORATE_ACTION_REVIEW';

export interface Applied {
  readonly blocked: Map<string, string>;
  readonly waiting: Set<string>;
  applied: number;
}

type Heard = Parameters<typeof isDone>[0][number];

interface ConcernedPosition {
  readonly id: string;
  readonly instrument_id: string;
  readonly created_at: Instant;
}

export class DueActions {
  constructor(
    private readonly due: DueAnnouncements,
    private readonly settings: PositionSettings,
    private readonly tables: TenantTables,
    private readonly streams: StreamRunner,
    private readonly history: PositionHistory,
    private readonly buses: Buses,
  ) {}

  /** Nothing is read beyond the announcements themselves where nothing is due. */
  async apply(context: CommandContext, positionIds: readonly string[] | null, mayApply: boolean): Promise<Applied> {
    const done: Applied = { blocked: new Map(), waiting: new Set(), applied: 0 };
    const now = this.buses.clock.now();
    const dues = await this.due.of(context.tenantId, now);
    if (dues.length === 0) return done;
    const closes = await this.previousCloses(dues);
    const heard = await this.heardOf(context.tenantId, dues);
    for (const position of await this.concerned(context.tenantId, dues, positionIds)) {
      const own = dues.filter((due) => due.instrument_id === position.instrument_id && position.created_at < due.instants.ex_open);
      const entries = heard.get(position.id) ?? [];
      const open = own.filter((due) => !isDone(entries, due));
      if (open.length > 0) await this.applyTo(context, position.id, open, { closes, now, mayApply }, done);
    }
    return done;
  }

  private async applyTo(
    context: CommandContext,
    positionId: string,
    open: readonly DueAnnouncement[],
    { closes, now, mayApply }: { readonly closes: ReadonlyMap<string, string | null>; readonly now: Instant; readonly mayApply: boolean },
    done: Applied,
  ): Promise<void> {
    const certain = open.filter(({ status }) => status !== 'REVIEW');
    const wait = (reason: string, dues: readonly DueAnnouncement[]): void => {
      for (const { corporate_action_id } of dues) done.waiting.add(corporate_action_id);
      if (dues.some(({ instants }) => now >= instants.ex_open)) done.blocked.set(positionId, reason);
    };
    const doubtful = open.filter(({ status }) => status === 'REVIEW');
    if (doubtful.length > 0) wait(REVIEW, doubtful);
    if (certain.length === 0) return;
    if (!mayApply) return wait(PENDING, certain);
    try {
      if (!(await this.withoutLiveOrder(context, positionId, certain))) return wait(PENDING, certain);
      done.applied += await this.append(context, positionId, certain, closes, now);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.buses.log.error('a corporate action cannot be applied; the position waits for a person', {
        position_id: positionId,
        code: error.code,
        err: error,
      });
      wait(REVIEW, certain);
    }
  }

  private async append(
    context: CommandContext,
    positionId: string,
    dues: readonly DueAnnouncement[],
    closes: ReadonlyMap<string, string | null>,
    now: Instant,
  ): Promise<number> {
    const stream = `position-${positionId}`;
    const first = dues[0];
    const about = { ...context, correlationId: first?.corporate_action_id ?? context.correlationId, idempotency: null };
    const result = await this.streams.run(about, async (load) => {
      const loaded = await load<PositionLedger>(stream);
      if (!loaded || loaded.state.status === 'NONE') return [];
      const facts: PlanFacts = {
        ...(await this.settings.of(context.tenantId, positionId, loaded.state)),
        changes: shareChanges(await this.history.of(context.tenantId, stream)),
        previousClose: closes,
        now,
      };
      return planPosition(loaded.state, dues, facts).map((command): StreamItem => {
        const exOpen = 'ex_open' in command.data ? command.data.ex_open : now;
        return { stream, command, loaded, ts: exOpen < now ? exOpen : now };
      });
    });
    if (result.events.length > 0) this.alertDebt(positionId, about.correlationId, result.state<PositionLedger>(stream).state.cash);
    return result.events.length;
  }

  /** What was paid and taken back may have been spent: it happened, nothing can be bought, and a person should know. */
  private alertDebt(position_id: string, corporate_action_id: string, cash: Amount): void {
    if (cash >= ZERO) return;
    this.buses.log.error('a correction of a corporate action left cash below zero; deposit the difference, until then nothing is bought', {
      position_id,
      corporate_action_id,
      cash: formatAmount(cash),
    });
  }

  /** Case of a live order: what was decided before the action is cancelled and decided again. False while the broker has not answered. */
  private async withoutLiveOrder(context: CommandContext, positionId: string, dues: readonly DueAnnouncement[]): Promise<boolean> {
    const order = await this.liveOrder(context.tenantId, positionId);
    if (order === null) return true;
    const overtaken = dues.filter(({ instants, status }) => status === 'ANNOUNCED' && order.created_at < instants.ex_open);
    if (overtaken.length === 0) return true;
    const cause = overtaken[0]?.corporate_action_id ?? '';
    try {
      await this.buses.commands.execute(
        new RequestOrderCancel({ ...context, correlationId: cause, idempotency: null }, order.id, `CORPORATE_ACTION:${cause}`),
      );
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'order.ended') throw error;
    }
    const isSplit = overtaken.some(({ type }) => type === 'SPLIT');
    return !isSplit || (await this.liveOrder(context.tenantId, positionId)) === null;
  }

  private async liveOrder(tenantId: string, positionId: string): Promise<{ readonly id: string; readonly created_at: Instant } | null> {
    const loaded = await this.streams.load<PositionLedger>(tenantId, `position-${positionId}`);
    const id = loaded && loaded.state.status !== 'NONE' ? (loaded.state.reservation?.order_id ?? null) : null;
    if (id === null) return null;
    const order = await this.streams.load(tenantId, `order-${id}`);
    return { id, created_at: order?.createdAt ?? '' };
  }

  private async concerned(
    tenantId: string,
    dues: readonly DueAnnouncement[],
    ids: readonly string[] | null,
  ): Promise<readonly ConcernedPosition[]> {
    const instruments = [...new Set(dues.map(({ instrument_id }) => instrument_id))];
    const wanted = ids && new Set(ids);
    const sql = `SELECT position_id, instrument_id, created_at FROM positions WHERE log = ? AND tenant_id = ? AND instrument_id IN (${instruments.map(() => '?').join(', ')}) ORDER BY position_id`;
    const rows = await this.tables.read(tenantId, sql, instruments);
    return rows
      .map((row) => ({
        id: String(row['position_id']),
        instrument_id: String(row['instrument_id']),
        created_at: String(row['created_at']),
      }))
      .filter(({ id }) => wanted === null || wanted.has(id));
  }

  /** By position, which of these actions it has heard of in which revision. */
  private async heardOf(tenantId: string, dues: readonly DueAnnouncement[]): Promise<ReadonlyMap<string, readonly Heard[]>> {
    const ids = dues.map(({ corporate_action_id }) => corporate_action_id);
    const sql = `SELECT position_id, corporate_action_id, announced_by, revision FROM position_actions
      WHERE log = ? AND tenant_id = ? AND corporate_action_id IN (${ids.map(() => '?').join(', ')})`;
    const heard = new Map<string, Heard[]>();
    for (const row of await this.tables.read(tenantId, sql, ids)) {
      const of = heard.get(String(row['position_id'])) ?? [];
      heard.set(String(row['position_id']), of);
      const [corporate_action_id, announced_by] = [String(row['corporate_action_id']), String(row['announced_by'])];
      of.push({ corporate_action_id, announced_by, revision: Number(row['revision']) });
    }
    return heard;
  }

  private async previousCloses(dues: readonly DueAnnouncement[]): Promise<ReadonlyMap<string, string | null>> {
    const closes = new Map<string, string | null>();
    for (const { type, instrument_id, instants } of dues) {
      const key = `${instrument_id}/${instants.previous_day}`;
      if (type !== 'CASH_DIVIDEND' || closes.has(key)) continue;
      closes.set(key, await this.buses.queries.execute(new GetRegularClose(instrument_id, instants.previous_day)));
    }
    return closes;
  }
}

/** What the work needs of its surroundings. */
export interface Buses {
  readonly commands: CommandBus;
  readonly queries: QueryBus;
  readonly clock: Clock;
  readonly log: Log;
}

/** A position's own events: entitlement is a fold of them. */
export class PositionHistory {
  constructor(
    private readonly store: EventStore,
    private readonly logs: TenantLogs,
  ) {}

  async of(tenantId: string, stream: string) {
    return this.store.readStream({ log: await this.logs.of(tenantId), tenantId }, stream);
  }
}
