/** `vb projections`: read tables are listed, made anew, put back, and compared with the log. */
import type { Command } from 'commander';
import { projectionRow } from '../platform/http/admin-answers';
import type { ProjectionCheckDto, ProjectionDto } from '../platform/http/admin.dto';
import type { OnProgress } from '../platform/projections/progress-meter';
import type { ProjectionRebuilder, RebuildReport } from '../platform/projections/projection-rebuilder';
import type { VerificationReport } from '../platform/projections/projection-work';
import { type Console, table } from './console';
import { ask, type RemoteFlags, withRemote } from './remote';

interface Flags extends RemoteFlags {
  readonly json?: boolean;
}

const PATH = '/v1/admin/projections';

export function addProjectionCommands(command: Command, console: Console): void {
  const verb = (name: string, description: string): Command => withRemote(command.command(name)).description(description);
  const withName = (of: Command): Command => of.argument('[name]', 'one projection, or all', 'all').option('--json', 'print JSON');
  verb('list', 'names, versions and rows; the former table of each, and rebuilds that go on')
    .option('--json', 'print JSON')
    .action((flags: Flags) => list(flags, console));
  withName(verb('rebuild', 'fold the log into fresh tables and swap them in; an interrupted one goes on')).action(
    (name: string, flags: Flags) =>
      report(flags, console, `${PATH}/rebuild`, { name }, (rebuilder) => rebuilder.rebuild(name, stoppable(console, rebuilder))),
  );
  verb('rollback', 'bring back the table that the last rebuild replaced, caught up with the log')
    .argument('<name>', 'one projection')
    .option('--json', 'print JSON')
    .action((name: string, flags: Flags) => report(flags, console, `${PATH}/rollback`, { name }, (rebuilder) => rebuilder.rollback(name)));
  verb('cancel', 'end the rebuild that runs, or give up an interrupted one').action(async (flags: Flags) => {
    if (flags.url === undefined) await onStore((projections) => projections.cancel());
    else await ask(flags, 'POST', `${PATH}/cancel`, {});
    console.print('Cancelled; the read tables are as they were.');
  });
  withName(verb('verify', 'fold the log again and name every row that differs')).action((name: string, flags: Flags) =>
    verify(name, flags, console),
  );
}

async function onStore<Result>(work: (projections: ProjectionRebuilder) => Promise<Result>): Promise<Result> {
  const { withStore } = await import('./store-session.ts');
  return withStore(({ projections }) => work(projections));
}

async function list(flags: Flags, console: Console): Promise<void> {
  const items =
    flags.url === undefined
      ? (await onStore((projections) => projections.list())).map(projectionRow)
      : (await ask<{ readonly items: readonly ProjectionDto[] }>(flags, 'GET', PATH)).items;
  if (flags.json) {
    console.print(JSON.stringify(items));
    return;
  }
  const rows = items.map(({ name, version, table: of, rows: count, former, building }) => [
    name,
    String(version),
    of,
    String(count),
    former?.version ?? '',
    building ? `${building.events} of ${building.total} events` : '',
  ]);
  console.print(table([['name', 'version', 'table', 'rows', 'former', 'building'], ...rows]));
}

async function report(
  flags: Flags,
  console: Console,
  path: string,
  body: object,
  own: (rebuilder: ProjectionRebuilder) => Promise<RebuildReport>,
): Promise<void> {
  const done = flags.url === undefined ? await onStore(own) : await ask<RebuildReport>(flags, 'POST', path, body);
  const rows = done.tables.map(({ table: name, rows: count }) => [name, String(count)]);
  console.print(flags.json ? JSON.stringify(done) : table([['table', 'rows'], ...rows]));
}

const shown = (console: Console): OnProgress => {
  const progress = console.progress('events');
  return ({ events, total, leftMs }) => progress({ events, total, ...(leftMs === null ? {} : { secondsLeft: Math.ceil(leftMs / 1_000) }) });
};

/** Ctrl+C interrupts; what is built stays for the next time. */
function stoppable(console: Console, rebuilder: ProjectionRebuilder): OnProgress {
  const show = shown(console);
  return (progress) => {
    if (console.isInterrupted()) void rebuilder.stop();
    show(progress);
  };
}

async function verify(name: string, flags: Flags, console: Console): Promise<void> {
  const found =
    flags.url === undefined
      ? await onStore((projections) => projections.verify(name, shown(console)))
      : comparisonOf(await ask<ProjectionCheckDto>(flags, 'POST', `${PATH}/verify`, { name }));
  if (flags.json) console.print(JSON.stringify(found));
  else console.print(table(found.tables.map((of) => [of.table, `${of.rows} rows`, `${of.changed + of.missing + of.surplus} differ`])));
  if (found.isEqual) return;
  for (const { differences } of found.tables) {
    for (const { kind, table: of, key, column, live, expected } of differences) {
      console.note(`${kind}: ${of} ${JSON.stringify(key)} ${column ?? ''} live ${live ?? '–'} expected ${expected ?? '–'}`);
    }
  }
  console.fail('Read tables differ from the log. The log is right: run vb projections rebuild, and find out who wrote to the tables.');
}

/** What the server says over HTTP, as the store itself would say it. */
const comparisonOf = ({ positions, equal, tables }: ProjectionCheckDto): VerificationReport => ({ positions, isEqual: equal, tables });
