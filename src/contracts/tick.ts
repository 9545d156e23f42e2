/** One scheduled evaluation instant and what became of it. */
import { Command } from '@nestjs/cqrs';
import type { Instant } from '../kernel/clock';
import type { CommandContext } from '../kernel/context';

export type TickEvent =
  | {
      readonly type: 'TickStarted';
      readonly data: {
        readonly tick_id: string;
        readonly started_at: Instant;
        readonly calendar_version: string;
        /** Covered positions by tenant. */
        readonly positions: Readonly<Record<string, readonly string[]>>;
      };
    }
  | {
      readonly type: 'TickCompleted';
      readonly data: TickCounts & {
        readonly tick_id: string;
        readonly completed_at: Instant;
        /** A crash cut it off and the next tick came first: not every covered position has an evaluation of it. */
        readonly interrupted: boolean;
      };
    }
  | {
      /** Scheduled instants that nobody evaluated, first to last. */
      readonly type: 'TickMissed';
      readonly data: { readonly first: Instant; readonly last: Instant; readonly count: number; readonly reason: string };
    };

export interface TickCounts {
  readonly evaluated: number;
  readonly holds: number;
  readonly orders: number;
  /** Recorded by another process or an earlier try. */
  readonly already_evaluated: number;
  readonly failed: number;
}

export interface TickView extends TickCounts {
  readonly tick_id: string;
  /** Incomplete: some positions failed; the same tick again tries them. */
  readonly status: 'completed' | 'incomplete' | 'already_completed';
  readonly positions: number;
}

export type TickScope = { readonly kind: 'tenant' } | { readonly kind: 'all' };

/** Evaluates every open position of the scope once for this tick; a tick that is completed changes nothing. */
export class RunTick extends Command<TickView> {
  constructor(
    readonly context: CommandContext,
    readonly tickId: Instant,
    readonly scope: TickScope,
  ) {
    super();
  }
}
