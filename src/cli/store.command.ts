/** `vb migrate`, `vb projections`, `vb events`: care for the store. */
import type { Command } from 'commander';
import { EventStore, SYSTEM_LOG, type VerifyReport } from '../platform/event-store/event-store.port';
import type { LogCheckDto, ProjectionCheckDto } from '../platform/http/admin.dto';
import {
  ProjectionRebuilder,
  type ProjectionInfo,
  type RebuildReport,
  type VerificationReport,
} from '../platform/projections/projection-rebuilder';
import { type Console, table } from './console';
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
  addProjections(program.command('projections').description('read tables: list, rebuild from events, verify against events'), console);
  const events = program.command('events').description('the event log');
  withRemote(events.command('verify'))
    .description('recompute every hash of the log and name the first bad position')
    .option('--json', 'print JSON')
    .action((flags: StoreFlags) => verifyEvents(flags, console));
}

function addProjections(command: Command, console: Console): void {
  withRemote(command.command('list'))
    .description('names, versions and rows')
    .option('--json', 'print JSON')
    .action(async (flags: StoreFlags) => {
      const items =
        flags.url === undefined
          ? await withApp(({ nest }) => nest.get(ProjectionRebuilder).list())
          : (await ask<{ readonly items: readonly ProjectionInfo[] }>(flags, 'GET', '/v1/admin/projections')).items;
      const rows = items.map(({ name, version, table: name_, rows: count }) => [name, String(version), name_, String(count)]);
      console.print(flags.json ? JSON.stringify(items) : table([['name', 'version', 'table', 'rows'], ...rows]));
    });
  withRemote(command.command('rebuild'))
    .description('fold the log into fresh tables and swap them in')
    .argument('[name]', 'one projection, or all', 'all')
    .option('--json', 'print JSON')
    .action(async (name: string, flags: StoreFlags) => {
      const progress = console.progress('events');
      const report =
        flags.url === undefined
          ? await withApp(({ nest }) => nest.get(ProjectionRebuilder).rebuild(name, (done) => progress({ ...done })))
          : await ask<RebuildReport>(flags, 'POST', '/v1/admin/projections/rebuild', { name });
      const rows = report.tables.map(({ table: name_, rows: count }) => [name_, String(count)]);
      console.print(flags.json ? JSON.stringify(report) : table([['table', 'rows'], ...rows]));
    });
  withRemote(command.command('verify'))
    .description('fold the log again and name every row that differs')
    .argument('[name]', 'one projection, or all', 'all')
    .option('--json', 'print JSON')
    .action((name: string, flags: StoreFlags) => verifyProjections(name, flags, console));
}

async function verifyProjections(name: string, flags: StoreFlags, console: Console): Promise<void> {
  const progress = console.progress('events');
  const report =
    flags.url === undefined
      ? await withApp(({ nest }) => nest.get(ProjectionRebuilder).verify(name, (done) => progress({ ...done })))
      : comparisonOf(await ask<ProjectionCheckDto>(flags, 'POST', '/v1/admin/projections/verify', { name }));
  if (flags.json) console.print(JSON.stringify(report));
  else console.print(table(report.tables.map((of) => [of.table, `${of.rows} rows`, `${of.changed + of.missing + of.surplus} differ`])));
  if (report.isEqual) return;
  for (const { differences } of report.tables) {
    for (const { kind, table: name_, key, column, live, expected } of differences) {
      console.note(`${kind}: ${name_} ${JSON.stringify(key)} ${column ?? ''} live ${live ?? '–'} expected ${expected ?? '–'}`);
    }
  }
  console.fail('Read tables differ from the log. The log is right: run vb projections rebuild, and find out who wrote to the tables.');
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
const comparisonOf = ({ position, equal, tables }: ProjectionCheckDto): VerificationReport => ({ position, isEqual: equal, tables });
const verifiedOf = ({ events, head, first_bad }: LogCheckDto): VerifyReport => ({ events, head, firstBad: first_bad });
