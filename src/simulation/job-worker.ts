/** Takes simulation jobs one after another and spreads their runs over the pool. What was computed before a crash is not computed again. */
import { messageOf } from '../kernel/errors';
import { type Clock, epochMs } from '../kernel/clock';
import type { Ids } from '../kernel/ids';
import type { ExchangeCalendar } from '../market-data/exchange-calendar';
import type { Log } from '../platform/observability/log';
import type { Timer } from '../platform/time/timer.port';
import { type ClaimedJob, type JobTable, LEASE_MS, type StoredRun } from './job.table';
import { bestOf, planJob, type PlannedRun, summaryOf, testRuns } from './job-plan';
import { needsRanges } from './fill-model';
import { inLanes } from './lanes';
import { RunDropped, type SimulationPool, type TapeSet } from './simulation-pool.port';
import { actionsOf, type PositionRequest, runHash } from './simulation-request';
import type { RunDetails, RunOutcome } from './simulation-task';
import type { TapeTable } from './tape.table';

const POLL_MS = 1_000;
const PROGRESS_MS = 500;

/** The job was cancelled, or belongs to somebody else by now. */
class JobLost extends Error {}

interface Progress {
  done: number;
  total: number;
  cached: number;
  toldAt: number;
}

export class JobWorker {
  /** Names this worker in leases. */
  private owner = '';
  private stopTimers: (() => void)[] = [];
  private working: Promise<void> | null = null;
  private current: { readonly job: ClaimedJob; readonly progress: Progress } | null = null;
  private stopping = false;
  private readonly cancelled = new Set<string>();

  constructor(
    private readonly jobs: JobTable,
    private readonly tapes: TapeTable,
    private readonly pool: SimulationPool,
    private readonly clock: Clock,
    private readonly timer: Timer,
    private readonly log: Log,
    private readonly codeVersion: string,
    private readonly ids: Ids,
    private readonly calendar: ExchangeCalendar,
  ) {}

  start(): void {
    this.owner = this.ids.next();
    this.stopTimers = [this.timer.every(POLL_MS, () => this.wake()), this.timer.every(LEASE_MS / 3, () => void this.keepLease())];
    this.wake();
  }

  /** Looks for work now instead of at the next poll. */
  wake(): void {
    if (this.working || this.stopping || this.stopTimers.length === 0) return;
    this.working = this.work().finally(() => (this.working = null));
  }

  /** Stops within the run at hand where this process works on the job; another one finds out when it next tells its progress. */
  cancel(jobId: string): void {
    if (this.current?.job.id === jobId) this.cancelled.add(jobId);
  }

  /** The job at hand goes back to the queue with what is done of it. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const stop of this.stopTimers) stop();
    await this.working;
    await this.pool.close();
  }

  /** Works until nothing is left. */
  async work(): Promise<void> {
    try {
      for (let job = await this.jobs.claim(this.owner); job && !this.stopping; job = await this.jobs.claim(this.owner))
        await this.take(job);
    } catch (error) {
      this.log.error('simulation jobs cannot be worked on; they are tried again', { err: error });
    }
  }

  private async take(job: ClaimedJob): Promise<void> {
    try {
      const summary = await this.compute(job);
      await this.jobs.finish(job, this.owner, { status: 'DONE', summary });
    } catch (error) {
      if (this.stopping) await this.jobs.release(job, this.owner);
      else if (!(error instanceof JobLost || error instanceof RunDropped))
        await this.jobs.finish(job, this.owner, { status: 'FAILED', error: messageOf(error) });
    } finally {
      this.current = null;
      this.cancelled.delete(job.id);
    }
  }

  private async keepLease(): Promise<void> {
    const { current } = this;
    if (!current) return;
    const { done, total, cached } = current.progress;
    try {
      await this.jobs.progress(current.job, this.owner, done, total, cached);
    } catch (error) {
      this.log.warn('the lease of a simulation job could not be kept', { err: error });
    }
  }

