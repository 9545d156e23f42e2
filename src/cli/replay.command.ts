/** `vb replay`: recorded bars and quotes through the live path, and the result as text or JSON. */
import type { Command } from 'commander';
import { InputError } from '../kernel/errors';
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { loadActions, loadBars, loadQuotes } from '../market-data/csv.adapter';
import { barsBetween } from '../market-data/recorded-bars';
import type { Console } from './console';
import { replay, type ReplayOptions } from './replay';
import { describeResult, readRunTerms, type RunFlags, withRunArguments } from './run-arguments';

export function addReplayCommand(program: Command, console: Console): void {
  withRunArguments(program.command('replay'))
    .description('replay recorded bars through the live path: ticks, queue, paper broker and event store on a scratch store')
    .action(async (flags: RunFlags) => {
      const options = await readReplayOptions(flags);
      const progress = console.progress('bars');
      const result = await replay(options, (done) => progress({ ...done }), console.isInterrupted);
      if (result === null) {
        console.fail('Cancelled; nothing was kept. Run it again for the whole result.');
        return;
      }
      console.print(flags.json ? JSON.stringify(result) : describeResult(result));
    });
}

/** Throws InputError naming the option, or file, line and field. */
async function readReplayOptions(flags: RunFlags): Promise<ReplayOptions> {
  const terms = await readRunTerms(flags);
  const calendar = loadCalendar(null);
  const bars = barsBetween(await loadBars(flags.bars, calendar, terms.exchange), flags.start ?? null, flags.end ?? null);
  if (bars.length === 0) throw new InputError('cli.no_bars', 'bars', 'a file with at least one bar from --start to --end', flags.bars);
  return {
    ...terms,
    calendar,
    bars,
    quotes: flags.quotes === undefined ? null : await loadQuotes(flags.quotes),
    actions: flags.actions === undefined ? [] : await loadActions(flags.actions),
  };
}
