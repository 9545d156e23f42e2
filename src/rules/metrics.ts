/** The figures of a run, by the definitions of the command line's `result`: fractions, not percent, and null instead of NaN. */
import { type Amount, toNumber } from '../kernel/amount';
import { buyAndHold, type BuyAndHoldTerms, type PriceHistory } from './benchmarks';
import type { HeldFigures } from './held-figures';
import type { Outcomes } from './metrics-outcomes';
import {
  covariance,
  finite,
  growthOf,
  mean,
  type Performance,
  performanceOf,
  ratio,
  returnsOf,
  riskOf,
  type Sample,
  TRADING_DAYS,
} from './performance';
import { staticMix } from './static-mix';

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

/** What the metrics of a run are made from. */
export interface RunRecord {
  readonly figures: HeldFigures;
  /** Sum of the notionals of all fills. */
  readonly turnover: Amount;
  readonly outcomes: Outcomes;
}

export interface RunReport {
  readonly metrics: Metrics;
  readonly benchmarks: { readonly buy_and_hold: Performance; readonly static_mix: Performance };
}

/** What a run is compared with, prepared once for all runs with the same history and terms. */
export interface Market {
  readonly history: PriceHistory;
  readonly terms: BuyAndHoldTerms;
  readonly performance: Performance;
  /** Daily returns of buy and hold. */
  readonly returns: Sample | null;
}

export function marketOf(history: PriceHistory, terms: BuyAndHoldTerms): Market {
  const held = buyAndHold(history, terms);
  return { history, terms, performance: performanceOf(held), returns: returnsOf(held.daily) };
}

/** Metrics and benchmarks of a run over the market's history. */
export function reportOf(run: RunRecord, market: Market): RunReport {
  const { history, terms, performance } = market;
  const metrics = metricsOf(run, market);
  const mix = staticMix(history, run.figures.start, metrics.exposure ?? 0, terms.withholding_tax_pct);
  return { metrics, benchmarks: { buy_and_hold: performance, static_mix: mix } };
}

export function metricsOf({ figures, turnover, outcomes }: RunRecord, market: Market): Metrics {
  const { daily, max_drawdown, max_drawdown_days, exposure } = figures;
  const returns = returnsOf(daily);
  const growth = growthOf(daily);
  const n = daily.length - 1;
  return {
    ...growth,
    ...riskOf(returns),
    sortino: returns === null ? null : sortinoOf(returns),
    max_drawdown,
    max_drawdown_days,
    calmar: growth.cagr === null || max_drawdown === null ? null : ratio(growth.cagr, Math.abs(max_drawdown)),
    ...marketFit(returns, market.returns),
    exposure,
    turnover_per_year: n < 2 ? null : ratio(toNumber(turnover) * (TRADING_DAYS / n), mean(daily)),
    ...outcomes,
  };
}

/** Mean over the downward deviation, which counts all days: a day that gained is 0. */
function sortinoOf({ values, mean: middle }: Sample): number | null {
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const fall = Math.min(values[i] ?? NaN, 0);
    squares += fall * fall;
  }
  return ratio(middle * Math.sqrt(TRADING_DAYS), Math.sqrt(squares / values.length));
}

/** `beta = cov(r, b)/var(b)`, `alpha = (mean r − beta·mean b)·252`. */
function marketFit(returns: Sample | null, market: Sample | null): { readonly beta: number | null; readonly alpha: number | null } {
  const beta = returns === null || market === null ? null : ratio(covariance(returns, market), market.variance);
  if (beta === null || returns === null || market === null) return { beta: null, alpha: null };
  return { beta, alpha: finite((returns.mean - beta * market.mean) * TRADING_DAYS) };
}
