/** An order is an intent; a trade is what really happened. Statuses and fields as in section 6 of the specification. */
import { Command } from '@nestjs/cqrs';
import type { AmountText } from '../kernel/amount';
import type { Instant } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';
import type { Exchange } from './instrument';
import type { PositionCommandBody, Side } from './position';

export type OrderType = 'MARKET' | 'LIMIT' | 'STOP' | 'STOP_LIMIT' | 'TRAILING';
export type TimeInForce = 'DAY' | 'GTC' | 'IOC' | 'FOK';
export type PricePolicy = 'MID' | 'LAST' | 'BID' | 'ASK';
export type OrderStatus =
  'QUEUED' | 'SUBMITTED' | 'PARTIALLY_FILLED' | 'PENDING_CANCEL' | 'UNKNOWN' | 'FILLED' | 'CANCELED' | 'REJECTED' | 'EXPIRED' | 'SKIPPED';

export interface OrderIntent {
  readonly order_id: string;
  readonly client_order_id: string;
  readonly position_id: string;
  readonly portfolio_id: string;
  readonly account_id: string;
  readonly instrument_id: string;
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly currency: string;
  readonly strategy_id: string;
  readonly strategy_version: number;
  readonly action: Side;
  readonly order_type: OrderType;
  readonly time_in_force: TimeInForce;
  readonly qty: AmountText;
  /** Step that quantities of this order are cut to. */
  readonly qty_step: AmountText;
  readonly limit_price: AmountText | null;
  readonly stop_price: AmountText | null;
  readonly price_policy: PricePolicy;
  readonly evaluation_price: AmountText;
  readonly commission_rate_snapshot: AmountText;
  readonly commission_estimated: AmountText;
  readonly max_drift_bps: AmountText;
  readonly dedupe_key: string;
  readonly tick_id: string | null;
  readonly reason: string;
}

export interface TradeData {
  readonly trade_id: string;
  readonly order_id: string;
  readonly position_id: string;
  readonly account_id: string;
  readonly side: Side;
  readonly executed_qty: AmountText;
  readonly executed_price: AmountText;
  readonly notional: AmountText;
  readonly commission: AmountText;
  readonly fee_currency: string;
  readonly commission_rate_effective: AmountText;
  readonly broker_ref: string;
  readonly executed_at: Instant;
  readonly tick_id: string | null;
  /** Filled by the order so far, this trade included. */
  readonly filled_qty: AmountText;
  /** The trade came after the order had ended. */
  readonly late: boolean;
  /** By how much fills exceed the order's quantity. */
  readonly excess_qty: AmountText;
}

export type OrderEvent =
  | { readonly type: 'OrderIntentQueued'; readonly data: OrderIntent }
  /** Evaluated again because the market drifted: new price, perhaps a new quantity. */
  | {
      readonly type: 'OrderRepriced';
      readonly data: {
        readonly attempt: number;
        readonly evaluation_price: AmountText;
        readonly qty: AmountText;
        readonly commission_estimated: AmountText;
      };
    }
  | {
      readonly type: 'OrderSubmitted';
      readonly data: {
        readonly client_order_id: string;
        readonly qty: AmountText;
        readonly fresh_price: AmountText;
        readonly broker: string;
      };
    }
  | { readonly type: 'OrderAccepted'; readonly data: { readonly broker_order_id: string } }
  | { readonly type: 'TradeExecuted'; readonly data: TradeData }
  | { readonly type: 'OrderCancelRequested'; readonly data: { readonly reason: string } }
  | { readonly type: 'OrderUnknown'; readonly data: { readonly reason: string } }
  | { readonly type: 'OrderCanceled'; readonly data: { readonly reason: string } }
  | { readonly type: 'OrderRejected'; readonly data: { readonly reason: string } }
  | { readonly type: 'OrderExpired'; readonly data: { readonly reason: string } }
  | { readonly type: 'OrderSkipped'; readonly data: { readonly reason: string } };

