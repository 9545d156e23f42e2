/** An operator's payment of one dividend: every position that it was accrued for, or one of them. */
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { TradingDay } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import { DomainError, NotFoundError } from '../kernel/errors';
import { TenantTables } from '../platform/database/tenant-tables';
import type { ReceivablesDto } from './dividend.dto';
import { DuePayments } from './due-payments';
import { entryView } from './entry.queries';

export class PayDividends extends Command<ReceivablesDto> {
  constructor(
    readonly context: CommandContext,
    readonly request: {
      readonly corporate_action_id: string;
      /** Every position of the tenant where null. */
      readonly position_id: string | null;
      readonly paid_on: TradingDay | null;
      readonly rate: string | null;
    },
  ) {
    super();
  }
}

const ACCRUED = `SELECT * FROM position_actions WHERE log = ? AND tenant_id = ? AND corporate_action_id = ? AND kind = 'dividend' ORDER BY entry_id`;

@CommandHandler(PayDividends)
export class PayDividendsHandler implements ICommandHandler<PayDividends> {
  constructor(
    private readonly payments: DuePayments,
    private readonly tables: TenantTables,
  ) {}

  /** What was paid before stays as it is; the answer shows every position's state afterwards. */
  async execute({ context, request }: PayDividends): Promise<ReceivablesDto> {
    const { corporate_action_id: id, position_id, paid_on, rate } = request;
    const of = async () => (await this.tables.read(context.tenantId, ACCRUED, [id])).map(entryView);
    const wanted = (await of()).filter((entry) => position_id === null || entry.position_id === position_id);
    if (wanted.length === 0) throw new NotFoundError('accrual of this dividend');
    const unpaid = wanted.filter(({ status }) => status === 'ACCRUED' || status === 'AWAITING_RATE');
    if (unpaid.length === 0 && wanted.every(({ status }) => status === 'REVERSED')) {
      throw new DomainError('dividend.reversed', 'The announcement was cancelled; nothing is owed of this dividend');
    }
    for (const entry of unpaid) {
      await this.payments.pay(context, { position_id: entry.position_id, corporate_action_id: id, paid_on, rate }, 'on request');
    }
    const items = (await of()).filter((entry) => position_id === null || entry.position_id === position_id);
    return { items, totals: [] };
  }
}
