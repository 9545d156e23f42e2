/** One run as data that travels between threads, and what comes back. Pure: where it runs changes nothing. */
import { formatAmount, formatOptional, parseAmount } from '../kernel/amount';
import { messageOf } from '../kernel/errors';
import { roundHalfEven } from '../kernel/exact';
import type { PlacedAction } from '../market-data/placed-actions';
import type { Market } from '../rules/metrics';
import type { Quote } from '../rules/price-policy';
import { parseSettings, type RuleSettings, type SettingsText } from '../rules/settings';
import { type ComparedTerms, marketFor, type RunBuffers, runBuffers, resultOf, resultsOf, simulate, type SimulationRun } from './engine';
import { planActions } from './action-plan';
import type { FillModel } from './fill-model';
import {
  drawdownPeriods,
  monthlyReturns,
  reasonCounts,
  type DrawdownPeriod,
  type MonthReturn,
  type RunWarning,
  runWarnings,
} from './run-analysis';
import type { SimulationData, SimulationTerms } from './run-loop';
import type { RunResult } from './run-result';
import type { Stretch } from './run-state';
import { dataFor, type History, historyOf, signalKey } from './simulation-data';
import { dayOf, labelOf, type Tape, tapeBetween } from './tape';
import { textParts } from './tape-codec';

export interface RunTask {
  readonly cash: string;
  readonly qty: string;
  readonly stock_pct: string | null;
  readonly settings: SettingsText;
  readonly start: string | null;
  readonly end: string | null;
  readonly fill: FillModel;
  readonly slippage_bps: string;
  readonly spread_bps: string;
}

export interface TradeRow {
  readonly at: string;
  readonly decided_at: string;
  readonly bar: number;
  readonly side: 'BUY' | 'SELL';
  readonly qty: string;
  readonly price: string;
  readonly notional: string;
  readonly commission: string;
  readonly realized_pnl: string;
  readonly reason: string;
}

export interface RunDetails {
  readonly reasons: Readonly<Record<string, number>>;
  readonly drawdowns: readonly DrawdownPeriod[];
  readonly months: readonly MonthReturn[];
  /** Equity at the last bar of each day, as a double. */
  readonly daily: readonly { readonly day: string; readonly equity: number }[];
  readonly warnings: readonly RunWarning[];
  readonly trades: readonly TradeRow[];
  readonly unfilled: readonly { readonly at: string; readonly side: string; readonly qty: string; readonly reason: string }[];
  readonly dividends: readonly { readonly at: string; readonly qty: string; readonly net: string; readonly paid_at: string | null }[];
  /** The position between its changes; with the tape and the reasons it is the whole timeline. */
  readonly stretches: readonly StretchRow[];
}

export interface StretchRow {
  readonly from: number;
  readonly closes_from: number;
  readonly qty: string;
  readonly cash: string;
  readonly receivable: string;
  readonly anchor: string | null;
  readonly day: number;
  readonly day_orders: number;
  readonly day_notional: string;
}

export interface RunOutcome {
  readonly result: RunResult;
  readonly details: RunDetails | null;
  /** One byte per bar, packed into text parts. */
  readonly reasonParts: readonly string[];
}

export type RunAnswer = { readonly outcome: RunOutcome } | { readonly error: string };

/** What runs share that see the same prices. */
interface Prepared {
  readonly data: SimulationData;
  /** Made when a run first asks for its columns. */
  buffers: RunBuffers | null;
  /** The benchmarks of the latest run; most runs of a sweep start with the same money and costs. */
  market: { readonly key: string; readonly market: Market } | null;
}

/** A tape with what belongs to it, and the runs' memory: prepared once, then used by run after run. */
export class Workbench {
  private readonly histories = new Map<string, History>();
  private readonly data = new Map<string, Prepared>();

  constructor(
    private readonly tape: Tape,
    private readonly actions: readonly PlacedAction[],
    private readonly quotes: readonly Quote[] | null,
  ) {}

  /** One per task, in their order. Where a run fails, those beside it do not. */
  answers(tasks: readonly RunTask[], withDetails: boolean): readonly RunAnswer[] {
    try {
      return this.outcomes(tasks, withDetails).map((outcome) => ({ outcome }));
    } catch (error) {
      return tasks.length === 1 ? [{ error: messageOf(error) }] : tasks.flatMap((task) => this.answers([task], withDetails));
    }
  }

  private outcomes(tasks: readonly RunTask[], withDetails: boolean): readonly RunOutcome[] {
    if (withDetails) return tasks.map((task) => this.detailed(task));
    return this.results(tasks).map((result) => ({ result, details: null, reasonParts: [] }));
  }

