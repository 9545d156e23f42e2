/** `vb simulate`: recorded bars through the fast engine on the rules of live trading, and the result as text or JSON. */
import type { Command } from 'commander';
import { parseAmount } from '../kernel/amount';
import { InputError } from '../kernel/errors';
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { loadActions, loadQuotes } from '../market-data/csv.adapter';
import { parseSettings } from '../rules/settings';
import { loadTape } from '../simulation/csv-files.adapter';
import { marketFor, resultOf, simulate } from '../simulation/engine';
import { FILL_MODELS, type FillCosts, type FillModel } from '../simulation/fill-model';
import { dataFor, historyOf } from '../simulation/simulation-data';
import { tapeBetween } from '../simulation/tape';
import type { Console } from './console';
import { describeResult, readRunTerms, type RunFlags, withRunArguments } from './run-arguments';

interface SimulateFlags extends RunFlags {
  readonly fill: string;
  readonly slippageBps: string;
  readonly spreadBps: string;
}

export function addSimulateCommand(program: Command, console: Console): void {
  withRunArguments(program.command('simulate'))
    .description('simulate recorded bars on the rules of live trading; prints what vb replay prints')
    .option('--fill <model>', `one of ${FILL_MODELS.join(', ')}`, 'close')
    .option('--slippage-bps <bps>', 'by how much each fill is worse than its price', '0')
    .option('--spread-bps <bps>', 'bid to ask, of which each fill pays half', '0')
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

function readFill(flags: SimulateFlags): { readonly fill: FillModel; readonly costs: FillCosts } {
  const fill = FILL_MODELS.find((model) => model === flags.fill);
  if (!fill) throw new InputError('cli.fill', '--fill', `one of ${FILL_MODELS.join(', ')}`, flags.fill);
  return { fill, costs: { slippage_bps: bps(flags.slippageBps, '--slippage-bps'), spread_bps: bps(flags.spreadBps, '--spread-bps') } };
}

function bps(text: string, option: string) {
  const amount = parseAmount(text, option);
  if (amount < 0n || amount >= parseAmount('5000')) throw new InputError('cli.bps', option, 'at least 0 and below 5000 basis points', text);
  return amount;
}
