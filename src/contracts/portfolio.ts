/** A portfolio groups positions of one owner in one account and base currency. */
import { Command } from '@nestjs/cqrs';
import type { Instant } from '../kernel/clock';
import type { AmountText } from '../kernel/amount';
import type { CommandContext } from '../kernel/context';
import type { PositionStatus } from './position';

export type PortfolioEvent =
  | {
      readonly type: 'PortfolioOpened';
      readonly data: {
        readonly portfolio_id: string;
        readonly name: string;
        readonly base_currency: string;
        readonly owner_user_id: string;
        readonly account_id: string;
      };
    }
  | { readonly type: 'PortfolioRenamed'; readonly data: { readonly name: string; readonly former_name: string } };

/** One open position per portfolio, instrument and strategy: whoever takes the slot first has it. */
export type SlotEvent =
  | { readonly type: 'PositionSlotTaken'; readonly data: { readonly position_id: string } }
  | { readonly type: 'PositionSlotReleased'; readonly data: { readonly position_id: string } };

export interface PortfolioView {
  readonly id: string;
  readonly name: string;
  readonly base_currency: string;
  readonly owner_user_id: string;
  readonly account_id: string;
  readonly created_at: Instant;
  readonly updated_at: Instant;
  readonly version: number;
}

/** One of its positions, closed ones included: their cash is still there. */
export interface PortfolioPositionView {
  readonly id: string;
  readonly symbol: string;
  readonly currency: string;
  readonly status: PositionStatus;
  readonly qty: AmountText;
  readonly cash: AmountText;
  readonly dividend_receivable: AmountText;
}

/** Sums of the positions in one currency; shares of different instruments have no sum. */
export interface PortfolioTotalView {
  readonly currency: string;
  readonly positions: number;
  readonly cash: AmountText;
  readonly dividend_receivable: AmountText;
}

/** A portfolio with what its positions hold. */
export interface PortfolioHoldingsView extends PortfolioView {
  readonly positions: readonly PortfolioPositionView[];
  readonly totals: readonly PortfolioTotalView[];
}

export class OpenPortfolio extends Command<PortfolioView> {
  constructor(
    readonly context: CommandContext,
    readonly terms: { readonly name: string; readonly base_currency: string; readonly owner_user_id: string },
  ) {
    super();
  }
}

export class RenamePortfolio extends Command<PortfolioView> {
  constructor(
    readonly context: CommandContext,
    readonly portfolioId: string,
    readonly name: string,
  ) {
    super();
  }
}
