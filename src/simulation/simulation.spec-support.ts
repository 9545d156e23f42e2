/** Tiny tapes for tests: bars as lines, a run in one call, and what it did in words. */
import { formatAmount, parseAmount, ZERO } from '../kernel/amount';
import { PublishedCalendar } from '../market-data/published-calendar';
import { placeActions } from '../market-data/placed-actions';
import { readActions } from '../market-data/recorded-actions';
import { QUOTE_HEADER, readQuotes } from '../market-data/recorded-quotes';
import { parseSettings } from '../rules/settings';
import { reasonOf } from './decision-reasons';
import { marketFor, resultOf, simulate, type SimulationRun } from './engine';
import type { FillModel } from './fill-model';
import type { RunResult } from './run-result';
import { dataFor, historyOf } from './simulation-data';
import { settingsFrom } from './simulation-request';
import type { RunTask } from './simulation-task';
import { readTape } from './tape-reader';

export interface TinyRun {
  /** `date close`, or `date open high low close`; instants in place of dates for bars within the day. */
  readonly bars: readonly string[];
  readonly actions?: readonly string[];
  readonly quotes?: readonly string[];
  readonly cash?: string;
  readonly qty?: string;
  readonly stockPct?: string;
  readonly fill?: FillModel;
  readonly slippage?: string;
  readonly spread?: string;
  /** Besides: a tenth of shares or cash per order, no bounds of the stock's part, commission of 0.1 %. */
  readonly config?: object;
}

export interface TinyResult {
  readonly run: SimulationRun;
  readonly result: RunResult;
  /** Every bar's reason, the opening's apart. */
  readonly reasons: readonly string[];
  /** `SELL 10 @ 104 on bar 1`, with commission. */
  readonly trades: readonly string[];
  readonly unfilled: readonly string[];
}

const PLAIN = {
  order_sizing_strategy: 'fixed_percentage',
  rebalance_ratio: '0.1',
  min_stock_pct: '0',
  max_stock_pct: '100',
  commission_rate: '0.001',
};

const calendar = new PublishedCalendar();

/** Half of 100,000 in stock, over the whole tape, filled at the close. */
export const runTask = (config: object, others: Partial<RunTask> = {}): RunTask => ({
  cash: '100000',
  qty: '0',
  stock_pct: '50',
  settings: settingsFrom(config),
  start: null,
  end: null,
  fill: 'close',
  slippage_bps: '0',
  spread_bps: '0',
  ...others,
});

/** 100 shares and 10,000 in cash unless the run says otherwise. */
export function tiny(terms: TinyRun): TinyResult {
  const settings = parseSettings(settingsFrom({ ...PLAIN, ...terms.config }));
  const tape = readTape(csvOf(terms.bars), 'bars.csv', calendar, 'XNYS');
  const recorded = readActions(['ex_date,type,value,pay_date', ...(terms.actions ?? [])].join('\n'), 'actions.csv');
  const actions = placeActions(recorded, calendar, 'XNYS');
  const quotes = terms.quotes ? readQuotes([QUOTE_HEADER, ...terms.quotes].join('\n'), 'quotes.csv') : null;
  const data = dataFor(historyOf(tape, actions, quotes), settings);
  const start = {
    cash: parseAmount(terms.cash ?? '10000'),
    qty: terms.stockPct === undefined ? parseAmount(terms.qty ?? '100') : ZERO,
    stockPct: terms.stockPct === undefined ? null : parseAmount(terms.stockPct),
    settings,
    fill: terms.fill ?? 'close',
    costs: { slippage_bps: parseAmount(terms.slippage ?? '0'), spread_bps: parseAmount(terms.spread ?? '0') },
  } as const;
  const run = simulate(data, start);
  return {
    run,
    result: resultOf(run, marketFor(data, start)),
    reasons: Array.from(run.reasons.subarray(1), reasonOf),
    trades: run.trades.map(
      ({ side, qty, price, commission, bar }) =>
        `${side} ${formatAmount(qty)} @ ${formatAmount(price)} on bar ${bar}, commission ${formatAmount(commission)}`,
    ),
    unfilled: run.unfilled.map(({ side, qty, bar, reason }) => `${side} ${formatAmount(qty)} on bar ${bar}: ${reason}`),
  };
}

function csvOf(bars: readonly string[]): string {
  const rows = bars.map((line) => {
    const [at = '', ...prices] = line.split(' ');
    const [close = ''] = prices;
    return [at, ...(prices.length === 1 ? [close, close, close, close] : prices), '1'].join(',');
  });
  return `${bars[0]?.includes('T') ? 'ts' : 'date'},open,high,low,close,volume\n${rows.join('\n')}\n`;
}
