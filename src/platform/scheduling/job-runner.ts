/** Named jobs by cron: each never overlaps itself within this process, and none is cut off at shutdown. */
import { messageOf } from '../../kernel/errors';
import type { CronTimers } from './cron-timers.port';

export interface Job {
  readonly name: string;
  readonly cron: string;
  /** The setting that `cron` came from, for the message where it cannot be read. */
  readonly setting: string;
  run(): Promise<void>;
  /** Runs once when the process starts, before the first instant: what is late is done now. */
  atStart?(): Promise<void>;
}

export interface JobStatus {
  readonly name: string;
  readonly cron: string;
  readonly isRunning: boolean;
  readonly runs: number;
  /** Times it came due while it was still running: the job itself finds out what it missed. */
  readonly skipped: number;
  readonly lastError: string | null;
}

export class JobRunner {
  private readonly jobs = new Map<string, RunningJob>();
  private stopping = false;

  constructor(
    private readonly timers: CronTimers,
    private readonly onError: (job: string, error: unknown) => void,
  ) {}

  register(...jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (this.jobs.has(job.name)) throw new Error(`job ${job.name} is registered twice`);
      this.jobs.set(job.name, new RunningJob(job, this.onError));
    }
  }

  /** Throws InputError where a cron expression cannot be read; then no job was started. */
  start(): void {
    this.stopping = false;
    try {
      for (const running of this.jobs.values()) {
        const { name, cron, setting } = running.job;
        running.cancel ??= this.timers.start(name, cron, setting, () => running.due());
      }
    } catch (error) {
      this.cancelAll();
      throw error;
    }
    for (const running of this.jobs.values()) running.begin();
  }

  /** Runs a job now; where it is running already, waits for that run instead. Rejects with what the job rejects with. */
  async runNow(name: string): Promise<void> {
    const running = this.jobs.get(name);
    if (!running) throw new Error(`no job is called ${name}`);
    if (this.stopping) return;
    await running.run();
  }

  statuses(): readonly JobStatus[] {
    return [...this.jobs.values()].map((running) => running.status());
  }

  /** No job begins any more; returns when those in flight have ended. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.cancelAll();
    await Promise.allSettled([...this.jobs.values()].flatMap(({ inFlight }) => inFlight ?? []));
  }

  private cancelAll(): void {
    for (const running of this.jobs.values()) {
      running.cancel?.();
      running.cancel = null;
    }
  }
}

class RunningJob {
  cancel: (() => void) | null = null;
  inFlight: Promise<void> | null = null;
  private runs = 0;
  private skipped = 0;
  private lastError: string | null = null;

  constructor(
    readonly job: Job,
    private readonly onError: (job: string, error: unknown) => void,
  ) {}

  begin(): void {
    const { job } = this;
    if (!job.atStart || this.inFlight) return;
    this.track(() => job.atStart?.() ?? Promise.resolve()).catch((error: unknown) => this.onError(job.name, error));
  }

  due(): void {
    if (this.inFlight) {
      this.skipped += 1;
      return;
    }
    this.run().catch((error: unknown) => this.onError(this.job.name, error));
  }

  run(): Promise<void> {
    return this.inFlight ?? this.track(() => this.job.run());
  }

  private track(work: () => Promise<void>): Promise<void> {
    this.inFlight = this.execute(work).finally(() => {
      this.inFlight = null;
    });
    return this.inFlight;
  }

  status(): JobStatus {
    const { job, runs, skipped, lastError } = this;
    return { name: job.name, cron: job.cron, isRunning: this.inFlight !== null, runs, skipped, lastError };
  }

  private async execute(work: () => Promise<void>): Promise<void> {
    this.runs += 1;
    try {
      await work();
      this.lastError = null;
    } catch (error) {
      this.lastError = messageOf(error);
      throw error;
    }
  }
}
