/** A simulation: one position over one tape by the rules of live trading. Pure; the same input gives the same run. */
import type { Amount } from '../kernel/amount';
import { FigureWatch, figuresOf, type HeldFigures } from '../rules/held-figures';
import { fillEquity } from '../rules/held-stretches';
import { marketOf, type Market, reportOf } from '../rules/metrics';
import { bySections } from '../rules/tape-sections';
import { priceAt } from './price-column';
import { type DecidedRun, Run, type SimulationData, type SimulationTerms } from './run-loop';
import { runHistory, type RunHistory } from './run-state';
import { type RunResult, runResult } from './run-result';
import { labelOf } from './tape';

/** A run with its columns, and everything that happened in it. */
export interface SimulationRun extends DecidedRun, RunHistory {
  readonly curve: { readonly equity: Float64Array };
}

/** Memory that one run after another writes into; the run before is gone with it. */
export interface RunBuffers {
  readonly equity: Float64Array;
  readonly reasons: Uint8Array;
}

const CENT = 1_000_000n as Amount;

export const runBuffers = ({ tape: { bars } }: SimulationData): RunBuffers => ({
  equity: new Float64Array(bars),
  reasons: new Uint8Array(bars),
});

export function simulate(data: SimulationData, terms: SimulationTerms, { equity, reasons } = runBuffers(data)): SimulationRun {
  const kept = runHistory(reasons);
  const run = new Run(data, terms, kept).run();
  return { ...run, ...kept, curve: { equity: equityOf(run, equity) } };
}

/** The run alone, enough for every figure: where only a result is asked for, nothing is kept of a bar or a trade. */
export const decideRun = (data: SimulationData, terms: SimulationTerms): DecidedRun => new Run(data, terms, null).run();

/** Equity at each bar's close: it follows from the stretches. */
export function equityOf({ data, held }: DecidedRun, equity: Float64Array): Float64Array {
  fillEquity(equity, data.history.closes, held);
  return equity;
}

export const marketFor = ({ history }: SimulationData, { cash, qty, settings }: SimulationTerms): Market => {
  const { qty_step, commission_rate, withholding_tax_pct } = settings;
  return marketOf(history, { cash, qty, qty_step, commission_rate, withholding_tax_pct, minor_unit: CENT });
};

/** What `vb simulate` prints. */
export const resultOf = (run: DecidedRun, market: Market): RunResult => resultWith(run, figuresOf(run.data.history, run.held), market);

/**
 * The results of runs over the same data, each as if it were alone. They go side by side, section by section: of what one has looked at, the
 * next finds most still near in memory.
 */
export function resultsOf(data: SimulationData, runs: readonly ComparedTerms[]): readonly RunResult[] {
  const started = runs.map(({ terms, market }) => {
    const run = new Run(data, terms, null);
    run.open();
    return { run, market, figures: new FigureWatch(data.history, run.held) };
  });
  bySections(data.tape.bars, (end) => {
    for (const { run, figures } of started) {
      run.advance(end);
      figures.upTo(end);
    }
  });
  return started.map(({ run, market, figures }) => resultWith(run.end(), figures.end(), market));
}

export interface ComparedTerms {
  readonly terms: SimulationTerms;
  readonly market: Market;
}

function resultWith({ data, book }: DecidedRun, figures: HeldFigures, market: Market): RunResult {
  const { tape } = data;
  const last = tape.bars - 1;
  const end = {
    price: priceAt(tape.close, last),
    qty: book.qty,
    cash: book.cash,
    receivable: book.receivable,
    anchor: book.anchor,
    commission: book.commissionPaid,
    dividends_net: book.dividendsNet,
    turnover: book.turnover,
    buys: book.buys,
    sells: book.sells,
  };
  const report = reportOf({ figures, turnover: book.turnover, outcomes: book.tally.outcomes() }, market);
  return runResult({ bars: tape.bars, first: labelOf(tape, 0), last: labelOf(tape, last) }, end, report);
}
