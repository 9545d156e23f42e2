/** What a run's columns say: why it did not trade, its drawdowns, its months, and what its reader should be warned of. */
import type { TradingDay } from '../kernel/clock';
import type { RunReport } from '../rules/metrics';
import { ratio } from '../rules/performance';
import { REASONS } from './decision-reasons';
import type { SimulationRun } from './engine';
import { dayOf, type Tape } from './tape';

/** Evaluations by reason, those that traded among them. */
export function reasonCounts({ reasons }: Pick<SimulationRun, 'reasons'>): Readonly<Record<string, number>> {
  const counts = new Uint32Array(REASONS.length);
  for (let bar = 1; bar < reasons.length; bar++) {
    const code = reasons[bar] ?? 0;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return Object.fromEntries(REASONS.flatMap((reason, code) => ((counts[code] ?? 0) > 0 ? [[reason, counts[code] ?? 0] as const] : [])));
}

export interface DrawdownPeriod {
  readonly peak: TradingDay;
  readonly trough: TradingDay;
  /** Null: not back at the peak by the last bar. */
  readonly recovered: TradingDay | null;
  readonly depth: number;
  readonly days: number;
}

const DEEPEST = 20;

/** The deepest falls of equity from a peak, deepest first. */
export function drawdownPeriods(equity: Float64Array, tape: Tape): readonly DrawdownPeriod[] {
  const periods: DrawdownPeriod[] = [];
  let [peak, trough] = [0, 0];
  const close = (bar: number, recovered: boolean): void => {
    const depth = (ratio(equity[trough] ?? Number.NaN, equity[peak] ?? Number.NaN) ?? 1) - 1;
    if (trough === peak || depth > -1e-12) return;
    const days = (tape.days[bar] ?? 0) - (tape.days[peak] ?? 0);
    periods.push({ peak: dayOf(tape, peak), trough: dayOf(tape, trough), recovered: recovered ? dayOf(tape, bar) : null, depth, days });
    if (periods.length > DEEPEST * 4) cutToDeepest(periods);
  };
  for (let bar = 1; bar < equity.length; bar++) {
    const value = equity[bar] ?? Number.NaN;
    if (value >= (equity[peak] ?? 0)) {
      close(bar, true);
      [peak, trough] = [bar, bar];
    } else if (value < (equity[trough] ?? 0)) trough = bar;
  }
  close(equity.length - 1, false);
  cutToDeepest(periods);
  return periods;
}

function cutToDeepest(periods: DrawdownPeriod[]): void {
  periods.sort((a, b) => a.depth - b.depth);
  periods.length = Math.min(periods.length, DEEPEST);
}

export interface MonthReturn {
  readonly month: string;
  /** From the last bar of the month before, or the first bar of the run. */
  readonly total_return: number | null;
  readonly equity: number;
}

export function monthlyReturns(equity: Float64Array, tape: Tape): readonly MonthReturn[] {
  const months: MonthReturn[] = [];
  let before = equity[0] ?? Number.NaN;
  for (let bar = 0; bar < tape.bars; bar++) {
    const isDayEnd = tape.days[bar] !== tape.days[bar + 1];
    if (!isDayEnd) continue;
    const month = dayOf(tape, bar).slice(0, 7);
    if (bar + 1 < tape.bars && dayOf(tape, bar + 1).slice(0, 7) === month) continue;
    const value = equity[bar] ?? Number.NaN;
    const growth = ratio(value, before);
    months.push({ month, total_return: growth === null ? null : growth - 1, equity: value });
    before = value;
  }
  return months;
}

export interface RunWarning {
  readonly code:
    | 'benchmark_lost'
    | 'too_few_trades'
    | 'stale_bars'
    | 'missing_bars'
    | 'unfilled_orders'
    | 'held_back'
    | 'edge_of_grid'
    | 'in_sample_only';
  readonly text: string;
}

const FEW_TRADES = 30;
const STALE_RUN = 5;
const GAP_DAYS = 7;

export function runWarnings(run: SimulationRun, report: RunReport): readonly RunWarning[] {
  const { tape } = run.data;
  const warnings: RunWarning[] = [];
  const own = report.metrics.total_return;
  for (const [name, { total_return }] of Object.entries(report.benchmarks)) {
    if (own !== null && total_return !== null && own < total_return) {
      warnings.push({ code: 'benchmark_lost', text: `${name} made ${percent(total_return)}, this run ${percent(own)}` });
    }
  }
  if (run.trades.length < FEW_TRADES)
    warnings.push({ code: 'too_few_trades', text: `${run.trades.length} trades say little; ${FEW_TRADES} or more would say something` });
  const stale = longestStandstill(tape);
  if (stale.bars >= STALE_RUN)
    warnings.push({ code: 'stale_bars', text: `${stale.bars} bars in a row close at one price, until ${dayOf(tape, stale.end)}` });
  const gap = widestGap(tape);
  if (gap.days > GAP_DAYS) warnings.push({ code: 'missing_bars', text: `no bar for ${gap.days} days before ${dayOf(tape, gap.bar)}` });
  if (run.unfilled.length > 0) warnings.push({ code: 'unfilled_orders', text: `${run.unfilled.length} orders ended without a fill` });
  const held = heldBack(run);
  if (held > 0.5) warnings.push({ code: 'held_back', text: `${percent(held)} of the triggers did not trade; see the reasons` });
  return warnings;
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;

function heldBack(run: SimulationRun): number {
  const counts = reasonCounts(run);
  const blocked = Object.entries(counts).reduce(
    (sum, [reason, count]) => (reason.startsWith('GUARDRAIL') || reason.startsWith('BELOW') ? sum + count : sum),
    0,
  );
  const traded = (counts['TRIGGER_BUY'] ?? 0) + (counts['TRIGGER_SELL'] ?? 0);
  return blocked + traded === 0 ? 0 : blocked / (blocked + traded);
}

function longestStandstill({ close: { units } }: Tape): { readonly bars: number; readonly end: number } {
  let [bars, end, same] = [1, 0, 1];
  for (let bar = 1; bar < units.length; bar++) {
    same = units[bar] === units[bar - 1] ? same + 1 : 1;
    if (same > bars) [bars, end] = [same, bar];
  }
  return { bars, end };
}

function widestGap({ days }: Tape): { readonly days: number; readonly bar: number } {
  let [widest, at] = [0, 0];
  for (let bar = 1; bar < days.length; bar++) {
    const gap = (days[bar] ?? 0) - (days[bar - 1] ?? 0);
    if (gap > widest) [widest, at] = [gap, bar];
  }
  return { days: widest, bar: at };
}

/** What every figure means, for whoever reads the result. */
export const METRIC_DEFINITIONS: Readonly<Record<string, string>> = {
  total_return: 'e_n/e_0 - 1: equity at the last bar over equity after the opening purchase',
  cagr: '(e_n/e_0)^(252/n) - 1, n daily returns',
  volatility: 'standard deviation (n - 1) of daily returns times the root of 252',
  sharpe: 'mean over standard deviation of daily returns times the root of 252, risk-free rate 0',
  sortino: 'mean of daily returns times the root of 252 over the root of the mean of min(r, 0) squared, all days counted',
  max_drawdown: 'the least of equity/peak - 1 over all bars',
  max_drawdown_days: 'the most calendar days from a peak until equity is back at it, or to the last day',
  calmar: 'cagr over |max_drawdown|',
  beta: 'covariance with the daily returns of buy and hold over their variance',
  alpha: '(mean r - beta times mean b) times 252',
  exposure: 'mean over all bars of stock value over equity',
  turnover_per_year: 'sum of fill notionals over mean daily equity times 252/n',
  win_rate: 'sells with realized profit above 0 over all sells',
  profit_factor: 'sum of realized gains over |sum of realized losses|, fees apart',
  buy_and_hold: 'the starting wealth all in at the first close, commission paid, net dividends as cash on the ex-date',
  static_mix: 'the same wealth at the mean exposure of this run, dividends included, no costs',
};
