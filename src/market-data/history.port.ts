/** Where bars of the past come from. */
import type { Exchange } from '../contracts/instrument';
import type { TradingDay } from '../kernel/clock';

export interface HistoryRequest {
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly from: TradingDay;
  readonly to: TradingDay;
}

export abstract class HistoryProvider {
  abstract readonly name: string;
  /** Daily bars, not adjusted for dividends, as CSV with the header of recorded bars. Rejects where the provider has none. */
  abstract daily(request: HistoryRequest): Promise<string>;
}
