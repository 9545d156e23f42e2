/** One simulation of recorded bars, and its result as `vb simulate` prints it. */
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { loadActions, loadQuotes } from '../market-data/csv.adapter';
import { placeActions } from '../market-data/placed-actions';
import { parseSettings } from '../rules/settings';
import { loadTape } from '../simulation/csv-files.adapter';
import { decideRun, marketFor, resultOf } from '../simulation/engine';
import { dataFor, historyOf } from '../simulation/simulation-data';
import { tapeBetween } from '../simulation/tape';
import { type FillFlags, readFill } from './fill-arguments';
import type { RunFlags } from './run-arguments';
import { describeResult, readRunTerms } from './run-terms';

export type SimulateFlags = RunFlags & FillFlags;

/** Throws InputError naming the option, or file, line and field. */
export async function simulationText(flags: SimulateFlags): Promise<string> {
  const { symbol: _symbol, exchange, settings, ...start } = await readRunTerms(flags);
  const { fill, costs } = readFill(flags);
  const calendar = loadCalendar(null);
  const tape = tapeBetween(await loadTape(flags.bars, calendar, exchange), flags.start ?? null, flags.end ?? null);
  const quotes = flags.quotes === undefined ? null : await loadQuotes(flags.quotes);
  const actions = flags.actions === undefined ? [] : placeActions(await loadActions(flags.actions), calendar, exchange);
  const rules = parseSettings(settings);
  const data = dataFor(historyOf(tape, actions, quotes), rules);
  const terms = { ...start, settings: rules, fill, costs };
  const result = resultOf(decideRun(data, terms), marketFor(data, terms));
  return flags.json ? JSON.stringify(result) : describeResult(result);
}
