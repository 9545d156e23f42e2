/** `vb sweep`: many simulations over one file of bars, by the code that sweeps over HTTP run on. */
import type { Command } from 'commander';
import { formatAmount } from '../kernel/amount';
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { loadActions, loadQuotes } from '../market-data/csv.adapter';
import { loadTape } from '../simulation/csv-files.adapter';
import { type HeatmapAxes, heatmapFor, runRows } from '../simulation/job-plan';
import { simulationPool } from '../simulation/simulation-pool.adapter';
import type { TapeSet } from '../simulation/simulation-pool.port';
import { type PositionRequest, SWEEP_METRICS, type SweepRequest } from '../simulation/simulation-request';
import { checkTask } from '../simulation/simulation-task';
import { sweepRequest } from '../simulation/sweep-request';
import { runSweep } from '../simulation/sweep-run';
import type { Console } from './console';
import { type FillFlags, readFill, withFillArguments } from './fill-arguments';
import { readRunTerms, type RunFlags, withRunArguments } from './run-arguments';
import { readAxes, readSweepTerms, type SweepFlags } from './sweep-arguments';
import { describeSweep, type SweepReport, type SweepSummary } from './sweep-report';

type Flags = RunFlags & FillFlags & SweepFlags;

const gathered = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function addSweepCommand(program: Command, console: Console): void {
  withFillArguments(withRunArguments(program.command('sweep')))
    .description('simulate every point of a grid, or some at random, and say which did best and where that is doubtful')
    .requiredOption('--param <name=values>', 'a setting and its values, from:to:step or a,b,c; again for each parameter', gathered)
    .option('--constraint <comparison>', 'such as "up_threshold_pct <= down_threshold_pct"; again for each', gathered)
    .option('--random <runs>', 'so many points at random instead of the whole grid')
    .option('--seed <number>', 'which random points', '1')
    .option('--metric <name>', `what is to be as large as possible: ${SWEEP_METRICS.join(', ')}`, 'sharpe')
    .option('--walk-forward <train:test>', 'days to choose the best point on, and days after them to test it on')
    .option('--heatmap <x,y>', 'two of the parameters; the first and the last where it is left out')
    .action(async (flags: Flags) => {
      const { request, data } = await read(flags);
      const axes = readAxes(flags);
      heatmapFor(request, [], axes); // a wrong axis is named before the work
      const report = await run(request, data, axes, console);
      if (report === null) {
        console.fail('Cancelled; nothing was kept. Run it again for the whole result.');
        return;
      }
      console.print(flags.json ? JSON.stringify(report) : describeSweep(report, axes));
    });
}

/** Throws InputError naming the option or file and line, DomainError for too many runs: nothing has been simulated yet. */
async function read(flags: Flags): Promise<{ readonly request: SweepRequest; readonly data: TapeSet }> {
  const { symbol, exchange, settings, cash, qty, stockPct } = await readRunTerms(flags);
  const { fill, costs } = readFill(flags);
  const terms = readSweepTerms(flags);
  const tape = await loadTape(flags.bars, loadCalendar(null), exchange);
  const quotes = flags.quotes === undefined ? null : await loadQuotes(flags.quotes);
  const actions = flags.actions === undefined ? [] : await loadActions(flags.actions);
  const task = {
    cash: formatAmount(cash),
    qty: formatAmount(qty),
    stock_pct: stockPct === null ? null : formatAmount(stockPct),
    settings,
    start: flags.start ?? null,
    end: flags.end ?? null,
    fill,
    slippage_bps: formatAmount(costs.slippage_bps),
    spread_bps: formatAmount(costs.spread_bps),
  };
  checkTask(tape, actions, task);
  const position: PositionRequest = { tape_id: symbol, tape_hash: '', actions: '', task };
  return { request: sweepRequest(position, terms, tape), data: { key: flags.bars, tape, actions, quotes } };
}

async function run(request: SweepRequest, data: TapeSet, axes: HeatmapAxes, console: Console): Promise<SweepReport | null> {
  const pool = simulationPool();
  const progress = console.progress('runs');
  try {
    const result = await runSweep(request, data, pool, (done, total) => progress({ done, total }), console.isInterrupted);
    if (!result) return null;
    const { summary, runs } = result;
    return { ...(summary as SweepSummary), items: runRows(runs, request.metric), heatmap: heatmapFor(request, runs, axes) };
  } finally {
    await pool.close();
  }
}
