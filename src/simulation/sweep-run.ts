/** A sweep without a database: the runs that a job would store, kept in memory. */
import type { StoredRun } from './job.table';
import { bestOf, planJob, type PlannedRun, summaryOf, testRuns } from './job-plan';
import { inLanes } from './lanes';
import { RunDropped, type SimulationPool, type TapeSet } from './simulation-pool.port';
import type { SweepRequest } from './simulation-request';

export interface SweepResult {
  readonly summary: object;
  /** In the order of the grid. */
  readonly runs: readonly StoredRun[];
}

/** Null where it was cancelled. */
export async function runSweep(
  request: SweepRequest,
  data: TapeSet,
  pool: SimulationPool,
  onDone: (done: number, total: number) => void,
  isCancelled: () => boolean,
): Promise<SweepResult | null> {
  const { planned, total } = planJob(request);
  const stored = new Map<number, StoredRun>();
  const runAll = (runs: readonly PlannedRun[]): Promise<void> =>
    inLanes(runs, pool.lanes, async ({ seq, task, parameters }, isGoingOn) => {
      const { result } = await pool.run(data, task, false, () => isGoingOn() && !isCancelled());
      stored.set(seq, { seq, run_id: String(seq), hash: '', parameters, result });
      onDone(stored.size, total);
    });
  try {
    await runAll(planned);
    if (request.walk_forward) await runAll(testRuns(request, bestOf(request, planned, stored)));
  } catch (error) {
    if (error instanceof RunDropped) return null;
    throw error;
  }
  return { summary: summaryOf(request, stored, new Map()), runs: [...stored.values()].sort((a, b) => a.seq - b.seq) };
}
