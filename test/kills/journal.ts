/** What the test asked for and what it was told, kept outside the server: an effect is acknowledged when its 2xx answer has arrived. */

/** `open`: no answer came, the effect may have happened or not. */
export type Outcome = 'open' | 'acknowledged' | 'refused';

export interface Movement {
  readonly key: string;
  readonly positionId: string;
  readonly kind: 'deposits' | 'withdrawals';
  /** Of no other movement. */
  readonly amount: string;
  outcome: Outcome;
}

export interface TickCall {
  readonly tickId: string;
  outcome: Outcome;
}

export interface OrderCall {
  readonly key: string;
  readonly positionId: string;
  readonly side: 'BUY' | 'SELL';
  readonly qty: string;
  outcome: Outcome;
  /** As the answer names it. */
  orderId: string | null;
}

export interface Journal {
  readonly movements: Movement[];
  readonly ticks: TickCall[];
  readonly orders: OrderCall[];
  /** Symbol → source time of the newest acknowledged quote. */
  readonly quotes: Map<string, string>;
  /** Answers that nobody should get, with what was asked. */
  readonly surprises: string[];
}

export const emptyJournal = (): Journal => ({ movements: [], ticks: [], orders: [], quotes: new Map(), surprises: [] });
