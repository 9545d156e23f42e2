/** What a run prints: the `result` of `vb replay` and `vb simulate`, field by field in the same order. */
import { type Amount, type AmountText, formatAmount, formatOptional } from '../kernel/amount';
import { roundHalfEven } from '../kernel/exact';
import type { RunReport } from '../rules/metrics';
import { type Holding, positionValue } from '../rules/position-value';

export interface RunEnd extends Holding {
  readonly price: Amount;
  readonly anchor: Amount | null;
  readonly commission: Amount;
  readonly dividends_net: Amount;
  readonly turnover: Amount;
  readonly buys: number;
  readonly sells: number;
}

export interface RunSpan {
  readonly bars: number;
  /** The bars' own dates or instants, as their file has them. */
  readonly first: string;
  readonly last: string;
}

/** Amounts are text, metrics JSON numbers (fractions, not percent). */
export interface RunResult extends RunSpan, RunReport {
  readonly equity: AmountText;
  readonly cash: AmountText;
  readonly qty: AmountText;
  readonly anchor: AmountText | null;
  readonly buys: number;
  readonly sells: number;
  readonly commission: AmountText;
  readonly dividends_net: AmountText;
  readonly receivable: AmountText;
  readonly turnover: AmountText;
}

/** Equity is `qP + C + R` at the last bar's close, rounded half-even to 8 places, once. */
export function runResult({ bars, first, last }: RunSpan, end: RunEnd, { metrics, benchmarks }: RunReport): RunResult {
  return {
    bars,
    first,
    last,
    equity: formatAmount(roundHalfEven(positionValue(end, end.price))),
    cash: formatAmount(end.cash),
    qty: formatAmount(end.qty),
    anchor: formatOptional(end.anchor),
    buys: end.buys,
    sells: end.sells,
    commission: formatAmount(end.commission),
    dividends_net: formatAmount(end.dividends_net),
    receivable: formatAmount(end.receivable),
    turnover: formatAmount(end.turnover),
    metrics,
    benchmarks,
  };
}
