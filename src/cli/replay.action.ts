/** One replay of recorded files, and its result as `vb replay` prints it. */
import { InputError } from '../kernel/errors';
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { loadActions, loadBars, loadQuotes } from '../market-data/csv.adapter';
import { barsBetween } from '../market-data/recorded-bars';
import type { Console } from './console';
import type { ReplayOptions } from './replay';
import type { RunFlags } from './run-arguments';
import { describeResult, readRunTerms } from './run-terms';

/** Files are read and checked before the program is loaded. */
export async function replayFiles(flags: RunFlags, console: Console): Promise<void> {
  const options = await readReplayOptions(flags);
  const progress = console.progress('bars');
  const { replay } = await import('./replay.ts');
  const result = await replay(options, (done) => progress({ ...done }), console.isInterrupted);
  if (result === null) {
    console.fail('Cancelled; nothing was kept. Run it again for the whole result.');
    return;
  }
  console.print(flags.json ? JSON.stringify(result) : describeResult(result));
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
