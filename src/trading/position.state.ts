/** What a position is between two events. Thresholds are not here: they live in config. */
import { type Amount, max, minus, ZERO } from '../kernel/amount';
import type { Instant, TradingDay } from '../kernel/clock';
import type { ActionEntry } from '../rules/action-ledger';
import type { AnchorBase } from '../rules/action-prices';
import type { PositionStatus, PositionTerms, Side } from '../contracts/position';

/** Cash and shares held back for the one live order. */
export interface Reservation {
  readonly order_id: string;
  readonly side: Side;
  readonly qty: Amount;
  readonly cash: Amount;
  readonly shares: Amount;
  /** The order has filled at least once, so its day counts it already. */
  readonly counted: boolean;
}

export interface OpenPositionState extends PositionTerms {
  readonly status: PositionStatus;
  readonly halt_reason: string | null;
  readonly qty: Amount;
  readonly cash: Amount;
  readonly cash_account: string;
  readonly anchor_price: Amount | null;
  readonly anchor_from_first_price: boolean;
  /** The anchor as it was set and when; corporate actions since then make `anchor_price` of it. */
  readonly anchor_base: AnchorBase | null;
  readonly dividend_receivable: Amount;
  readonly avg_cost: Amount;
  readonly realized_pnl: Amount;
  readonly total_commission_paid: Amount;
  readonly total_dividends_gross: Amount;
  readonly total_dividends_withheld: Amount;
  readonly total_dividends_net: Amount;
  readonly reservation: Reservation | null;
  /** Fills of one exchange-local day: what daily limits count. */
  readonly day: { readonly date: TradingDay; readonly orders: number; readonly notional: Amount } | null;
  /** Raised when a halt is resolved: what the quote gate remembers from an earlier epoch no longer counts. */
  readonly quote_epoch: number;
  readonly opened_at: Instant;
  /** What corporate actions did to it, by ex-date: a late fill or an amendment is carried through them. */
  readonly actions: readonly ActionEntry[];
}

export type PositionState = { readonly status: 'NONE' } | OpenPositionState;

export const freeCash = (position: OpenPositionState): Amount => max(ZERO, minus(position.cash, position.reservation?.cash ?? ZERO));

/** Shares that no live order holds back; negative for a short holding. */
export const freeQty = (position: OpenPositionState): Amount => minus(position.qty, position.reservation?.shares ?? ZERO);

export const cashAccountOf = (positionId: string): string => `position:${positionId}`;