  private async compute(job: ClaimedJob): Promise<object> {
    const { planned, total } = planJob(job.request);
    const stored = new Map((await this.jobs.runs(job.tenantId, job.id)).map((run) => [run.seq, run]));
    const progress: Progress = { done: stored.size, total, cached: 0, toldAt: Number.NEGATIVE_INFINITY };
    this.current = { job, progress };
    await this.tell(job, progress);
    const details = await this.runAll(job, planned, stored, progress);
    if (job.request.kind === 'sweep' && job.request.walk_forward) {
      const best = bestOf(job.request, planned, stored);
      for (const [seq, detail] of await this.runAll(job, testRuns(job.request, best), stored, progress)) details.set(seq, detail);
    }
    await this.tell(job, progress);
    return summaryOf(job.request, stored, details);
  }

  private async runAll(
    job: ClaimedJob,
    planned: readonly PlannedRun[],
    stored: Map<number, StoredRun>,
    progress: Progress,
  ): Promise<Map<number, RunDetails>> {
    const details = new Map<number, RunDetails>();
    const missing = planned.filter(({ seq }) => !stored.has(seq));
    // Runs with details may be of as many tapes as there are positions: only a few are in memory at once.
    const lanes = missing.some((run) => run.withDetails) ? this.pool.size * 2 : this.pool.lanes;
    await inLanes(missing, lanes, async (run, isGoingOn) => {
      const isWanted = (): boolean => isGoingOn() && !this.stopping && !this.cancelled.has(job.id);
      if (!isWanted()) throw new JobLost('the process is stopping, or the job was cancelled');
      const done = await this.runOne(job, run, isWanted);
      stored.set(run.seq, done.stored);
      if (done.details) details.set(run.seq, done.details);
      progress.done++;
      if (done.wasKnown) progress.cached++;
      if (epochMs(this.clock.now()) - progress.toldAt >= PROGRESS_MS) await this.tell(job, progress);
    });
    for (const { seq } of planned.filter(({ withDetails, seq: number }) => withDetails && !details.has(number))) {
      const run = stored.get(seq);
      const kept = run && (await this.jobs.run(job.tenantId, run.run_id)).details;
      if (kept) details.set(seq, kept);
    }
    return details;
  }

  private async tell(job: ClaimedJob, progress: Progress): Promise<void> {
    progress.toldAt = epochMs(this.clock.now());
    if (!(await this.jobs.progress(job, this.owner, progress.done, progress.total, progress.cached))) throw new JobLost('the job is gone');
  }

  private async runOne(job: ClaimedJob, { seq, position, task, parameters, withDetails }: PlannedRun, isWanted: () => boolean) {
    const hash = runHash(position, task, this.codeVersion);
    const run_id = `${job.id}.${seq}`;
    const known = await this.jobs.known(job.tenantId, hash, withDetails);
    const outcome: RunOutcome = known
      ? {
          result: known.result,
          details: known.details,
          reasonParts: withDetails ? await this.jobs.runParts(job.tenantId, known.run_id) : [],
        }
      : await this.pool.run(await this.tapeSet(job, position, needsRanges(task.fill)), task, withDetails, isWanted);
    const stored: StoredRun = { seq, run_id, hash, parameters, result: outcome.result };
    await this.jobs.addRun(job, stored, withDetails ? outcome.details : null, outcome.reasonParts);
    return { stored, details: withDetails ? outcome.details : null, wasKnown: known !== null };
  }

  private async tapeSet({ tenantId }: ClaimedJob, { tape_id, tape_hash, actions }: PositionRequest, withRanges: boolean): Promise<TapeSet> {
    const { tape, quotes, view } = await this.tapes.load(tenantId, tape_id, withRanges);
    const placed = actionsOf(actions, 'actions', this.calendar, view.exchange);
    return { key: `${tenantId} ${tape_id} ${tape_hash} ${withRanges} ${actions}`, tape, actions: placed, quotes };
  }
}
