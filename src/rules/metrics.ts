/** The figures of a run, by the definitions of the command line's `result`: fractions, not percent, and null instead of NaN. */
import { type Amount, toNumber } from '../kernel/amount';
import {
  type Course,
  courseOf,
  covariance,
  finite,
  growthOf,
  mean,
  type Performance,
  performanceOfCourse,
  ratio,
  returnsOf,
  riskOf,
  type Series,
  type Timeline,
  TRADING_DAYS,
} from './performance';
import { type HoldingChange, type Outcomes, outcomesOf } from './metrics-outcomes';
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

/** What the metrics of a run are made from. */
export interface RunFigures {
  readonly course: Course;
  /** Equity at the first bar, after the opening purchase. */
  readonly start: number;
  /** Mean over all bars of stock value over equity; null where a bar has no equity. */
  readonly exposure: number | null;
  readonly turnover: Amount;
  readonly outcomes: Outcomes;
}

export interface RunReport {
  readonly metrics: Metrics;
  readonly benchmarks: { readonly buy_and_hold: Performance; readonly static_mix: Performance };
}

/** The value of a position at each bar's close, as a replay sees it. A simulation has the same figures, digit for digit, from its stretches. */
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

/** What a run is compared with, prepared once for all runs with the same history and terms. */
export interface Market {
  readonly history: PriceHistory;
  readonly terms: BuyAndHoldTerms;
  readonly performance: Performance;
  /** Daily returns of buy and hold. */
  readonly returns: Series | null;
}

export function marketOf(history: PriceHistory, terms: BuyAndHoldTerms): Market {
  const held = buyAndHold(history, terms);
  return { history, terms, performance: performanceOfCourse(held), returns: returnsOf(held.daily) };
}

/** Metrics and benchmarks of a run over the market's history. */
export const reportOf = (run: RunRecord, market: Market): RunReport => reportOfFigures(figuresOf(run, market), market);

export function reportOfFigures(run: RunFigures, market: Market): RunReport {
  const metrics = metricsOfFigures(run, market);
  const mix = staticMix(market.history, run.start, metrics.exposure ?? 0, market.terms.withholding_tax_pct);
  return { metrics, benchmarks: { buy_and_hold: market.performance, static_mix: performanceOfCourse(mix) } };
}

export const metricsOf = (run: RunRecord, market: Market): Metrics => metricsOfFigures(figuresOf(run, market), market);

const figuresOf = ({ curve, turnover, changes }: RunRecord, { terms, history }: Market): RunFigures => ({
  course: courseOf(curve.equity, curve.timeline),
  start: curve.equity[0] ?? 0,
  exposure: exposureOf(curve),
  turnover,
  outcomes: outcomesOf(terms.qty, history.firstClose, changes),
});

function metricsOfFigures({ course, exposure, turnover, outcomes }: RunFigures, market: Market): Metrics {
  const { daily: values, drawdown } = course;
  const returns = returnsOf(values);
  const growth = growthOf(values);
  const n = values.length - 1;
  return {
    ...growth,
    ...riskOf(returns),
    sortino: returns === null ? null : sortinoOf(returns),
    ...drawdown,
    calmar: growth.cagr === null || drawdown.max_drawdown === null ? null : ratio(growth.cagr, Math.abs(drawdown.max_drawdown)),
    ...marketFit(returns, market.returns),
    exposure,
    turnover_per_year: n < 2 ? null : ratio(toNumber(turnover) * (TRADING_DAYS / n), mean(values)),
    ...outcomes,
  };
}

/** Mean over the downward deviation, which counts all days: a day that gained is 0. */
function sortinoOf(returns: Series): number | null {
  let squares = 0;
  for (let i = 0; i < returns.length; i++) {
    const fall = Math.min(returns[i] ?? NaN, 0);
    squares += fall * fall;
  }
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
