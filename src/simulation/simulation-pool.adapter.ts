/** Simulation threads: one per core, started when the first run is asked for, each with the tape it works on. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DomainError } from '../kernel/errors';
import { RunDropped, SimulationPool, type TapeSet } from './simulation-pool.port';
import { type RunAnswer, type RunOutcome, type RunTask, Workbench } from './simulation-task';
import type { ThreadAnswer, ThreadQuestion } from './simulation-thread.adapter';

interface Waiting {
  readonly data: TapeSet;
  readonly task: RunTask;
  readonly withDetails: boolean;
  readonly isWanted: () => boolean;
  readonly resolve: (outcome: RunOutcome) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  /** What it was asked, in the order in which it answers. */
  readonly asked: (readonly Waiting[])[];
  tapeKey: string | null;
}

const COMPILED = join(__dirname, 'simulation-thread.adapter.js');

/** A run leaves next to nothing behind, so a small nursery is emptied for nothing and stays in the processor's cache. */
const YOUNG_MB = 12;

/** Questions that a thread is asked ahead, so that it need not wait for the next one. */
const AHEAD = 2;
/** Runs of one question, and how long they may take: what was asked is seen through, even where nobody wants it any more. */
const MOST = 16;
const QUESTION_MS = 100;

/** Threads where the program is compiled; run from its sources, it computes in the caller's own thread. */
export const simulationPool = (): SimulationPool => (existsSync(COMPILED) ? new ThreadPool(COMPILED) : new InlinePool());

export class ThreadPool extends SimulationPool {
  readonly size = availableParallelism();
  readonly lanes = this.size * AHEAD * MOST;
  private readonly threads: Thread[] = [];
  private queue: Waiting[] = [];
  private handing: NodeJS.Immediate | null = null;
  /** How long a run takes on the tape that was worked on last. */
  private pace = { key: '', ms: Number.POSITIVE_INFINITY };

  /** `program`: the compiled inside of a thread. */
  constructor(private readonly program: string) {
    super();
  }

  /** Runs without details that are asked for in one go are computed side by side. */
  run(data: TapeSet, task: RunTask, withDetails: boolean, isWanted: () => boolean): Promise<RunOutcome> {
    return new Promise((resolve, reject) => {
      this.queue.push({ data, task, withDetails, isWanted, resolve, reject });
      this.handSoon();
    });
  }

  async close(): Promise<void> {
    for (const { reject } of this.queue.splice(0)) reject(new RunDropped('simulations are shutting down'));
    await Promise.all(this.threads.splice(0).map(({ worker }) => worker.terminate()));
  }

  /** After everything that is asked for in one go. */
  private handSoon(): void {
    this.handing ??= setImmediate(() => {
      this.handing = null;
      this.dropUnwanted();
      this.hand();
    });
  }

  private dropUnwanted(): void {
    const unwanted = this.queue.filter(({ isWanted }) => !isWanted());
    if (unwanted.length === 0) return;
    this.queue = this.queue.filter((run) => !unwanted.includes(run));
    for (const { reject } of unwanted) reject(new RunDropped('the run is not wanted any more'));
  }

  private hand(): void {
    const equal = Math.min(MOST, Math.ceil(this.queue.length / this.size));
    for (let first = this.queue[0]; first; first = this.queue[0]) {
      const thread = this.pick(first.data.key);
      if (!thread) return;
      const { key, ms } = this.pace;
      const inTime = key === first.data.key ? Math.floor(QUESTION_MS / ms) : 1;
      this.ask(thread, first, this.next(first, Math.max(1, Math.min(equal, inTime))));
    }
  }

  /** The first of the queue, with those that can be computed beside it. */
  private next(first: Waiting, share: number): readonly Waiting[] {
    if (first.withDetails) return this.queue.splice(0, 1);
    const beside = this.queue.filter(({ data, withDetails }) => data.key === first.data.key && !withDetails).slice(0, share);
    this.queue = this.queue.filter((waiting) => !beside.includes(waiting));
    return beside;
  }

  private ask(thread: Thread, { data, withDetails }: Waiting, runs: readonly Waiting[]): void {
    if (thread.tapeKey !== data.key) {
      thread.worker.postMessage({ type: 'tape', data } satisfies ThreadQuestion);
      thread.tapeKey = data.key;
    }
    thread.asked.push(runs);
    thread.worker.postMessage({ type: 'runs', tasks: runs.map(({ task }) => task), withDetails } satisfies ThreadQuestion);
  }

  /** The least busy, of equals one that has the tape; null where all have enough to do. */
  private pick(key: string): Thread | null {
    const load = ({ asked, tapeKey }: Thread): number => asked.length * 2 + Number(tapeKey !== key);
    const best = this.threads.toSorted((a, b) => load(a) - load(b))[0];
    if (this.threads.length < this.size && (best?.asked.length ?? 1) > 0) return this.start();
    return best && best.asked.length < AHEAD ? best : null;
  }

  private start(): Thread {
    const worker = new Worker(this.program, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    const thread: Thread = { worker, asked: [], tapeKey: null };
    worker.unref();
    worker.on('message', ({ answers, ms }: ThreadAnswer) => {
      const runs = thread.asked.shift() ?? [];
      this.pace = { key: runs[0]?.data.key ?? '', ms: ms / runs.length };
      runs.forEach((run, index) => answer(run, answers[index]));
      this.handSoon();
    });
    const fail = (error: Error): void => {
      const at = this.threads.indexOf(thread);
      if (at >= 0) this.threads.splice(at, 1);
      for (const { reject } of thread.asked.splice(0).flat()) reject(error);
      if (this.queue.length > 0) this.handSoon();
    };
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`a simulation thread ended with ${code}`)));
    this.threads.push(thread);
    return thread;
  }
}

function answer({ resolve, reject }: Pick<Waiting, 'resolve' | 'reject'>, said: RunAnswer | undefined): void {
  if (said && 'outcome' in said) resolve(said.outcome);
  else reject(new DomainError('simulation.failed', said?.error ?? 'the run gave no result'));
}

export class InlinePool extends SimulationPool {
  readonly size = 1;
  readonly lanes = 2;
  private bench: { readonly key: string; readonly bench: Workbench } | null = null;

  async run({ key, tape, actions, quotes }: TapeSet, task: RunTask, withDetails: boolean, isWanted: () => boolean): Promise<RunOutcome> {
    await new Promise(setImmediate); // requests come in between
    if (!isWanted()) throw new RunDropped('the run is not wanted any more');
    if (this.bench?.key !== key) this.bench = { key, bench: new Workbench(tape, actions, quotes) };
    const [said] = this.bench.bench.answers([task], withDetails);
    return new Promise((resolve, reject) => answer({ resolve, reject }, said));
  }

  async close(): Promise<void> {
    this.bench = null;
  }
}
