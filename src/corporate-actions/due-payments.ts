/** Pays what was accrued: on the first run on or after the pay date, whatever day that is. Due dates are a query, never a timer. */
import type { Clock, TradingDay } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import { DomainError } from '../kernel/errors';
import type { DividendEntry } from '../rules/action-ledger';
import type { PositionActionCommand, PositionLedger } from '../contracts/position-action';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { TenantTables } from '../platform/database/tenant-tables';
import type { StreamRunner } from '../platform/streams/stream-runner';
import type { PositionSettings } from './position-settings';

export interface PayRequest {
  readonly position_id: string;
  readonly corporate_action_id: string;
  /** The day it was paid; today where null. */
  readonly paid_on: TradingDay | null;
  readonly rate: string | null;
}

/** No exchange's day is further ahead than this; each payment is held against its own exchange's day. */
const horizon = (now: string): TradingDay => new Date(Date.parse(now) + 86_400_000).toISOString().slice(0, 10);

export class DuePayments {
  constructor(
    private readonly tables: TenantTables,
    private readonly streams: StreamRunner,
    private readonly settings: PositionSettings,
    private readonly calendar: ExchangeCalendar,
    private readonly clock: Clock,
  ) {}

  async payDue(context: CommandContext, positionIds: readonly string[] | null): Promise<number> {
    const sql =
      'SELECT position_id, corporate_action_id FROM position_actions WHERE log = ? AND tenant_id = ? AND payable = 1 AND pay_date <= ? ORDER BY pay_date, entry_id';
    const rows = await this.tables.read(context.tenantId, sql, [horizon(this.clock.now())]);
    const wanted = positionIds && new Set(positionIds);
    let paid = 0;
    for (const row of rows) {
      const request = {
        position_id: String(row['position_id']),
        corporate_action_id: String(row['corporate_action_id']),
        paid_on: null,
        rate: null,
      };
      if (wanted === null || wanted.has(request.position_id)) paid += await this.pay(context, request, 'when due');
    }
    return paid;
  }

  /** Throws DomainError where the operator's request cannot be: nothing accrued, the pay date not reached, no rate. */
  async pay(context: CommandContext, request: PayRequest, mode: 'when due' | 'on request'): Promise<number> {
    const stream = `position-${request.position_id}`;
    const about = { ...context, correlationId: request.corporate_action_id, idempotency: null };
    const result = await this.streams.run(about, async (load) => {
      const loaded = await load<PositionLedger>(stream);
      if (!loaded || loaded.state.status === 'NONE') return [];
      const today = this.calendar.tradingDay(loaded.state.exchange, this.clock.now());
      const entry = dividendIn(loaded.state, request.corporate_action_id);
      if (mode === 'when due' && (entry === null || !isPayable(entry, today))) return [];
      if (mode === 'on request') refuseEarly(entry, request.paid_on ?? today, today);
      const { reinvest } = await this.settings.of(context.tenantId, request.position_id, loaded.state);
      const { corporate_action_id, rate } = request;
      const command: PositionActionCommand = {
        type: 'PayDividend',
        data: { corporate_action_id, paid_on: request.paid_on ?? today, rate, reinvest },
      };
      return [{ stream, command, loaded }];
    });
    return result.events.length;
  }
}

function dividendIn({ actions }: PositionLedger, id: string): DividendEntry | null {
  const entry = actions.find(({ corporate_action_id }) => corporate_action_id === id);
  return entry?.kind === 'dividend' ? entry : null;
}

const isPayable = ({ pay_date, paid, reversed, foreign }: DividendEntry, today: TradingDay): boolean =>
  pay_date !== null && pay_date <= today && paid === null && !reversed && !foreign;

/** Never before the pay date, and never in the future: where no pay date is known, the operator says when it was. */
function refuseEarly(entry: DividendEntry | null, paidOn: TradingDay, today: TradingDay): void {
  if (entry === null)
    throw new DomainError(
      'dividend.not_accrued',
      'Nothing was accrued of this dividend; process its ex-date first (POST /v1/corporate-actions/process)',
    );
  if (paidOn > today) throw new DomainError('dividend.not_due', `${paidOn} has not come yet: today is ${today}; pay it then`, { today });
  if (entry.pay_date !== null && paidOn < entry.pay_date) {
    throw new DomainError('dividend.not_due', `The pay date is ${entry.pay_date}; pay it then, or amend the announcement`, {
      pay_date: entry.pay_date,
    });
  }
}
