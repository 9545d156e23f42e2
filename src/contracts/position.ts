/** A position: one instrument in one portfolio under one strategy, with its own cash and anchor. Only PositionUpdated changes qty by trading. */
import { Command, Query } from '@nestjs/cqrs';
import type { AmountText } from '../kernel/amount';
import type { Instant, TradingDay } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import type { Exchange } from './instrument';
import type { PositionActionCommand, PositionActionEvent } from './position-action';

export type PositionStatus = 'ACTIVE' | 'PAUSED' | 'HALTED' | 'CLOSED';
export type Side = 'BUY' | 'SELL';
export type AnchorReason = 'USER' | 'FIRST_PRICE' | 'ORDER_COMPLETED';

export const VOLATILITY_BALANCING = 'volatility-balancing';
export const STRATEGY_VERSION = 1;

export interface PositionTerms {
  readonly portfolio_id: string;
  readonly instrument_id: string;
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly currency: string;
  readonly account_id: string;
  readonly strategy_id: string;
  readonly strategy_version: number;
  /** Smallest tradable quantity of the instrument; null where the order policy's step decides. */
  readonly lot_size: AmountText | null;
}

interface CashMovement {
  readonly amount: AmountText;
  readonly cash_account: string;
  readonly currency: string;
  readonly reason: string;
}

export interface FillBooking {
  readonly order_id: string;
  readonly trade_id: string;
  readonly side: Side;
  readonly executed_qty: AmountText;
  readonly executed_price: AmountText;
  /** executed_qty × executed_price, half-even at 8 places. */
  readonly notional: AmountText;
  readonly commission: AmountText;
  /** Exchange-local day of the execution: daily limits count by it. */
  readonly day: TradingDay;
  /** The order ends with this fill: its reservation is released and the anchor moves to `order_price`. */
  readonly order_done: boolean;
  /** Volume-weighted price of the order's fills; null while the order goes on. */
  readonly order_price: AmountText | null;
}

export type PositionEvent =
  | PositionActionEvent
  | {
      readonly type: 'PositionOpened';
      readonly data: PositionTerms & {
        readonly qty: AmountText;
        readonly cash: AmountText;
        readonly cash_account: string;
        readonly avg_cost: AmountText;
        readonly anchor_price: AmountText | null;
        /** True: the first valid price of an evaluation becomes the anchor. */
        readonly anchor_from_first_price: boolean;
      };
    }
  | { readonly type: 'CashDeposited'; readonly data: CashMovement }
  | { readonly type: 'CashWithdrawn'; readonly data: CashMovement }
  | {
      readonly type: 'AnchorSet';
      readonly data: {
        readonly anchor_price: AmountText;
        readonly former_anchor_price: AmountText | null;
        readonly reason: AnchorReason;
        /** Of a completed order: the price of its fills, which corporate actions since then have made `anchor_price` of. */
        readonly base_price?: AmountText;
      };
    }
  | { readonly type: 'PositionPaused'; readonly data: { readonly reason: string } }
  | { readonly type: 'PositionResumed'; readonly data: { readonly former_status: PositionStatus } }
  | { readonly type: 'PositionHalted'; readonly data: { readonly reason: string } }
  | { readonly type: 'PositionClosed'; readonly data: { readonly reason: string } }
  | {
      readonly type: 'OrderReserved';
      readonly data: {
        readonly order_id: string;
        readonly side: Side;
        readonly qty: AmountText;
        readonly cash: AmountText;
        readonly shares: AmountText;
      };
    }
  | { readonly type: 'ReservationReleased'; readonly data: { readonly order_id: string; readonly outcome: string } }
  | {
      readonly type: 'PositionUpdated';
      readonly data: FillBooking & {
        readonly cash_account: string;
        readonly currency: string;
        readonly reason: 'FILL';
        readonly cash_delta: AmountText;
        readonly qty: AmountText;
        readonly cash: AmountText;
        readonly anchor_price: AmountText | null;
        readonly avg_cost: AmountText;
        readonly realized_delta: AmountText;
        readonly realized_pnl: AmountText;
        readonly total_commission_paid: AmountText;
        readonly day_orders: number;
        readonly day_notional: AmountText;
        /** A fill of before a split that was applied already: what its shares are today. */
        readonly restated_qty?: AmountText;
      };
    }
  | {
      readonly type: 'GuardrailBreached';
      readonly data: {
        readonly order_id: string;
        readonly trade_id: string;
        readonly guardrail: string;
        readonly limit: AmountText;
        readonly actual: AmountText;
      };
    };

