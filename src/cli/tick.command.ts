/** `vb tick`: one tick by hand, on the store or through the running server. */
import type { Command } from 'commander';
import { isInstant } from '../kernel/clock';
import { InputError } from '../kernel/errors';
import type { TickView } from '../contracts/tick';
import { type Console, table } from './console';
import { ask, type RemoteFlags, withRemote } from './remote';
import type { TickPreview } from './tick.action';

interface TickFlags extends RemoteFlags {
  readonly at?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addTickCommand(program: Command, console: Console): void {
  withRemote(program.command('tick'))
    .description('evaluate every open position now and work on the orders that follow')
    .option('--at <instant>', "the tick's id; now where it is left out")
    .option('--dry-run', 'only say what would be decided')
    .option('--json', 'print JSON')
    .action(async (flags: TickFlags) => {
      if (flags.at !== undefined && !isInstant(flags.at)) {
        throw new InputError('tick.id', '--at', 'an instant such as 2026-11-20T14:35:00.000Z', flags.at);
      }
      if (flags.dryRun && flags.url !== undefined) {
        throw new InputError(
          'tick.dry_run',
          '--dry-run',
          'left out with --url; ask the server with POST /v1/positions/<id>/evaluate?dry_run=true',
          true,
        );
      }
      if (flags.dryRun) return show(flags, await (await import('./tick.action.ts')).previewTick(), console);
      const tick = flags.url === undefined ? await (await import('./tick.action.ts')).runTick(flags.at) : await remote(flags);
      console.print(flags.json ? JSON.stringify(tick) : table(Object.entries(tick).map(([name, value]) => [name, String(value)])));
    });
}

const remote = (flags: TickFlags): Promise<TickView> =>
  ask<TickView>(flags, 'POST', '/v1/ticks', flags.at === undefined ? {} : { tick_id: flags.at });

const show = ({ json }: TickFlags, rows: readonly TickPreview[], console: Console): void =>
  console.print(
    json ? JSON.stringify(rows) : table([['tenant', 'position', 'symbol', 'action', 'reason'], ...rows.map((row) => Object.values(row))]),
  );