  /** Those one after the other that see the same prices go side by side. */
  private results(tasks: readonly RunTask[]): readonly RunResult[] {
    const results: RunResult[] = [];
    const beside: ComparedTerms[] = [];
    let seen: SimulationData | null = null;
    for (const task of tasks) {
      const { data, terms, market } = this.read(task);
      if (seen && data !== seen) results.push(...resultsOf(seen, beside.splice(0)));
      seen = data;
      beside.push({ terms, market });
    }
    return seen ? [...results, ...resultsOf(seen, beside)] : results;
  }

  private detailed(task: RunTask): RunOutcome {
    const { prepared, data, terms, market } = this.read(task);
    prepared.buffers ??= runBuffers(data);
    const run = simulate(data, terms, prepared.buffers);
    const result = resultOf(run, market);
    return { result, details: detailsOf(run, result), reasonParts: textParts(run.reasons) };
  }

  private read(task: RunTask) {
    const settings = parseSettings(task.settings);
    const prepared = this.prepared(task, settings);
    const terms = termsOf(task, settings);
    return { prepared, data: prepared.data, terms, market: benchmarksFor(prepared, terms) };
  }

  private prepared(task: RunTask, settings: RuleSettings): Prepared {
    const range = `${task.start} ${task.end}`;
    let history = this.histories.get(range);
    if (!history) {
      if (this.histories.size > 0) this.forget();
      history = historyOf(tapeBetween(this.tape, task.start, task.end), this.actions, this.quotes);
      this.histories.set(range, history);
    }
    const key = signalKey(history, settings);
    const known = this.data.get(key);
    if (known) return known;
    this.data.clear(); // one set of columns at a time bounds the memory
    const prepared: Prepared = { data: dataFor(history, settings), buffers: null, market: null };
    this.data.set(key, prepared);
    return prepared;
  }

  private forget(): void {
    this.histories.clear();
    this.data.clear();
  }
}

const termsOf = (task: RunTask, settings: RuleSettings): SimulationTerms => ({
  cash: parseAmount(task.cash),
  qty: parseAmount(task.qty),
  stockPct: task.stock_pct === null ? null : parseAmount(task.stock_pct),
  settings,
  fill: task.fill,
  costs: { slippage_bps: parseAmount(task.slippage_bps), spread_bps: parseAmount(task.spread_bps) },
});

function benchmarksFor(prepared: Prepared, terms: SimulationTerms): Market {
  const { cash, qty, settings } = terms;
  const key = [cash, qty, settings.qty_step, settings.commission_rate, settings.withholding_tax_pct].join(' ');
  if (prepared.market?.key !== key) prepared.market = { key, market: marketFor(prepared.data, terms) };
  return prepared.market.market;
}

/** Throws what a run of these parameters would throw, before any work starts. */
export function checkTask(tape: Tape, actions: readonly PlacedAction[], { start, end }: Pick<RunTask, 'start' | 'end'>): void {
  planActions(tapeBetween(tape, start, end), actions);
}

function detailsOf(run: SimulationRun, result: RunResult): RunDetails {
  const { data, curve, trades, unfilled, dividends, stretches } = run;
  const at = (bar: number): string => labelOf(data.tape, bar);
  return {
    reasons: reasonCounts(run),
    drawdowns: drawdownPeriods(curve.equity, data.tape),
    months: monthlyReturns(curve.equity, data.tape),
    daily: Array.from(data.history.timeline.dayEnds, (bar) => ({ day: dayOf(data.tape, bar), equity: curve.equity[bar] ?? Number.NaN })),
    warnings: runWarnings(run, result),
    trades: trades.map((trade) => ({
      at: at(trade.bar),
      decided_at: at(trade.decidedAt),
      bar: trade.bar,
      side: trade.side,
      qty: formatAmount(trade.qty),
      price: formatAmount(trade.price),
      notional: formatAmount(trade.notional),
      commission: formatAmount(trade.commission),
      realized_pnl: formatAmount(trade.realized),
      reason: trade.reason,
    })),
    unfilled: unfilled.map(({ bar, side, qty, reason }) => ({ at: at(bar), side, qty: formatAmount(qty), reason })),
    dividends: dividends.map(({ bar, qty, net, payBar }) => ({
      at: at(bar),
      qty: formatAmount(qty),
      net: formatAmount(net),
      paid_at: payBar === null ? null : at(payBar),
    })),
    stretches: stretches.map(stretchRow),
  };
}

const stretchRow = ({ from, closesFrom, qty, cash, receivable, anchor, day, counts }: Stretch): StretchRow => ({
  from,
  closes_from: closesFrom,
  qty: formatAmount(qty),
  cash: formatAmount(cash),
  receivable: formatAmount(receivable),
  anchor: formatOptional(anchor),
  day,
  day_orders: counts.orders,
  day_notional: formatAmount(counts.notional),
});

export const equityText = (n: bigint): string => formatAmount(roundHalfEven({ n, d: 10n ** 16n }));
