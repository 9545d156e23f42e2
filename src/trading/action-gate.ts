/** Before a position is evaluated, what is due of corporate actions is applied: no trigger comes from a dividend or a split alone. */
import type { CommandBus } from '@nestjs/cqrs';
import { formatAmount, parseAmount } from '../kernel/amount';
import type { CommandContext } from '../kernel/context';
import { awaitsCashInLieu } from '../rules/action-ledger';
import { ApplyDueActions } from '../contracts/corporate-action';
import type { PositionCommandBody } from '../contracts/position';
import type { StreamRunner } from '../platform/streams/stream-runner';
import type { OpenPositionState } from './position.state';

export class ActionGate {
  constructor(
    private readonly commands: CommandBus,
    private readonly streams: StreamRunner,
  ) {}

  /** Applies what is due; gives the positions that must hold all the same, with the reason. */
  async open(context: CommandContext, positionIds: readonly string[], mayApply = true): Promise<ReadonlyMap<string, string>> {
    const { blocked } = await this.commands.execute(new ApplyDueActions({ ...context, idempotency: null }, positionIds, mayApply));
    return blocked;
  }

  /** Fractions of splits become cash at the first market price after them. True where something was paid. */
  async payFractions(context: CommandContext, positionId: string, { actions }: OpenPositionState, price: string): Promise<boolean> {
    const items = actions.filter(awaitsCashInLieu).map(({ corporate_action_id }) => {
      const command: PositionCommandBody = {
        type: 'PayCashInLieu',
        data: { corporate_action_id, price: formatAmount(parseAmount(price)) },
      };
      return { stream: `position-${positionId}`, command };
    });
    if (items.length === 0) return false;
    await this.streams.run({ ...context, idempotency: null }, items);
    return true;
  }
}

export const hasFraction = ({ actions }: OpenPositionState): boolean => actions.some(awaitsCashInLieu);
