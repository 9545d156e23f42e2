/** Another backtester for Node (Grademark) beside ours in one run, over the same bars with the same bounds: out a few percent above the last price, in below it. */
import { parseAmount, ZERO } from '../src/kernel/amount';
import { HISTORICAL_SETTINGS_TEXT, parseSettings } from '../src/rules/settings';
import { runBuffers, simulate } from '../src/simulation/engine';
import { NO_COSTS } from '../src/simulation/fill-model';
import { doublesOf } from '../src/simulation/price-column';
import { dataFor, historyOf } from '../src/simulation/simulation-data';
import type { Tape } from '../src/simulation/tape';
import { compete, cpuRate, ratioOf } from './measure';
import { loadPeer } from './peer-package';
import { missing, printStandings, reach } from './report';
import { benchTape } from './simulated-tape';

const GRADEMARK = 'Grademark';
const BARS = 20_000;
const GOAL = `simulation with full timeline / ${GRADEMARK}`;
const THRESHOLD = 0.03;
/** Our rounds are so many runs, to be long against a turn of the scheduler. */
const OURS = 200;

interface PeerBar {
  readonly time: Date;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

interface PeerRule {
  readonly bar: PeerBar;
  readonly entryPrice: number;
}

interface PeerStrategy {
  readonly entryRule: (enter: () => void, rule: PeerRule) => void;
  readonly exitRule: (exit: () => void, rule: PeerRule) => void;
}

interface Grademark {
  backtest(strategy: PeerStrategy, bars: unknown): readonly unknown[];
}

interface DataForge {
  readonly DataFrame: new (bars: readonly PeerBar[]) => unknown;
}

function barsOf(tape: Tape): readonly PeerBar[] {
  const close = doublesOf(tape.close);
  return Array.from(close, (price, bar) => ({ time: new Date(tape.at[bar] ?? 0), open: price, high: price, low: price, close: price }));
}

/** All in or all out, since it knows no quantities; its trades fill at the next bar's open. */
function thresholds(): PeerStrategy {
  let anchor = Number.POSITIVE_INFINITY;
  return {
    entryRule: (enter, { bar }) => {
      if (bar.close > anchor * (1 - THRESHOLD)) return;
      anchor = bar.close;
      enter();
    },
    exitRule: (exit, { bar, entryPrice }) => {
      if (bar.close < entryPrice * (1 + THRESHOLD)) return;
      anchor = bar.close;
      exit();
    },
  };
}

export async function benchBacktester(): Promise<void> {
  const found = loadPeer('backtester', 'grademark');
  if (!found) {
    missing(GOAL, `${GRADEMARK} is not installed`);
    return;
  }
  const grademark = found.peer as Grademark;
  const { DataFrame } = found.load('data-forge') as DataForge;
  const tape = benchTape(BARS);
  const series = new DataFrame(barsOf(tape));
  const settings = parseSettings(HISTORICAL_SETTINGS_TEXT);
  const data = dataFor(historyOf(tape, [], null), settings);
  const terms = { cash: parseAmount('100000'), qty: ZERO, stockPct: parseAmount('50'), settings, fill: 'close', costs: NO_COSTS } as const;
  const buffers = runBuffers(data);
  const ours = (): void => {
    for (let run = 0; run < OURS; run++) simulate(data, terms, buffers);
  };
  const peer = (): void => void grademark.backtest(thresholds(), series);
  const [own, other] = await compete(
    BARS,
    [
      { name: 'simulation with full timeline', ready: () => ours, things: OURS * BARS },
      { name: GRADEMARK, ready: () => peer },
    ],
    5,
    cpuRate,
  );
  if (!own || !other) throw new Error('nothing was measured');
  const trades = grademark.backtest(thresholds(), series).length;
  printStandings(`${BARS} bars; it makes ${trades} trades, we ${simulate(data, terms, buffers).trades.length}`, 'bars', [own, other]);
  reach(GOAL, ratioOf(own, other), {});
}
