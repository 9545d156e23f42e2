/** The only place that appends: load, fold, decide, append atomically, retry a conflict. */
import type { Clock, Instant } from '../../kernel/clock';
import type { CommandContext } from '../../kernel/context';
import { categoryOf, type Folded, streamId } from '../../kernel/decider';
import type { Ids } from '../../kernel/ids';
import type { Sql } from '../database/sql';
import { VersionConflict } from '../event-store/event-store.errors';
import type { AppendCall, EventStore, TenantScope } from '../event-store/event-store.port';
import type { TenantLogs } from '../event-store/tenant-logs';
import { AppendPlan, type Draft, type PlanLogs } from './append-plan';
import type { ItemSource, RunOptions, RunResult, StreamItem } from './stream-item';
import { foldEvents } from './stream-fold';
import type { StreamRegistry } from './stream-registry';

/** One list of many that are run together: durable, or refused alone with its error. */
export type RunOutcome = { readonly error?: undefined } | { readonly error: unknown };

const DEFAULT_TRIES = 16;
const DONE: RunOutcome = Object.freeze({});
const NO_OPTIONS: RunOptions = Object.freeze({});

export class StreamRunner {
  constructor(
    private readonly store: EventStore,
    private readonly sql: Sql,
    private readonly registry: StreamRegistry,
    private readonly logs: TenantLogs,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Decides and appends atomically; on a version conflict again on fresh state. Throws what a decider or the store throws. */
  async run(context: CommandContext, source: ItemSource, options: RunOptions = {}): Promise<RunResult> {
    const tries = options.tries ?? DEFAULT_TRIES;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(context, source, options);
      } catch (error) {
        if (!(error instanceof VersionConflict) || attempt >= tries) throw error;
      }
    }
  }

  /**
   * Runs many lists, each atomic for itself, made durable together; outcomes in their order, conflicts left to the caller.
   * Every stream must be one that appends anyway or come with its state loaded.
   */
  async runEach(context: CommandContext, lists: readonly (readonly StreamItem[])[]): Promise<readonly RunOutcome[]> {
    const outcomes: RunOutcome[] = lists.map(() => DONE);
    const now = this.clock.now();
    const logs = await this.logsOf(context);
    const calls: AppendCall[] = [];
    const places: number[] = [];
    lists.forEach((items, place) => {
      try {
        const call = this.planAtOnce(context, logs, items, now).toCall(NO_OPTIONS);
        if (!call) return;
        calls.push(call);
        places.push(place);
      } catch (error) {
        outcomes[place] = { error };
      }
    });
    const errors = await this.store.appendEach(calls);
    errors.forEach((error, index) => {
      if (error !== null) outcomes[places[index] ?? 0] = { error };
    });
    return outcomes;
  }

  /** Current state of a stream from its row, or folded from its events; null where it does not exist. */
  async load<State>(tenantId: string, stream: string): Promise<Folded<State> | null> {
    const definition = this.registry.get(categoryOf(stream));
    const scope: TenantScope = { log: await this.logs.of(tenantId), tenantId };
    if (definition.state) {
      const { table } = definition.state;
      const id = table.key[2];
      const rows = await this.sql.read(`SELECT * FROM ${table.name} WHERE log = ? AND tenant_id = ? AND ${id} = ?`, [
        scope.log,
        tenantId,
        streamId(stream),
      ]);
      const row = rows[0];
      return row ? (definition.state.fromRow(row) as Folded<State>) : null;
    }
    return foldEvents<State>(definition, await this.store.readStream(scope, stream));
  }

  private async attempt(context: CommandContext, source: ItemSource, options: RunOptions): Promise<RunResult> {
    const items = typeof source === 'function' ? await source((stream) => this.load(context.tenantId, stream)) : source;
    const plan = new AppendPlan(context, await this.logsOf(context), this.clock.now(), this.ids);
    for (const item of items) {
      const draft = plan.draft(item.stream) ?? plan.open(this.openAtOnce(item) ?? (await this.open(context.tenantId, item)));
      plan.decide(draft, item.command, item.ts);
    }
    const call = plan.toCall(options);
    if (call) await this.store.append(call);
    return { state: (stream) => plan.state(stream), events: plan.events };
  }

  private async logsOf({ tenantId, idempotency }: CommandContext): Promise<PlanLogs> {
    const log = await this.logs.of(tenantId);
    const isOwnKey = idempotency === null || idempotency.tenantId === tenantId;
    return { log, answers: isOwnKey ? log : await this.logs.of(idempotency.tenantId) };
  }

  private planAtOnce(context: CommandContext, logs: PlanLogs, items: readonly StreamItem[], now: Instant): AppendPlan {
    const plan = new AppendPlan(context, logs, now, this.ids);
    for (const item of items) {
      const draft = plan.draft(item.stream) ?? plan.open(this.openedAtOnce(item));
      plan.decide(draft, item.command, item.ts);
    }
    return plan;
  }

  private openedAtOnce(item: StreamItem): Draft {
    const draft = this.openAtOnce(item);
    if (!draft) throw new Error(`${item.stream} must come with its state to be run at once`);
    return draft;
  }

  /** Null where the state must be read first. */
  private openAtOnce({ stream, loaded }: StreamItem): Draft | null {
    const definition = this.registry.get(categoryOf(stream));
    if (definition.appendsAnyway) return { stream, definition, expectedVersion: 'any', folded: null, events: [] };
    return loaded === undefined ? null : { stream, definition, expectedVersion: loaded?.version ?? 0, folded: loaded, events: [] };
  }

  private async open(tenantId: string, { stream }: StreamItem): Promise<Draft> {
    const folded = await this.load(tenantId, stream);
    return { stream, definition: this.registry.get(categoryOf(stream)), expectedVersion: folded?.version ?? 0, folded, events: [] };
  }
}
