/** The corporate actions of a replay: announced before its first bar, due by its bars, measured against their closes. */
import { formatAmount } from '../kernel/amount';
import { type CommandContext, systemContext, SYSTEM_TENANT } from '../kernel/context';
import { AnnounceAction, type AnnounceTerms, ApplyDueActions, ProcessActions } from '../contracts/corporate-action';
import type { Exchange } from '../contracts/instrument';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import { exDateInstants } from '../market-data/ex-date';
import type { Bar } from '../market-data/recorded-bars';
import type { RecordedAction } from '../market-data/recorded-actions';
import { StreamRunner } from '../platform/streams/stream-runner';
import type { PastAction } from '../rules/benchmarks';
import { formatRatio } from '../rules/split';
import { ActionGate } from '../trading/action-gate';
import { opened } from '../trading/position.projection';
import type { PositionState } from '../trading/position.state';
import type { ScratchApp } from './scratch-app';

export interface ReplayedInstrument {
  readonly id: string;
  readonly symbol: string;
  readonly exchange: Exchange;
}

/** What happened between the first bar and the last; what lies outside is ignored. */
export function actionsWithin(bars: readonly Bar[], actions: readonly RecordedAction[]): readonly RecordedAction[] {
  const [first, last] = [bars[0]?.day ?? '', bars.at(-1)?.day ?? ''];
  return actions.filter(({ ex_date }) => ex_date > first && ex_date <= last);
}

/** As the benchmarks read them. */
export const pastActions = (actions: readonly RecordedAction[]): readonly PastAction[] =>
  actions.map((action) =>
    action.type === 'split'
      ? { ex_date: action.ex_date, type: 'split', ratio: action.ratio }
      : { ex_date: action.ex_date, type: 'dividend', amount: action.amount },
  );

export class ReplayActions {
  private readonly context: CommandContext;

  constructor(
    private readonly scratch: ScratchApp,
    private readonly calendar: ExchangeCalendar,
    private readonly tenantId: string,
    private readonly actions: readonly RecordedAction[],
  ) {
    this.context = systemContext(tenantId, 'replay', 'replay');
  }

  async announce({ symbol, exchange }: ReplayedInstrument): Promise<void> {
    for (const action of this.actions) {
      const terms: AnnounceTerms = { symbol, exchange, ...termsOf(action) };
      await this.scratch.commands.execute(new AnnounceAction(this.context, terms, false));
    }
  }

  /** Before the first bar on or after an ex-date: the regular close before it, which dividends are measured against. True where some went ex. */
  async recordCloses({ id, exchange }: ReplayedInstrument, bars: readonly Bar[], index: number): Promise<boolean> {
    const [before, bar] = [bars[index - 1], bars[index]];
    if (!before || !bar || before.day === bar.day) return false;
    const due = this.actions.filter(({ ex_date }) => ex_date > before.day && ex_date <= bar.day);
    if (due.length === 0) return false;
    const dividends = due.filter(({ type }) => type === 'dividend');
    const days = dividends.map(({ ex_date }) => exDateInstants(this.calendar, exchange, ex_date)?.previous_day);
    for (const day of [...new Set(days)].sort()) {
      const session = day === undefined ? null : this.calendar.day(exchange, day);
      if (!session || session === 'unknown') continue;
      const close = bars.slice(0, index).findLast((past) => isInDay(this.calendar, exchange, past));
      if (!close) continue;
      const data = {
        instrument_id: id,
        day: session.date,
        regular_close: formatAmount(close.close),
        closed_at: session.close,
        source: 'bars',
      };
      const command = { type: 'CloseSession', data: { ...data, calendar_version: this.calendar.version } };
      const context = systemContext(SYSTEM_TENANT, 'replay', `close:${session.date}`);
      await this.scratch.app.nest.get(StreamRunner).run(context, [{ stream: `instrument-${id}`, command }]);
    }
    return true;
  }

  /** What is due by this bar, before its evaluation: fractions of splits become cash at the bar's own close, whatever was quoted. */
  async apply(positionId: string, { close }: Bar): Promise<void> {
    const { nest } = this.scratch.app;
    await this.scratch.commands.execute(new ApplyDueActions(this.context, [positionId], true));
    const folded = await nest.get(StreamRunner).load<PositionState>(this.tenantId, `position-${positionId}`);
    if (folded)
      await nest.get(ActionGate, { strict: false }).payFractions(this.context, positionId, opened(folded.state), formatAmount(close));
  }

  /** As the nightly job does: what every position has heard of is asked for no more. */
  async settle(): Promise<void> {
    await this.scratch.commands.execute(new ProcessActions(systemContext(SYSTEM_TENANT, 'replay', 'replay')));
  }
}

/** At or before its day's regular close: where bars of the day before an ex-date are missing, an older one is the last regular close. */
function isInDay(calendar: ExchangeCalendar, exchange: Exchange, { day, at }: Bar): boolean {
  const session = calendar.day(exchange, day);
  return session !== null && session !== 'unknown' && at <= session.close;
}

/** A dividend without a pay date is paid on its ex-date. */
function termsOf(action: RecordedAction): Omit<AnnounceTerms, 'symbol' | 'exchange'> {
  const { ex_date, sequence } = action;
  const none = { pay_date: null, amount_per_share: null, currency: null, withholding_tax_pct: null, ratio: null, note: null };
  if (action.type === 'split') return { ...none, type: 'SPLIT', ex_date, sequence, ratio: formatRatio(action.ratio) };
  const { amount, pay_date } = action;
  return { ...none, type: 'CASH_DIVIDEND', ex_date, sequence, amount_per_share: formatAmount(amount), pay_date: pay_date ?? ex_date };
}
