/** Where runs are computed: threads of this process, or the caller's own. */
import type { PlacedAction } from '../market-data/placed-actions';
import type { Quote } from '../rules/price-policy';
import type { RunOutcome, RunTask } from './simulation-task';
import type { Tape } from './tape';

export interface TapeSet {
  /** Equal for equal contents. */
  readonly key: string;
  readonly tape: Tape;
  readonly actions: readonly PlacedAction[];
  readonly quotes: readonly Quote[] | null;
}

export class RunDropped extends Error {}

export abstract class SimulationPool {
  /** How many runs it computes at once. */
  abstract readonly size: number;
  /** How many to ask it for at once, so that it never waits and can compute several side by side. */
  abstract readonly lanes: number;
  /** Rejects with what the run threw, and with RunDropped where it is not wanted any more before it begins. */
  abstract run(data: TapeSet, task: RunTask, withDetails: boolean, isWanted: () => boolean): Promise<RunOutcome>;
  abstract close(): Promise<void>;
}
