/** The engine alone, and twenty runs over the pool's threads, in rounds with the plain loop. */
import { parseAmount, ZERO } from '../src/kernel/amount';
import { HISTORICAL_SETTINGS_TEXT, parseSettings } from '../src/rules/settings';
import { decideRun, equityOf, marketFor, resultOf, runBuffers, simulate } from '../src/simulation/engine';
import { NO_COSTS } from '../src/simulation/fill-model';
import { doublesOf } from '../src/simulation/price-column';
import type { SimulationTerms } from '../src/simulation/run-loop';
import { dataFor, historyOf } from '../src/simulation/simulation-data';
import { simulationPool } from '../src/simulation/simulation-pool.adapter';
import type { TapeSet } from '../src/simulation/simulation-pool.port';
import type { RunTask } from '../src/simulation/simulation-task';
import { compete, type Contender, cpuRate, type Standing } from './measure';
import { type PlainRule, plainLoop } from './plain-loop';
import { benchTape } from './simulated-tape';

export const BARS = 1_000_000;
const ROUNDS = 9;
const SWEEP = 20;
/** A round is so many times the same, so that it is long against a turn of the scheduler. */
const ENGINE_TIMES = 5;
/** Before the clock starts, for all alike: a server has compiled its hot path long before it is asked how fast it is. */
const WARM_UP = 40;
const settings = parseSettings(HISTORICAL_SETTINGS_TEXT);
const RULE: PlainRule = { up: 0.03, down: 0.03, ratio: 1.6667, min: 0.25, max: 0.75, rate: 0.0001 };
const terms: SimulationTerms = {
  cash: parseAmount('100000'),
  qty: ZERO,
  stockPct: parseAmount('50'),
  settings,
  fill: 'close',
  costs: NO_COSTS,
};

interface Found {
  readonly remark: string;
  readonly standings: readonly Standing[];
}

/** The loop, compiled, over `closes`. */
export function plainContender(closes: Float64Array, times: number): Contender {
  const equity = new Float64Array(closes.length);
  const run = (): void => void plainLoop(closes, equity, 100_000, RULE);
  for (let warm = 0; warm < WARM_UP; warm++) run();
  return { name: 'plain loop over doubles', ready: () => () => repeat(times, run), things: times * closes.length };
}

function repeat(times: number, run: () => void): void {
  for (let time = 0; time < times; time++) run();
}

export async function enginePart(move: string): Promise<Found> {
  const data = dataFor(historyOf(benchTape(BARS, Number(move)), [], null), settings);
  const buffers = runBuffers(data);
  const market = marketFor(data, terms);
  const runs = [
    { name: 'engine with equity curve', run: () => void equityOf(decideRun(data, terms), buffers.equity) },
    { name: 'engine with full timeline', run: () => void simulate(data, terms, buffers) },
    { name: 'metrics and benchmarks, no columns', run: () => void resultOf(decideRun(data, terms), market) },
  ];
  const ours = runs.map(({ name, run }): Contender => {
    repeat(WARM_UP, run);
    return { name, ready: () => () => repeat(ENGINE_TIMES, run), things: ENGINE_TIMES * BARS };
  });
  const standings = await compete(BARS, [plainContender(data.history.closes, ENGINE_TIMES), ...ours], ROUNDS, cpuRate);
  return { remark: `${BARS} bars, ${simulate(data, terms, buffers).trades.length} trades, per second of processor time`, standings };
}

/** Different thresholds on one tape, on all cores; the threads are warm. */
export async function sweepPart(move: string): Promise<Found> {
  const set: TapeSet = { key: 'bench', tape: benchTape(BARS, Number(move)), actions: [], quotes: null };
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
    Promise.all(Array.from({ length: count }, (_, index) => pool.run(set, task(index % SWEEP), false, () => true)));
  await runs(SWEEP * pool.size);
  const plain = plainContender(doublesOf(set.tape.close), SWEEP);
  const sweep: Contender = { name: `sweep of ${SWEEP} runs`, ready: () => async () => void (await runs(SWEEP)), things: SWEEP * BARS };
  const standings = await compete(BARS, [plain, sweep], ROUNDS);
  await pool.close();
  return { remark: `${SWEEP} × ${BARS} bars, result and benchmarks of each, ${pool.size} threads`, standings };
}
