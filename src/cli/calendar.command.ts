/** `vb calendar`: the trading days of an exchange. */
import type { Command } from 'commander';
import { EXCHANGES } from '../contracts/exchanges';
import type { CalendarFlags } from './calendar.action';
import type { Console } from './console';

export function addCalendarCommand(program: Command, console: Console): void {
  program
    .command('calendar')
    .description('one row per trading day, instants in UTC')
    .argument('<from>', 'first date, YYYY-MM-DD')
    .argument('[to]', 'last date; the first where it is left out')
    .option('--exchange <mic>', `one of ${EXCHANGES.join(', ')}`, 'XNYS')
    .option('--json', 'print JSON')
    .action(async (from: string, to: string | undefined, flags: CalendarFlags) =>
      console.print((await import('./calendar.action.ts')).calendarText(from, to ?? null, flags)),
    );
}
