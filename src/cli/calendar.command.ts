/** `vb calendar`: the trading days of an exchange. */
import type { Command } from 'commander';
import { InputError } from '../kernel/errors';
import { EXCHANGES } from '../contracts/instrument';
import { loadCalendar } from '../market-data/calendar-file.adapter';
import { CALENDAR_COLUMNS, calendarTable } from '../market-data/calendar-table';
import { loadSettings } from '../platform/settings';
import { type Console, table } from './console';

export function addCalendarCommand(program: Command, console: Console): void {
  program
    .command('calendar')
    .description('one row per trading day, instants in UTC')
    .argument('<from>', 'first date, YYYY-MM-DD')
    .argument('[to]', 'last date; the first where it is left out')
    .option('--exchange <mic>', `one of ${EXCHANGES.join(', ')}`, 'XNYS')
    .option('--json', 'print JSON')
    .action((from: string, to: string | undefined, { exchange: name, json }: { readonly exchange: string; readonly json?: boolean }) => {
      const exchange = EXCHANGES.find((known) => known === name);
      if (!exchange) throw new InputError('cli.exchange', '--exchange', `one of ${EXCHANGES.join(', ')}`, name);
      const rows = calendarTable(loadCalendar(loadSettings().calendarOverrides), exchange, from, to ?? null);
      if (json) {
        console.print(JSON.stringify(rows));
        return;
      }
      console.print(table([CALENDAR_COLUMNS, ...rows.map((row) => CALENDAR_COLUMNS.map((column) => String(row[column])))]));
    });
}
