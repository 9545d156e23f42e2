/** Who evaluates which positions of a tick: one process all of them, or several processes a share each. */
import type { CommandContext } from '../kernel/context';
import type { TickCounts } from '../contracts/tick';

/** Positions of one tenant that are evaluated, appended and made durable together. */
export interface TickShare {
  readonly number: number;
  readonly tenantId: string;
  readonly positionIds: readonly string[];
}

export type CoveredPositions = Readonly<Record<string, readonly string[]>>;
export type EvaluateShare = (share: TickShare) => Promise<TickCounts>;

export const NOTHING_DONE: TickCounts = { evaluated: 0, holds: 0, orders: 0, already_evaluated: 0, failed: 0 };

export const addCounts = (a: TickCounts, b: TickCounts): TickCounts => ({
  evaluated: a.evaluated + b.evaluated,
  holds: a.holds + b.holds,
  orders: a.orders + b.orders,
  already_evaluated: a.already_evaluated + b.already_evaluated,
  failed: a.failed + b.failed,
});

/** Each process that runs the same tick cuts the same shares, since the tick itself names its positions. */
export function cutShares(positions: CoveredPositions, size: number): readonly TickShare[] {
  const shares: TickShare[] = [];
  for (const [tenantId, ids] of Object.entries(positions)) {
    for (let from = 0; from < ids.length; from += size) {
      shares.push({ number: shares.length, tenantId, positionIds: ids.slice(from, from + size) });
    }
  }
  return shares;
}

export abstract class TickSharing {
  /** Returns when every share is evaluated, by whomever; the counts are those of the whole tick. */
  abstract run(owner: CommandContext, tickId: string, positions: CoveredPositions, evaluate: EvaluateShare): Promise<TickCounts>;
}

/** The commit's cost is shared by so many evaluations. */
const SHARE_SIZE = 1_024;

/** No other process can have the store open. */
export class AloneTick extends TickSharing {
  async run(_owner: CommandContext, _tickId: string, positions: CoveredPositions, evaluate: EvaluateShare): Promise<TickCounts> {
    let counts = NOTHING_DONE;
    for (const share of cutShares(positions, SHARE_SIZE)) counts = addCounts(counts, await evaluate(share));
    return counts;
  }
}
