/** What corporate actions do to a position: events of its stream, and the commands that decide them. */
import type { Amount, AmountText } from '../kernel/amount';
import type { Instant, TradingDay } from '../kernel/clock';
import type { ActionEntry, DividendEntry, HaltEntry, SplitEntry } from '../rules/action-ledger';
import type { Exchange } from './instrument';

export type WithholdingOrigin = 'position' | 'portfolio' | 'tenant' | 'announcement' | 'global' | 'default';
export type AdjustmentReason = 'LATE_FILL' | 'AMENDED' | 'SPLIT';

/** What a position's money was before and is after, so that the event alone explains a statement. */
interface MoneyEffect {
  readonly cash_account: string;
  readonly cash_delta: AmountText;
  readonly cash: AmountText;
  readonly receivable_delta: AmountText;
  readonly dividend_receivable: AmountText;
}

interface AnchorEffect {
  readonly anchor_price: AmountText | null;
  readonly former_anchor_price: AmountText | null;
}

interface DividendTotals {
  readonly total_dividends_gross: AmountText;
  readonly total_dividends_withheld: AmountText;
  readonly total_dividends_net: AmountText;
}

/** The halt of an unexplained price jump ends where an action explains it. */
interface HaltEffect {
  readonly resolves_halt: boolean;
}

export type DividendEventData = DividendEntry & MoneyEffect & AnchorEffect & DividendTotals & HaltEffect;
export type SplitEventData = SplitEntry &
  AnchorEffect &
  HaltEffect & {
    readonly cash_account: string;
    readonly cash_delta: AmountText;
    readonly cash: AmountText;
    readonly qty: AmountText;
    readonly avg_cost: AmountText;
  };

export type PositionActionEvent =
  | {
      readonly type: 'DividendAccrued';
      readonly data: DividendEventData & {
        readonly withholding_from: WithholdingOrigin;
        /** What a person should know: no close before the ex-date, another currency. */
        readonly note: string | null;
      };
    }
  /** Entitlement or terms turned out otherwise: the difference moves the receivable, or cash where it was paid already. */
  | { readonly type: 'DividendAdjusted'; readonly data: DividendEventData & { readonly reason: AdjustmentReason } }
  | { readonly type: 'DividendReversed'; readonly data: DividendEventData & { readonly reason: string } }
  | { readonly type: 'DividendPaid'; readonly data: DividendEventData & { readonly currency_paid: string; readonly reason: 'DIVIDEND' } }
  | { readonly type: 'DividendReinvested'; readonly data: DividendEntry & { readonly qty: AmountText } }
  | { readonly type: 'SplitApplied'; readonly data: SplitEventData & { readonly fraction: string } }
  | { readonly type: 'SplitAdjusted'; readonly data: SplitEventData & { readonly reason: AdjustmentReason | 'CANCELLED' } }
  | {
      readonly type: 'CashInLieuPaid';
      readonly data: SplitEventData & { readonly price: AmountText; readonly realized_pnl: AmountText; readonly reason: 'CASH_IN_LIEU' };
    }
  /** Merger, spin-off, rename, delisting: a person has to book it. */
  | { readonly type: 'PositionHaltedByAction'; readonly data: HaltEntry & { readonly halt_reason: string } };

/** An announcement as a position needs it. */
export interface ActionKey {
  readonly corporate_action_id: string;
  readonly announced_by: string;
  readonly revision: number;
  readonly ex_date: TradingDay;
  readonly ex_open: Instant;
}

export interface DividendTerms {
  readonly pay_date: TradingDay | null;
  readonly amount_per_share: AmountText;
  readonly currency: string;
}

export type PositionActionCommand =
  | {
      readonly type: 'AccrueDividend';
      readonly data: ActionKey &
        DividendTerms & {
          readonly cutoff: Instant;
          readonly withholding_tax_pct: AmountText;
          readonly withholding_from: WithholdingOrigin;
          readonly previous_close: AmountText | null;
          readonly previous_close_day: TradingDay | null;
          /** From the log: executed before the cutoff, before splits of the same ex-date. */
          readonly held: AmountText;
          readonly step: AmountText;
        };
    }
  | { readonly type: 'AmendDividend'; readonly data: ActionKey & DividendTerms & { readonly step: AmountText } }
  | { readonly type: 'ReverseDividend'; readonly data: ActionKey & { readonly reason: string; readonly step: AmountText } }
  | {
      readonly type: 'PayDividend';
      readonly data: {
        readonly corporate_action_id: string;
        readonly paid_on: TradingDay;
        /** Units of the position's currency for one of the dividend's; needed where they differ. */
        readonly rate: AmountText | null;
        readonly reinvest: boolean;
      };
    }
  | { readonly type: 'ReinvestDividend'; readonly data: { readonly corporate_action_id: string; readonly qty: AmountText } }
  | {
      readonly type: 'ApplySplit';
      /** `held` from the log: executed before the new shares traded. */
      readonly data: ActionKey & { readonly ratio: string; readonly held: AmountText; readonly step: AmountText };
    }
  | { readonly type: 'AmendSplit'; readonly data: ActionKey & { readonly ratio: string; readonly step: AmountText } }
  | { readonly type: 'ReverseSplit'; readonly data: ActionKey & { readonly step: AmountText } }
  | { readonly type: 'PayCashInLieu'; readonly data: { readonly corporate_action_id: string; readonly price: AmountText } }
  | { readonly type: 'HaltForAction'; readonly data: ActionKey & { readonly halt_reason: string } };

/** Read table of accruals, payments and splits per position; written with the events of the position. */
export const POSITION_ACTIONS = 'position_actions';

export type PositionActionStatus =
  'ACCRUED' | 'AWAITING_RATE' | 'PAID' | 'NOTHING_DUE' | 'REVERSED' | 'APPLIED' | 'FRACTION_DUE' | 'HALTED';

/** What others than trading may read of a position's state. */
export interface PositionLedger {
  readonly status: 'NONE' | 'ACTIVE' | 'PAUSED' | 'HALTED' | 'CLOSED';
  readonly portfolio_id: string;
  readonly instrument_id: string;
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly currency: string;
  readonly lot_size: AmountText | null;
  readonly cash: Amount;
  readonly opened_at: Instant;
  readonly reservation: { readonly order_id: string } | null;
  readonly actions: readonly ActionEntry[];
}
