/** The figures of a run, by the definitions of the command line's `result`: fractions, not percent, and null instead of NaN. */
import { type Amount, toNumber } from '../kernel/amount';
import {
  covariance,
  daily,
  drawdownOf,
  finite,
  growthOf,
  mean,
  type Performance,
  performanceOf,
  ratio,
  returnsOf,
  riskOf,
  type Series,
  type Timeline,
  TRADING_DAYS,
} from './performance';
import { type HoldingChange, outcomesOf } from './metrics-outcomes';
import { buyAndHold, type BuyAndHoldTerms, type PriceHistory, staticMix } from './benchmarks';

export interface Metrics extends Performance {
  readonly sortino: number | null;
  readonly max_drawdown_days: number;
  readonly calmar: number | null;
  readonly beta: number | null;
  readonly alpha: number | null;
  readonly exposure: number | null;
  readonly turnover_per_year: number | null;
  readonly win_rate: number | null;
  readonly profit_factor: number | null;
}

export interface RunRecord {
  readonly curve: EquityCurve;
  /** Sum of the notionals of all fills. */
  readonly turnover: Amount;
  /** Every fill, the opening purchase included, and every split. */
  readonly changes: readonly HoldingChange[];
}

/** The shares a run starts with, before any fill, and what each is taken to have cost: the first close. */
export interface OpeningHolding {
  readonly qty: Amount;
  readonly price: Amount;
}

export interface RunReport {
  readonly metrics: Metrics;
  readonly benchmarks: { readonly buy_and_hold: Performance; readonly static_mix: Performance };
}

/** The value of a position at each bar's close. Both paths of a run fill it through `record`, so that equal runs give equal digits. */
export class EquityCurve {
  readonly equity: Series;
  readonly stockValue: Series;

  constructor(readonly timeline: Timeline) {
    this.equity = new Float64Array(timeline.bars);
    this.stockValue = new Float64Array(timeline.bars);
  }

  /** `price`, `qty` and the effective cash (cash + receivable) as doubles, by `toNumber` of their exact sums. */
  record(bar: number, price: number, qty: number, effectiveCash: number): void {
    const stockValue = qty * price;
    this.stockValue[bar] = stockValue;
    this.equity[bar] = stockValue + effectiveCash;
  }
}

/** Metrics and benchmarks of a run over `history`. */
export function reportOf(run: RunRecord, history: PriceHistory, terms: BuyAndHoldTerms): RunReport {
  const held = buyAndHold(history, terms);
  const metrics = metricsOf(run, held, { qty: terms.qty, price: history.firstClose });
  const mix = staticMix(history, run.curve.equity[0] ?? 0, metrics.exposure ?? 0, terms.withholding_tax_pct);
  const { timeline } = history;
  return { metrics, benchmarks: { buy_and_hold: performanceOf(held, timeline), static_mix: performanceOf(mix, timeline) } };
}

/** `held` is the value of buy and hold at each bar, which beta and alpha are measured against. */
export function metricsOf({ curve, turnover, changes }: RunRecord, held: Series, opening: OpeningHolding): Metrics {
  const values = daily(curve.equity, curve.timeline);
  const returns = returnsOf(values);
  const growth = growthOf(values);
  const drawdown = drawdownOf(curve.equity, curve.timeline);
  const n = values.length - 1;
  return {
    ...growth,
    ...riskOf(returns),
    sortino: returns === null ? null : sortinoOf(returns),
    ...drawdown,
    calmar: growth.cagr === null || drawdown.max_drawdown === null ? null : ratio(growth.cagr, Math.abs(drawdown.max_drawdown)),
    ...marketFit(returns, returnsOf(daily(held, curve.timeline))),
    exposure: exposureOf(curve),
    turnover_per_year: n < 2 ? null : ratio(toNumber(turnover) * (TRADING_DAYS / n), mean(values)),
    ...outcomesOf(opening.qty, opening.price, changes),
  };
}

/** Mean over the downward deviation, which counts all days: a day that gained is 0. */
function sortinoOf(returns: Series): number | null {
  let squares = 0;
  for (const value of returns) squares += Math.min(value, 0) ** 2;
  return ratio(mean(returns) * Math.sqrt(TRADING_DAYS), Math.sqrt(squares / returns.length));
}

/** `beta = cov(r, b)/var(b)`, `alpha = (mean r − beta·mean b)·252`. */
function marketFit(returns: Series | null, market: Series | null): { readonly beta: number | null; readonly alpha: number | null } {
  const beta = returns === null || market === null ? null : ratio(covariance(returns, market), covariance(market, market));
  if (beta === null || returns === null || market === null) return { beta: null, alpha: null };
  return { beta, alpha: finite((mean(returns) - beta * mean(market)) * TRADING_DAYS) };
}

/** Mean over all bars of stock value over equity; null where a bar has no equity. */
function exposureOf({ equity, stockValue }: EquityCurve): number | null {
  let sum = 0;
  for (let bar = 0; bar < equity.length; bar++) {
    const share = ratio(stockValue[bar] ?? NaN, equity[bar] ?? NaN);
    if (share === null) return null;
    sum += share;
  }
  return ratio(sum, equity.length);
}
