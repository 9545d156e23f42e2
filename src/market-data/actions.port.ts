/** Where announcements of dividends and splits come from. */
import type { Exchange } from '../contracts/instrument';
import type { ActionSource } from '../contracts/corporate-action';
import type { TradingDay } from '../kernel/clock';

export interface ActionsRequest {
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly currency: string;
  /** Ex-dates from here … */
  readonly from: TradingDay;
  /** … to here, both included. */
  readonly to: TradingDay;
}

/** As a provider says it: text, judged before anybody acts on it. */
export type ProvidedAction =
  | {
      readonly type: 'CASH_DIVIDEND';
      readonly ex_date: TradingDay;
      readonly sequence: number;
      readonly amount_per_share: string;
      readonly currency: string;
      readonly pay_date: TradingDay | null;
      readonly withholding_tax_pct: string | null;
    }
  | { readonly type: 'SPLIT'; readonly ex_date: TradingDay; readonly sequence: number; readonly ratio: string };

export abstract class ActionProvider {
  /** Goes with every announcement. */
  abstract readonly name: ActionSource;
  /** By ex-date. Rejects where the provider cannot answer. */
  abstract actions(request: ActionsRequest): Promise<readonly ProvidedAction[]>;
}

/** Those that are asked, in this order; none: people announce. */
export class ActionProviders {
  constructor(readonly all: readonly ActionProvider[]) {}
}
