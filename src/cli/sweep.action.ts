/** One sweep over recorded files, and its report as `vb sweep` prints it. */
import { formatAmount } from '../kernel/amount';
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { loadActions, loadQuotes } from '../market-data/csv.adapter';
import { placeActions } from '../market-data/placed-actions';
import { loadTape } from '../simulation/csv-files.adapter';
import { type HeatmapAxes, heatmapFor, runRows } from '../simulation/job-plan';
import { simulationPool } from '../simulation/simulation-pool.adapter';
import type { TapeSet } from '../simulation/simulation-pool.port';
import type { PositionRequest, SweepRequest } from '../simulation/simulation-request';
import { checkTask } from '../simulation/simulation-task';
import { sweepRequest } from '../simulation/sweep-request';
import { runSweep } from '../simulation/sweep-run';
import type { Console } from './console';
import { type FillFlags, readFill } from './fill-arguments';
import type { RunFlags } from './run-arguments';
import { readRunTerms } from './run-terms';
import { readAxes, readSweepTerms, type SweepFlags } from './sweep-arguments';
import { describeSweep, type SweepReport, type SweepSummary } from './sweep-report';

export type SweepCommandFlags = RunFlags & FillFlags & SweepFlags;

export async function sweepFiles(flags: SweepCommandFlags, console: Console): Promise<void> {
  const { request, data } = await read(flags);
  const axes = readAxes(flags);
  heatmapFor(request, [], axes); // a wrong axis is named before the work
  const report = await run(request, data, axes, console);
  if (report === null) {
    console.fail('Cancelled; nothing was kept. Run it again for the whole result.');
    return;
  }
  console.print(flags.json ? JSON.stringify(report) : describeSweep(report, axes));
}

/** Throws InputError naming the option or file and line, DomainError for too many runs: nothing has been simulated yet. */
async function read(flags: SweepCommandFlags): Promise<{ readonly request: SweepRequest; readonly data: TapeSet }> {
  const { symbol, exchange, settings, cash, qty, stockPct } = await readRunTerms(flags);
  const { fill, costs } = readFill(flags);
  const terms = readSweepTerms(flags);
  const calendar = loadCalendar(null);
  const tape = await loadTape(flags.bars, calendar, exchange);
  const quotes = flags.quotes === undefined ? null : await loadQuotes(flags.quotes);
  const actions = flags.actions === undefined ? [] : placeActions(await loadActions(flags.actions), calendar, exchange);
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
