#!/usr/bin/env node
/**
 * `vb`: the command line. Exit codes: 0 done, 1 a rule or the data says no, 2 wrong usage. Commands only declare themselves here; what
 * they do lies in `*.action.ts` and below, and is loaded when it is asked for.
 */
import { Command, CommanderError } from 'commander';
import { addActionsCommands } from './cli/actions.command';
import { addCalendarCommand } from './cli/calendar.command';
import { processConsole } from './cli/console';
import { addParityCommand } from './cli/parity.command';
import { addReplayCommand } from './cli/replay.command';
import { addServeCommand } from './cli/serve.command';
import { addSimulateCommand } from './cli/simulate.command';
import { addStoreCommands } from './cli/store.command';
import { addSubscriptionCommands } from './cli/subscriptions.command';
import { addSweepCommand } from './cli/sweep.command';
import { addTickCommand } from './cli/tick.command';
import { DomainError, InputError } from './kernel/errors';
import { SettingsError } from './platform/settings-error';

const EXIT_REFUSED = 1;
const EXIT_USAGE = 2;

async function main(): Promise<void> {
  const console = processConsole();
  const program = new Command('vb')
    .description('Volatility Balancing: a rules-based trading backend')
    .exitOverride()
    .showHelpAfterError('(vb --help lists the commands)');
  addServeCommand(program);
  addTickCommand(program, console);
  addReplayCommand(program, console);
  addActionsCommands(program, console);
  addSimulateCommand(program, console);
  addSweepCommand(program, console);
  addParityCommand(program, console);
  addCalendarCommand(program, console);
  addStoreCommands(program, console);
  addSubscriptionCommands(program, console);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error, console.note);
  }
}

/** Fields of this name were typed on the command line; all others come from files and from the store. */
const isArgument = (field: string): boolean => field.startsWith('--') || field === 'from' || field === 'to';

/** A sentence for what a person can put right, the stack for what only a programmer can. */
function report(error: unknown, note: (text: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof SettingsError) {
    note(error.mistakes.join('\n'));
    return EXIT_USAGE;
  }
  if (error instanceof InputError && isArgument(error.field)) {
    note(error.message);
    return EXIT_USAGE;
  }
  if (error instanceof DomainError) note(error.message);
  else note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return EXIT_REFUSED;
}

void main();
