/** `vb simulate`: recorded bars through the fast engine on the rules of live trading, and the result as text or JSON. */
import type { Command } from 'commander';
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { loadActions, loadQuotes } from '../market-data/csv.adapter';
import { parseSettings } from '../rules/settings';
import { loadTape } from '../simulation/csv-files.adapter';
import { marketFor, resultOf, simulate } from '../simulation/engine';
import { dataFor, historyOf } from '../simulation/simulation-data';
import { tapeBetween } from '../simulation/tape';
import type { Console } from './console';
import { type FillFlags, readFill, withFillArguments } from './fill-arguments';
import { describeResult, readRunTerms, type RunFlags, withRunArguments } from './run-arguments';

type SimulateFlags = RunFlags & FillFlags;

export function addSimulateCommand(program: Command, console: Console): void {
  withFillArguments(withRunArguments(program.command('simulate')))
    .description('simulate recorded bars on the rules of live trading; prints what vb replay prints')
    .action(async (flags: SimulateFlags) => {
      const { symbol: _symbol, exchange, settings, ...start } = await readRunTerms(flags);
      const { fill, costs } = readFill(flags);
      const tape = tapeBetween(await loadTape(flags.bars, loadCalendar(null), exchange), flags.start ?? null, flags.end ?? null);
      const quotes = flags.quotes === undefined ? null : await loadQuotes(flags.quotes);
      const actions = flags.actions === undefined ? [] : await loadActions(flags.actions);
      const rules = parseSettings(settings);
      const data = dataFor(historyOf(tape, actions, quotes), rules);
      const terms = { ...start, settings: rules, fill, costs };
      const result = resultOf(simulate(data, terms), marketFor(data, terms));
      console.print(flags.json ? JSON.stringify(result) : describeResult(result));
    });
}
