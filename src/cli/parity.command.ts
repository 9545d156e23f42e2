/** `vb parity`: a recorded range of a live position, decided again by the engine, and every decision compared. */
import type { Command } from 'commander';
import type { ParityReport } from '../simulation/live-parity';
import { type Console, table } from './console';
import type { ParityRange } from './parity-report';
import { type RemoteFlags, withRemote } from './remote';

interface ParityFlags extends ParityRange, RemoteFlags {
  readonly json?: boolean;
}

export function addParityCommand(program: Command, console: Console): void {
  withRemote(program.command('parity'))
    .description('decide a recorded range of a position again in the engine and name every decision that differs')
    .requiredOption('--position <id>', 'id of the position')
    .option('--tenant <id>', 'its tenant; with --url it is the tenant of the key', 'demo')
    .option('--from <instant>', 'only evaluations at or after it')
    .option('--to <instant>', 'only evaluations before it')
    .option('--json', 'print JSON')
    .action(async (flags: ParityFlags) => {
      const report =
        flags.url === undefined
          ? await (await import('./parity.action.ts')).ownParity(flags)
          : await (await import('./parity.remote.ts')).remoteParity(flags);
      console.print(flags.json ? JSON.stringify(report) : describe(report));
      if (report.differences.length > 0) console.fail('The engine decides differently from what was recorded; the differences are above.');
    });
}

function describe({ evaluations, orders, differences, resynced }: ParityReport): string {
  const counts = [
    ['evaluations', String(evaluations)],
    ['orders', String(orders)],
    ['differences', String(differences.length)],
    ['resynced', String(resynced.length)],
  ];
  const rows = differences.map(({ at, field, live, simulated }) => [at, field, live ?? '–', simulated ?? '–']);
  const why = resynced.map(({ at, because }) => [at, because]);
  return [
    table(counts),
    ...(rows.length > 0 ? ['', table([['at', 'field', 'live', 'engine'], ...rows])] : []),
    ...(why.length > 0 ? ['', table(why)] : []),
  ].join('\n');
}
