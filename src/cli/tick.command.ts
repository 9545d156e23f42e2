/** `vb tick`: one tick by hand, on the store or through the running server. */
import { CommandBus } from '@nestjs/cqrs';
import type { Command } from 'commander';
import { isInstant } from '../kernel/clock';
import { systemContext, SYSTEM_TENANT } from '../kernel/context';
import { InputError } from '../kernel/errors';
import { EvaluatePosition } from '../contracts/evaluation';
import { RunTick, type TickView } from '../contracts/tick';
import type { App } from '../app';
import { TickMarket } from '../trading/tick-market';
import { type Console, table } from './console';
import { LiveDriver } from './live-driver';
import { ask, type RemoteFlags, withApp, withRemote } from './store-session';

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
      if (flags.dryRun) return withApp((app) => preview(app, flags, console));
      const tick = flags.url === undefined ? await withApp((app) => run(app, flags.at)) : await remote(flags);
      console.print(flags.json ? JSON.stringify(tick) : table(Object.entries(tick).map(([name, value]) => [name, String(value)])));
    });
}

async function run({ nest, platform }: App, at: string | undefined): Promise<TickView> {
  const tickId = at ?? platform.clock.now();
  const tick = await nest.get(CommandBus).execute(new RunTick(systemContext(SYSTEM_TENANT, 'vb-tick', tickId), tickId, { kind: 'all' }));
  await LiveDriver.of(nest).settle();
  return tick;
}

const remote = (flags: TickFlags): Promise<TickView> =>
  ask<TickView>(flags, 'POST', '/v1/ticks', flags.at === undefined ? {} : { tick_id: flags.at });

async function preview({ nest, platform }: App, { json }: TickFlags, console: Console): Promise<void> {
  const open = await nest.get(TickMarket, { strict: false }).openPositions(null);
  const rows: {
    readonly tenant: string;
    readonly position: string;
    readonly symbol: string;
    readonly action: string;
    readonly reason: string;
  }[] = [];
  for (const [tenant, ids] of Object.entries(open)) {
    for (const id of ids) {
      const context = systemContext(tenant, 'vb-tick', platform.ids.next());
      const decided = await nest.get(CommandBus).execute(new EvaluatePosition(context, id, { price: null, dryRun: true }));
      rows.push({ tenant, position: id, symbol: decided.symbol, action: decided.action, reason: decided.reason });
    }
  }
  console.print(
    json ? JSON.stringify(rows) : table([['tenant', 'position', 'symbol', 'action', 'reason'], ...rows.map((row) => Object.values(row))]),
  );
}