export type OrderCommandBody =
  | { readonly type: 'QueueOrder'; readonly data: OrderIntent }
  /** An order refused by policy, kept for the audit. */
  | { readonly type: 'RecordRejectedOrder'; readonly data: OrderIntent }
  | {
      readonly type: 'RepriceOrder';
      readonly data: { readonly evaluation_price: AmountText; readonly qty: AmountText; readonly commission_estimated: AmountText };
    }
  | { readonly type: 'SubmitOrder'; readonly data: { readonly qty: AmountText; readonly fresh_price: AmountText; readonly broker: string } }
  | { readonly type: 'AcceptOrder'; readonly data: { readonly broker_order_id: string } }
  | {
      readonly type: 'RecordTrade';
      readonly data: Omit<TradeData, 'position_id' | 'account_id' | 'side' | 'filled_qty' | 'late' | 'excess_qty' | 'tick_id'>;
    }
  | { readonly type: 'RequestCancel'; readonly data: { readonly reason: string } }
  | { readonly type: 'MarkUnknown'; readonly data: { readonly reason: string } }
  | { readonly type: 'CancelOrder'; readonly data: { readonly reason: string } }
  | { readonly type: 'RejectOrder'; readonly data: { readonly reason: string } }
  | { readonly type: 'ExpireOrder'; readonly data: { readonly reason: string } }
  | { readonly type: 'SkipOrder'; readonly data: { readonly reason: string } };

export interface OrderView extends OrderIntent {
  readonly id: string;
  readonly status: OrderStatus;
  readonly side: Side;
  /** The same as `order_type`, which is its name in events. */
  readonly type: OrderType;
  readonly submitted_qty: AmountText | null;
  readonly filled_qty: AmountText;
  readonly avg_fill_price: AmountText | null;
  readonly commission: AmountText;
  readonly broker_order_id: string | null;
  readonly status_reason: string | null;
  readonly created_at: Instant;
  readonly updated_at: Instant;
  readonly version: number;
}

export interface ManualOrderTerms {
  readonly side: Side;
  readonly qty: AmountText;
  readonly order_type: OrderType;
  readonly time_in_force: TimeInForce;
  readonly limit_price: AmountText | null;
  readonly stop_price: AmountText | null;
  readonly reason: string;
}

/** A person's order; the caller's idempotency key (or request id) is its dedupe key. */
export class PlaceManualOrder extends Command<OrderView> {
  constructor(
    readonly context: CommandContext,
    readonly positionId: string,
    readonly terms: ManualOrderTerms,
    /** Price the reservation is computed from; the current quote where null. */
    readonly evaluationPrice: AmountText | null,
    /** What happens to the position in the same append: an order that may be placed once says here what it uses up. */
    readonly before?: PositionCommandBody,
  ) {
    super();
  }
}

/** Sells (or buys back) the whole holding of a position. */
export class FlattenPosition extends Command<OrderView> {
  constructor(
    readonly context: CommandContext,
    readonly positionId: string,
  ) {
    super();
  }
}

export class RequestOrderCancel extends Command<OrderView> {
  constructor(
    readonly context: CommandContext,
    readonly orderId: string,
    readonly reason: string,
  ) {
    super();
  }
}

export interface BrokerFill {
  readonly broker_trade_id: string;
  readonly qty: AmountText;
  readonly price: AmountText;
  /** What the broker states; null takes the order's rate. */
  readonly commission: AmountText | null;
  readonly executed_at: Instant;
}

/** What the broker says happened; ingesting the same `broker_trade_id` twice changes nothing. */
export class BookBrokerFill extends Command<OrderView> {
  constructor(
    readonly context: CommandContext,
    readonly orderId: string,
    readonly fill: BrokerFill,
  ) {
    super();
  }
}

export type Reevaluation = { readonly decision: 'repriced' } | { readonly decision: 'skipped'; readonly reason: string };

/** The market drifted from the evaluation's price: decide the position again on what the market says now. */
export class ReevaluateOrder extends Command<Reevaluation> {
  constructor(
    readonly context: CommandContext,
    readonly order: { readonly order_id: string; readonly position_id: string; readonly attempt: number },
  ) {
    super();
  }
}

export interface TradeView {
  readonly id: string;
  readonly order_id: string;
  readonly position_id: string;
  readonly account_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly executed_qty: AmountText;
  readonly executed_price: AmountText;
  readonly notional: AmountText;
  readonly commission: AmountText;
  readonly fee_currency: string;
  readonly commission_rate_effective: AmountText;
  readonly broker_trade_id: string;
  readonly executed_at: Instant;
  readonly tick_id: string | null;
}
