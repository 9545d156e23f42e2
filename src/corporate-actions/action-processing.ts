/** The order of things: actions first, then payments, then what payments buy. */
import type { Clock } from '../kernel/clock';
import { type CommandContext, SYSTEM_TENANT } from '../kernel/context';
import type { ApplyDueResult, ProcessView } from '../contracts/corporate-action';
import type { Sql } from '../platform/database/sql';
import type { TenantLogs } from '../platform/event-store/tenant-logs';
import type { StreamRunner } from '../platform/streams/stream-runner';
import { announcementStream } from './announcement.decider';
import { DueAnnouncements } from './due-announcements';
import type { DueActions } from './due-actions';
import type { DuePayments } from './due-payments';
import type { Reinvestments } from './reinvestments';

export class ActionProcessing {
  constructor(
    private readonly actions: DueActions,
    private readonly payments: DuePayments,
    private readonly reinvestments: Reinvestments,
    private readonly due: DueAnnouncements,
    private readonly store: { readonly sql: Sql; readonly logs: TenantLogs; readonly streams: StreamRunner; readonly clock: Clock },
  ) {}

  async tenant(context: CommandContext, positionIds: readonly string[] | null, mayApply: boolean): Promise<ApplyDueResult> {
    const { blocked, waiting, applied } = await this.actions.apply(context, positionIds, mayApply);
    const paid = mayApply ? await this.payments.payDue(context, positionIds) : 0;
    const reinvested = mayApply ? await this.reinvestments.placeDue(context, positionIds) : 0;
    return { blocked, waiting, applied, paid, reinvested };
  }

  async one(context: CommandContext): Promise<ProcessView> {
    const { applied, paid, reinvested, waiting } = await this.tenant(context, null, true);
    return { tenants: 1, applied, paid, reinvested, waiting: waiting.size };
  }

  /** Every tenant's positions; an announcement of which no position waits any more is marked, so that no tick asks for it again. */
  async everybody(context: CommandContext): Promise<ProcessView> {
    const waiting = new Set<string>();
    const sum = { tenants: 0, applied: 0, paid: 0, reinvested: 0 };
    for (const tenantId of await this.tenants()) {
      const done = await this.tenant({ ...context, tenantId }, null, true);
      for (const id of done.waiting) waiting.add(id);
      sum.tenants += 1;
      sum.applied += done.applied;
      sum.paid += done.paid;
      sum.reinvested += done.reinvested;
      await this.mark(context, tenantId, done.waiting);
    }
    await this.mark(context, SYSTEM_TENANT, waiting);
    return { ...sum, waiting: waiting.size };
  }

  /** Only once the ex-date has begun: until then positions may still be opened in the terms of before it. */
  private async mark(context: CommandContext, owner: string, waiting: ReadonlySet<string>): Promise<void> {
    const now = this.store.clock.now();
    for (const { corporate_action_id, announced_by, revision, instants, status } of await this.due.of(owner, now)) {
      if (announced_by !== owner || waiting.has(corporate_action_id) || now < instants.ex_open || status === 'REVIEW') continue;
      const command = { type: 'MarkProcessed', data: { revision } };
      const stream = announcementStream(corporate_action_id);
      await this.store.streams.run({ ...context, tenantId: owner, correlationId: corporate_action_id, idempotency: null }, [
        { stream, command },
      ]);
    }
  }

  private async tenants(): Promise<readonly string[]> {
    const tenants: string[] = [];
    for (const log of await this.store.logs.all()) {
      const rows = await this.store.sql.read('SELECT DISTINCT tenant_id FROM positions WHERE log = ? ORDER BY tenant_id', [log]);
      tenants.push(...rows.map((row) => String(row['tenant_id'])));
    }
    return tenants;
  }
}
