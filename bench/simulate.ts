/** The engine and sweeps against the plain-double loop of the same rule, on a million five-minute bars. */
import { parseAmount, ZERO } from '../src/kernel/amount';
import { HISTORICAL_SETTINGS_TEXT, parseSettings } from '../src/rules/settings';
import { marketFor, resultOf, runBuffers, simulate, type SimulationTerms } from '../src/simulation/engine';
import { NO_COSTS } from '../src/simulation/fill-model';
import { dataFor, historyOf } from '../src/simulation/simulation-data';
import { simulationPool } from '../src/simulation/simulation-pool.adapter';
import type { TapeSet } from '../src/simulation/simulation-pool.port';
import type { RunTask } from '../src/simulation/simulation-task';
import { decodeTape, encodeTape } from '../src/simulation/tape-codec';
import { median, rate } from './measure';
import { type PlainRule, plainLoop } from './plain-loop';
import { benchTape } from './simulated-tape';

const BARS = 1_000_000;
const ROUNDS = 7;
const SWEEP = 20;
const settings = parseSettings(HISTORICAL_SETTINGS_TEXT);
const rule: PlainRule = { up: 0.03, down: 0.03, ratio: 1.6667, min: 0.25, max: 0.75, rate: 0.0001 };
const terms: SimulationTerms = {
  cash: parseAmount('100000'),
  qty: ZERO,
  stockPct: parseAmount('50'),
  settings,
  fill: 'close',
  costs: NO_COSTS,
};

/** Standard deviation of a bar's return: a quiet index, and a stock that moves 1 % on a day of 78 bars. */
const MOVES = [0.0006, 0.0012] as const;

export async function benchSimulate(): Promise<void> {
  for (const move of MOVES) await measure(move);
}

async function measure(move: number): Promise<void> {
  const tape = benchTape(BARS, move);
  const data = dataFor(historyOf(tape, [], null), settings);
  const buffers = runBuffers(data);
  const equity = new Float64Array(BARS);
  const rates = { plain: [] as number[], engine: [] as number[], result: [] as number[] };
  let trades = 0;
  for (let round = 0; round < ROUNDS; round++) {
    rates.plain.push(await rate(BARS, () => void plainLoop(data.history.closes, equity, 100_000, rule)));
    rates.engine.push(await rate(BARS, () => void (trades = simulate(data, terms, buffers).trades.length)));
    rates.result.push(await rate(BARS, () => void resultOf(simulate(data, terms, buffers), marketFor(data, terms))));
  }
  const plain = median(rates.plain);
  const shown = (values: readonly number[]): string =>
    `${(median(values) / 1e6).toFixed(1)} M bars/s (${(median(values) / plain).toFixed(3)})`;
  process.stdout.write(
    `${BARS} bars, ${trades} trades: plain loop ${shown(rates.plain)}; engine with equity and timeline ${shown(rates.engine)}; ` +
      `with metrics and benchmarks ${shown(rates.result)}\n`,
  );
  const swept = await sweep(encodeTape(tape));
  process.stdout.write(
    `  sweep of ${SWEEP} runs: ${(swept / 1e6).toFixed(1)} M bars/s (${(swept / plain).toFixed(3)}); ${rssMb()} MB resident\n`,
  );
}

/** Different thresholds on one tape, on all cores; the threads are warm. */
async function sweep({ head, parts }: ReturnType<typeof encodeTape>): Promise<number> {
  const set: TapeSet = { key: 'bench', tape: decodeTape(head, parts), actions: [], quotes: null };
  const pool = simulationPool();
  const task = (index: number): RunTask => ({
    cash: '100000',
    qty: '0',
    stock_pct: '50',
    settings: { ...HISTORICAL_SETTINGS_TEXT, up_threshold_pct: String(2 + index / 10) },
    start: null,
    end: null,
    fill: 'close',
    slippage_bps: '0',
    spread_bps: '0',
  });
  const runs = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, (_, index) => pool.run(set, task(index), false)));
  await runs(pool.size);
  const measured = await rate(BARS * SWEEP, async () => void (await runs(SWEEP)));
  await pool.close();
  return measured;
}

const rssMb = (): string => (process.memoryUsage().rss / 1024 ** 2).toFixed(0);
