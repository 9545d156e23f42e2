/** `vb migrate`, `vb events` and `vb projections`: care for the store. */
import type { Command } from 'commander';
import { EventStore, SYSTEM_LOG, type VerifyReport } from '../platform/event-store/event-store.port';
import type { LogCheckDto } from '../platform/http/admin.dto';
import type { Console } from './console';
import { addProjectionCommands } from './projections.command';
import { ask, type RemoteFlags, withApp, withRemote } from './store-session';

interface StoreFlags extends RemoteFlags {
  readonly json?: boolean;
}

export function addStoreCommands(program: Command, console: Console): void {
  program
    .command('migrate')
    .description('bring the store to the schema of this version')
    .action(async () => {
      await withApp(() => Promise.resolve());
      console.print('The store has the schema of this version.');
    });
  addProjectionCommands(
    program.command('projections').description('read tables: list, rebuild, roll back, verify against events'),
    console,
  );
  const events = program.command('events').description('the event log');
  withRemote(events.command('verify'))
    .description('recompute every hash of the log and name the first bad position')
    .option('--json', 'print JSON')
    .action((flags: StoreFlags) => verifyEvents(flags, console));
}

async function verifyEvents(flags: StoreFlags, console: Console): Promise<void> {
  const report =
    flags.url === undefined
      ? await withApp(({ nest }) => nest.get(EventStore).verify(SYSTEM_LOG))
      : verifiedOf(await ask<LogCheckDto>(flags, 'POST', '/v1/admin/events/verify'));
  console.print(flags.json ? JSON.stringify(report) : `${report.events} events, head ${report.head}`);
  if (report.firstBad) {
    const { position, reason } = report.firstBad;
    console.fail(
      `The log is damaged from position ${position} on: ${reason}. Stop trading on it and restore a backup from before that event.`,
    );
  }
}

/** What the server says over HTTP, as the store itself would say it. */
const verifiedOf = ({ events, head, first_bad }: LogCheckDto): VerifyReport => ({ events, head, firstBad: first_bad });
