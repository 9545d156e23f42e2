/** `vb replay`: recorded bars and quotes through the live path, and the result as text or JSON. */
import type { Command } from 'commander';
import type { Console } from './console';
import { type RunFlags, withRunArguments } from './run-arguments';

export function addReplayCommand(program: Command, console: Console): void {
  withRunArguments(program.command('replay'))
    .description('replay recorded bars through the live path: ticks, queue, paper broker and event store on a scratch store')
    .action(async (flags: RunFlags) => (await import('./replay.action.ts')).replayFiles(flags, console));
}