export type PositionCommandBody =
  | PositionActionCommand
  | {
      readonly type: 'OpenPosition';
      readonly data: PositionTerms & {
        readonly position_id: string;
        readonly qty: AmountText;
        readonly cash: AmountText;
        readonly avg_cost: AmountText | null;
        readonly anchor_price: AmountText | null;
        readonly anchor_from_first_price: boolean;
      };
    }
  | { readonly type: 'DepositCash'; readonly data: { readonly amount: AmountText } }
  | { readonly type: 'WithdrawCash'; readonly data: { readonly amount: AmountText } }
  | { readonly type: 'SetAnchor'; readonly data: { readonly anchor_price: AmountText; readonly reason: AnchorReason } }
  | { readonly type: 'PausePosition'; readonly data: { readonly reason: string } }
  | { readonly type: 'ResumePosition'; readonly data: object }
  | { readonly type: 'HaltPosition'; readonly data: { readonly reason: string } }
  | { readonly type: 'ClosePosition'; readonly data: { readonly reason: string } }
  | {
      readonly type: 'ReserveForOrder';
      readonly data: {
        readonly order_id: string;
        readonly side: Side;
        readonly qty: AmountText;
        readonly cash: AmountText;
        /** Manual orders may be placed while the position is paused; a strategy's may not. */
        readonly manual: boolean;
        readonly short_selling: boolean;
      };
    }
  | {
      readonly type: 'ReleaseReservation';
      readonly data: { readonly order_id: string; readonly outcome: string; readonly order_price: AmountText | null };
    }
  | {
      readonly type: 'BookFill';
      readonly data: FillBooking & {
        /** Smallest quantity: shares of before a split become whole steps of new ones. */
        readonly step: AmountText;
        /** Guardrails to hold the holding against after the fill, in percent; null for a manual order. */
        readonly limits: { readonly min_stock_pct: AmountText; readonly max_stock_pct: AmountText } | null;
      };
    };

export class GetPosition extends Query<PositionView> {
  constructor(
    readonly tenantId: string,
    readonly positionId: string,
  ) {
    super();
  }
}

/** What users may ask of an open position. */
export type PositionRequest = Extract<
  PositionCommandBody,
  { type: 'DepositCash' | 'WithdrawCash' | 'SetAnchor' | 'PausePosition' | 'ResumePosition' | 'HaltPosition' | 'ClosePosition' }
>;

export interface PositionView {
  readonly id: string;
  readonly portfolio_id: string;
  readonly instrument_id: string;
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly currency: string;
  readonly account_id: string;
  readonly strategy_id: string;
  readonly strategy_version: number;
  readonly status: PositionStatus;
  readonly halt_reason: string | null;
  readonly qty: AmountText;
  readonly cash: AmountText;
  readonly free_cash: AmountText;
  readonly free_qty: AmountText;
  readonly anchor_price: AmountText | null;
  readonly dividend_receivable: AmountText;
  readonly avg_cost: AmountText;
  readonly realized_pnl: AmountText;
  readonly total_commission_paid: AmountText;
  readonly total_dividends_gross: AmountText;
  readonly total_dividends_withheld: AmountText;
  readonly total_dividends_net: AmountText;
  readonly live_order_id: string | null;
  /** The last exchange-local day with a fill, and what daily limits count of it; null before the first. */
  readonly day: TradingDay | null;
  readonly day_orders: number;
  readonly day_notional: AmountText;
  readonly lot_size: AmountText | null;
  readonly created_at: Instant;
  readonly updated_at: Instant;
  readonly version: number;
}

export interface OpenPositionTerms {
  readonly portfolio_id: string;
  readonly symbol: string;
  readonly exchange: Exchange | null;
  readonly qty: AmountText;
  readonly cash: AmountText;
  readonly anchor_price: AmountText | null;
  readonly anchor_from_first_price: boolean;
  readonly avg_cost: AmountText | null;
}

export class OpenPosition extends Command<PositionView> {
  constructor(
    readonly context: CommandContext,
    readonly terms: OpenPositionTerms,
  ) {
    super();
  }
}

/** One bus command per stream: a new verb is one more member of the union above. */
export class PositionCommand extends Command<PositionView> {
  constructor(
    readonly context: CommandContext,
    readonly positionId: string,
    readonly body: PositionRequest,
  ) {
    super();
  }
}
