/** The engine and sweeps against the plain-double loop of the same rule, on a million five-minute bars. */
import { parseAmount, ZERO } from '../src/kernel/amount';
import { HISTORICAL_SETTINGS_TEXT, parseSettings } from '../src/rules/settings';
import { marketFor, resultOf, simulate, type SimulationTerms } from '../src/simulation/engine';
import { NO_COSTS } from '../src/simulation/fill-model';
import { dataFor, historyOf } from '../src/simulation/simulation-data';
import { median, rate } from './measure';
import { type PlainRule, plainLoop } from './plain-loop';
import { benchTape } from './simulated-tape';

const BARS = 1_000_000;
const ROUNDS = 7;
const CASH = '100000';
const settings = parseSettings(HISTORICAL_SETTINGS_TEXT);
const rule: PlainRule = { up: 0.03, down: 0.03, ratio: 1.6667, min: 0.25, max: 0.75, rate: 0.0001 };
export const benchTerms: SimulationTerms = {
  cash: parseAmount(CASH),
  qty: ZERO,
  stockPct: parseAmount('50'),
  settings,
  fill: 'close',
  costs: NO_COSTS,
};

export async function benchSimulate(): Promise<void> {
  const tape = benchTape(BARS);
  const data = dataFor(historyOf(tape, [], null), settings);
  const prices = data.history.closes;
  const equity = new Float64Array(BARS);
  const rates = { plain: [] as number[], engine: [] as number[], result: [] as number[] };
  const trades = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    rates.plain.push(await rate(BARS, () => void (trades[0] = plainLoop(prices, equity, 100_000, rule).trades)));
    rates.engine.push(await rate(BARS, () => void (trades[1] = simulate(data, benchTerms).trades.length)));
    rates.result.push(await rate(BARS, () => void resultOf(simulate(data, benchTerms), marketFor(data, benchTerms))));
  }
  const million = (values: readonly number[]): string => (median(values) / 1e6).toFixed(1);
  const plain = median(rates.plain);
  process.stdout.write(
    `plain ${million(rates.plain)} M bars/s, ${trades[0]} trades; engine ${million(rates.engine)} (${(median(rates.engine) / plain).toFixed(2)}), ${trades[1]} trades; with metrics ${million(rates.result)} (${(median(rates.result) / plain).toFixed(2)})\n`,
  );
}
void benchSimulate();
