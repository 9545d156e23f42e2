/** `vb migrate`, `vb events` and `vb projections`: care for the store. */
import type { Command } from 'commander';
import type { Console } from './console';
import { addEventsCommands } from './events.command';
import { addProjectionCommands } from './projections.command';

export function addStoreCommands(program: Command, console: Console): void {
  program
    .command('migrate')
    .description('bring the store to the schema of this version')
    .action(async () => {
      const { withStore } = await import('./store-session.ts');
      await withStore(() => Promise.resolve());
      console.print('The store has the schema of this version.');
    });
  addProjectionCommands(
    program.command('projections').description('read tables: list, rebuild, roll back, verify against events'),
    console,
  );
  addEventsCommands(program.command('events').description('the event log: verify, export with proof, check such a file'), console);
}
