/** One random run by the three ways there are: live replay, simulation and oracle. */
import { parseAmount, ZERO } from '../../src/kernel/amount';
import { replay } from '../../src/cli/replay';
import { placeActions } from '../../src/market-data/placed-actions';
import { readActions } from '../../src/market-data/recorded-actions';
import { readBars } from '../../src/market-data/recorded-bars';
import { readQuotes } from '../../src/market-data/recorded-quotes';
import type { Quote } from '../../src/rules/price-policy';
import { HISTORICAL_SETTINGS_TEXT, parseSettings, type SettingsText } from '../../src/rules/settings';
import { validateSettings, SETTING_NAMES } from '../../src/rules/settings-validation';
import { marketFor, resultOf, simulate, type SimulationRun } from '../../src/simulation/engine';
import { NO_COSTS } from '../../src/simulation/fill-model';
import type { RunResult } from '../../src/simulation/run-result';
import { dataFor, historyOf } from '../../src/simulation/simulation-data';
import { sliceTape } from '../../src/simulation/tape';
import { readTape } from '../../src/simulation/tape-reader';
import { oracle } from './oracle';
import { calendar, type RandomRun } from './random-run';

const settingsText = ({ config }: RandomRun): SettingsText => ({
  ...HISTORICAL_SETTINGS_TEXT,
  ...validateSettings(config, SETTING_NAMES),
  max_drift_bps: '0',
  slippage_bps: '0',
});

const startOf = ({ cash, qty, stockPct }: RandomRun) => ({
  cash: parseAmount(cash),
  qty: qty === null ? ZERO : parseAmount(qty),
  stockPct: stockPct === null ? null : parseAmount(stockPct),
});

const quotesOf = ({ quotesCsv }: RandomRun): readonly Quote[] | null => (quotesCsv === null ? null : readQuotes(quotesCsv, 'quotes.csv'));

/** `bars`: only so many of the first ones. */
export function simulated(run: RandomRun, bars = run.bars.length): { readonly run: SimulationRun; readonly result: RunResult } {
  const settings = parseSettings(settingsText(run));
  const tape = sliceTape(readTape(run.csv, 'random.csv', calendar, 'XNYS'), 0, bars);
  const actions = placeActions(readActions(run.actionsCsv, 'actions.csv'), calendar, 'XNYS');
  const data = dataFor(historyOf(tape, actions, quotesOf(run)), settings);
  const terms = { ...startOf(run), settings, fill: 'close' as const, costs: NO_COSTS };
  const done = simulate(data, terms);
  return { run: done, result: resultOf(done, marketFor(data, terms)) };
}

export const replayed = (run: RandomRun): Promise<RunResult | null> =>
  replay({
    symbol: 'TEST',
    exchange: 'XNYS',
    calendar,
    bars: readBars(run.csv, 'random.csv', calendar, 'XNYS'),
    quotes: quotesOf(run),
    actions: readActions(run.actionsCsv, 'actions.csv'),
    ...startOf(run),
    settings: settingsText(run),
  });

/** The part of a result that the oracle computes. */
export function comparable(run: RandomRun, result: RunResult): { readonly expected: object; readonly received: object } {
  const expected = oracle(run);
  return { expected, received: Object.fromEntries(Object.keys(expected).map((name) => [name, result[name as keyof RunResult]])) };
}
