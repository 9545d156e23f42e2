/** What a user asks to be swept, in its full form, for jobs and the command line alike. */
import { InputError } from '../kernel/errors';
import { type PositionRequest, type SweepRequest, taskAt, type WalkForward } from './simulation-request';
import { SWEEP_METRICS } from './sweep-metrics';
import { planSweep, type SweepPlan } from './sweep-plan';
import { dayOf, type Tape, tapeBetween } from './tape';

export interface SweepTerms {
  readonly parameters: SweepPlan['parameters'];
  readonly random?: { readonly runs: number; readonly seed: number };
  readonly constraints?: readonly string[];
  readonly metric?: string;
  readonly walk_forward?: WalkForward;
}

/** Throws InputError naming the parameter, DomainError where there are too many runs or none: every point is checked before one is run. */
export function sweepRequest(position: PositionRequest, terms: SweepTerms, tape: Tape): SweepRequest {
  const { parameters, random = null, constraints = [], walk_forward = null } = terms;
  const metric = SWEEP_METRICS.find((name) => name === (terms.metric ?? 'sharpe'));
  if (!metric) throw new InputError('sweep.metric', 'metric', `one of ${SWEEP_METRICS.join(', ')}`, terms.metric);
  const plan: SweepPlan = { parameters, random, constraints };
  const { start, end } = position.task;
  for (const point of planSweep(plan)) taskAt(position.task, point, { start, end });
  return { kind: 'sweep', position: walk_forward ? withRange(position, tape) : position, plan, metric, walk_forward };
}

/** Walk-forward windows need the first and the last day of the data. */
function withRange(position: PositionRequest, whole: Tape): PositionRequest {
  const { start, end } = position.task;
  const tape = tapeBetween(whole, start, end);
  return { ...position, task: { ...position.task, start: dayOf(tape, 0), end: dayOf(tape, tape.bars - 1) } };
}
