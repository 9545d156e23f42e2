/** `vb tick` on the own store. */
import { CommandBus } from '@nestjs/cqrs';
import { systemContext, SYSTEM_TENANT } from '../kernel/context';
import { EvaluatePosition } from '../contracts/evaluation';
import { RunTick, type TickView } from '../contracts/tick';
import { TickMarket } from '../trading/tick-market';
import { LiveDriver } from './live-driver';
import { withApp } from './store-session';

export interface TickPreview {
  readonly tenant: string;
  readonly position: string;
  readonly symbol: string;
  readonly action: string;
  readonly reason: string;
}

/** Evaluates every open position, now where `at` is missing, and sees the orders through. */
export const runTick = (at: string | undefined): Promise<TickView> =>
  withApp(async ({ nest, platform }) => {
    const tickId = at ?? platform.clock.now();
    const tick = await nest.get(CommandBus).execute(new RunTick(systemContext(SYSTEM_TENANT, 'vb-tick', tickId), tickId, { kind: 'all' }));
    await LiveDriver.of(nest).settle();
    return tick;
  });

/** What a tick would decide now; nothing is recorded. */
export const previewTick = (): Promise<readonly TickPreview[]> =>
  withApp(async ({ nest, platform }) => {
    const open = await nest.get(TickMarket, { strict: false }).openPositions(null);
    const rows: TickPreview[] = [];
    for (const [tenant, ids] of Object.entries(open)) {
      for (const id of ids) {
        const context = systemContext(tenant, 'vb-tick', platform.ids.next());
        const decided = await nest.get(CommandBus).execute(new EvaluatePosition(context, id, { price: null, dryRun: true }));
        rows.push({ tenant, position: id, symbol: decided.symbol, action: decided.action, reason: decided.reason });
      }
    }
    return rows;
  });
